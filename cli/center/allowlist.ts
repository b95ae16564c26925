import type { ApiClient } from '../../client/index.ts'
import { CommandError } from '../command-error.ts'
import type { Context } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { styled } from '../print/page.ts'
import { count } from '../print/verdict.ts'
import { withCenter } from './connect.ts'
import { sure } from './sure.ts'
import { idOf, isEmptyScope, type ScopeOptions, scopeOf, timeAfter } from './names.ts'
import { type ListOptions, plain, showDone, showPages, when } from './show.ts'

const fields = ['rule', 'sha256', 'path', 'user', 'package', 'fingerprint'] as const

interface Condition extends ScopeOptions {
  readonly rule?: string
  readonly sha256?: string
  readonly path?: string
  readonly user?: string
  readonly package?: string
  readonly fingerprint?: string
  readonly everywhere?: boolean
}

export const listCommand = withCenter<ListOptions>(async ({ client }, options, context) => {
  await showPages(
    context,
    options,
    paging => client.listAllowances({ query: paging }),
    [
      ['id', one => one.id],
      ['until', one => when(one.expiresAt) || 'for good'],
      ['hits', one => one.hits],
      ['by', one => one.createdBy],
      [
        'what',
        one =>
          fields
            .flatMap(name => (one.condition[name] === undefined ? [] : [`${name} ${one.condition[name]}`]))
            .join(', '),
      ],
      ['reason', one => one.reason],
    ],
    'The center allows nothing.',
  )
})

export const replayCommand = withCenter<Condition>(async ({ client }, options, context) => {
  const answer = await client.replayAllowance({
    body: { scope: await wanted(client, options), condition: conditionOf(options) },
  })
  if (context.json) context.print(answer)
  else showReplay(answer, context)
})

interface AddOptions extends Condition {
  readonly reason: string
  readonly expires?: string
  readonly yes?: boolean
}

/** Shows first what it would have silenced: the center saves it only with that number. */
export const addCommand = withCenter<AddOptions>(async ({ client }, options, context) => {
  const condition = conditionOf(options)
  const scope = await wanted(client, options)
  const expiresAt = timeAfter('--expires', options.expires ?? '90d')
  const replay = await client.replayAllowance({ body: { scope, condition } })
  if (!context.json) showReplay(replay, context)
  if (context.json && options.yes !== true) {
    context.print(replay)
    return exitCodes.left
  }
  if (!(await sure(options, context, 'Allow it from now on?'))) return exitCodes.left
  const made = await client.createAllowance({
    body: {
      scope,
      condition,
      reason: options.reason,
      replayed: replay.matched,
      ...(expiresAt === undefined ? {} : { expiresAt }),
    },
  })
  showDone(context, made, `Allowed: ${made.id}. Hosts themselves still find it; the center no longer raises it.`)
  return exitCodes.fine
})

export const removeCommand = withCenter<object>(async ({ client }, _, context, ...ids) => {
  const gone = ids.map(id => idOf(id, 'an allowance', 'allowlist list'))
  for (const allowance of gone) await client.removeAllowance({ params: { allowance } })
  showDone(
    context,
    { removed: gone },
    `${count(gone.length, 'allowance')} removed; what only they silenced is open again.`,
  )
})

function conditionOf(options: Condition) {
  const condition = Object.fromEntries(
    fields.flatMap(name => (options[name] === undefined ? [] : [[name, options[name]]])),
  )
  if (Object.keys(condition).length === 0)
    throw new CommandError(
      `this would allow everything. Say what: ${fields.map(name => `--${name}`).join(', ')} (all that are given must agree)`,
    )
  return condition
}

async function wanted(client: ApiClient, options: Condition) {
  if (isEmptyScope(options) === (options.everywhere !== true))
    throw new CommandError('say on which hosts: --host, --group, --tag, or --everywhere')
  return scopeOf(client, options)
}

type Replay = Awaited<ReturnType<ApiClient['replayAllowance']>>

function showReplay({ matched, confirmed, hosts, examples }: Replay, { page }: Context): void {
  page.text(`In the last 30 days this would have silenced ${count(matched, 'alert')} of ${count(hosts, 'host')}.`)
  if (confirmed > 0) page.text(styled(`${count(confirmed, 'confirmed incident')} among them!`, 'red', 'strong'))
  page.table(examples.slice(0, 10).map(one => [one.id, one.level, plain(one.host.name), plain(one.title)]))
}
