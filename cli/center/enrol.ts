import { exitCodes } from '../exit-codes.ts'
import { withCenter } from './connect.ts'
import { sure } from './sure.ts'
import { groupOf, idOf, maybeOneOf } from './names.ts'
import { gathered, type ListOptions, plain, said, showDone, showOne, showPages, when } from './show.ts'

interface TokenOptions {
  readonly group?: string
  readonly name?: string
  readonly uses?: number
  readonly for?: number
  readonly needsApproval?: boolean
  readonly tags?: string
}

export const tokenCommand = withCenter<TokenOptions>(async ({ client }, options, context) => {
  const group = options.group === undefined ? await rootGroup(client) : await groupOf(client, options.group)
  const tags = options.tags
    ?.split(',')
    .map(tag => tag.trim())
    .filter(Boolean)
  const made = await client.createEnrolmentToken({
    body: {
      group,
      name: options.name ?? '',
      uses: options.uses,
      expiresInHours: options.for === undefined ? undefined : Math.max(1, Math.ceil(options.for / 3_600)),
      needsApproval: options.needsApproval,
      tags,
    },
  })
  if (context.json) return context.print(made)
  const { object, instructions } = made
  context.page.text(
    said`${object.usesLeft === 1 ? 'One host' : `${object.usesLeft} hosts`} may join ${object.group.name} with it until ${when(object.expiresAt)}. It is shown only now.`,
  )
  context.page.heading('Where Davylamp is installed, as root')
  context.page.line(instructions.join)
  for (const one of instructions.install) {
    context.page.heading(`Where it is not, as root (${one.architecture})`)
    context.page.line(one.command)
  }
})

async function rootGroup(client: Parameters<typeof groupOf>[0]): Promise<string> {
  const { items } = await client.listGroups()
  const roots = items.filter(one => one.parent === undefined || !items.some(other => other.id === one.parent))
  return roots.length === 1 && roots[0] !== undefined ? roots[0].id : groupOf(client, 'All hosts')
}

export const tokensCommand = withCenter<ListOptions & { everyToken?: boolean }>(
  async ({ client }, options, context) => {
    const usable = options.everyToken === true ? undefined : 'true'
    await showPages(
      context,
      options,
      paging => client.listEnrolmentTokens({ query: { usable, ...paging } }),
      [
        ['id', one => one.id],
        ['group', one => one.group.name],
        ['uses left', one => one.usesLeft],
        ['until', one => when(one.expiresAt)],
        ['by', one => one.createdBy],
        ['usable', one => (one.usable ? 'yes' : 'no')],
        ['name', one => one.name],
      ],
      'No token lets a host in.',
    )
  },
)

export const revokeTokenCommand = withCenter<object>(async ({ client }, _, context, id = '') => {
  const token = idOf(id, 'a token', 'enrol tokens')
  await client.revokeEnrolmentToken({ params: { token } })
  showDone(context, { revoked: token }, 'No host joins with it any more. Those that did stay.')
})

export const waitingCommand = withCenter<ListOptions & { decision?: string }>(async ({ client }, options, context) => {
  const state = maybeOneOf('--decision', options.decision, ['pending', 'approved', 'refused', 'any']) ?? 'pending'
  await showPages(
    context,
    options,
    paging => client.listEnrolments({ query: { state: state === 'any' ? undefined : state, ...paging } }),
    [
      ['id', one => one.id],
      ['host', one => one.hostname],
      ['from', one => one.address],
      ['group', one => one.group.name],
      ['asked', one => when(one.askedAt)],
      ['state', one => one.state],
      ['known as', one => one.knownHost?.name],
      ['key', one => one.keyFingerprint],
    ],
    'No host waits to be let in.',
  )
})

export const approveCommand = withCenter<{ keepHost?: boolean; yes?: boolean }>(
  async ({ client }, options, context, id = '') => {
    const enrolment = idOf(id, 'a waiting host', 'enrol waiting')
    const { items } = await gathered(paging => client.listEnrolments({ query: { state: 'pending', ...paging } }), {
      all: true,
    })
    const host = items.find(one => one.id === enrolment)
    if (host !== undefined && !context.json)
      showOne(context, host, [
        ['host', host.hostname],
        ['from', host.address],
        ['key', `${host.keyFingerprint} (on the host: davylamp agent join, which waits there, shows the same)`],
        ['into', host.group.name],
        [
          'known as',
          host.knownHost === undefined ? undefined : `${host.knownHost.name}: --keep-host goes on with its history`,
        ],
      ])
    if (!(await sure(options, context, `Let ${plain(host?.hostname ?? enrolment)} in?`))) return exitCodes.left
    const decided = await client.approveEnrolment({
      params: { enrolment },
      body: { keepHost: options.keepHost === true },
    })
    showDone(context, decided, said`${decided.hostname} is let in: it has its certificate within half a minute.`)
    return exitCodes.fine
  },
)

export const refuseCommand = withCenter<object>(async ({ client }, _, context, id = '') => {
  const decided = await client.refuseEnrolment({ params: { enrolment: idOf(id, 'a waiting host', 'enrol waiting') } })
  showDone(context, decided, said`${decided.hostname} is turned away.`)
})

export const howCommand = withCenter<object>(async ({ client }, _, context) => {
  const found = await client.joinInstructions()
  if (context.json) return context.print(found)
  context.page.line(found.join)
  for (const one of found.install) context.page.line(one.command)
})
