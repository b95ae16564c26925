import { isIP } from 'node:net'
import { CommandError } from '../command-error.ts'
import { exitCodes } from '../exit-codes.ts'
import { showDuration } from '../duration.ts'
import { calledAs } from '../program-name.ts'
import { withCenter } from './connect.ts'
import { followTask } from './follow.ts'
import { sure } from './sure.ts'
import { isEmptyScope, isId, type ScopeOptions, scopeOf } from './names.ts'
import { gathered, type ListOptions, plain, showDone, showPages, when } from './show.ts'

export const listCommand = withCenter<ListOptions & { address?: string }>(async ({ client }, options, context) => {
  await showPages(
    context,
    options,
    paging => client.listBlocks({ query: { address: options.address, ...paging } }),
    [
      ['address', one => one.address],
      ['until', one => when(one.expiresAt)],
      ['hosts', one => one.hosts],
      ['packets', one => one.packets],
      ['by', one => one.createdBy],
      ['id', one => one.id],
      ['reason', one => one.reason],
    ],
    'Nothing is blocked from here.',
  )
})

interface AddOptions extends ScopeOptions {
  readonly all?: boolean
  readonly for?: number
  readonly reason: string
  readonly yes?: boolean
  readonly follow?: boolean
}

export const addCommand = withCenter<AddOptions>(async (center, options, context, ...addresses) => {
  const wrong = addresses.find(one => isIP(one) === 0)
  if (wrong !== undefined)
    throw new CommandError(`${wrong} is no IPv4 or IPv6 address. Names are never looked up: give the address.`)
  if (isEmptyScope(options) === (options.all !== true))
    throw new CommandError('say on which hosts: --host, --group, --tag, or --all')
  const scope = await scopeOf(center.client, options)
  const seconds = options.for ?? 86_400
  const where = options.all === true ? 'all hosts that you may change' : 'those hosts'
  if (!(await sure(options, context, `Block ${addresses.join(', ')} on ${where} for ${showDuration(seconds)}?`)))
    return exitCodes.left
  const answer = await center.client.createBlock({ body: { addresses, scope, seconds, reason: options.reason } })
  const { task } = answer
  if (task !== undefined && options.follow === true) return followTask(center, task, context)
  showDone(context, answer, task === undefined ? 'Noted; no host could be asked now.' : `Ordered: task ${task}.`)
  if (task !== undefined && !context.json)
    context.page.text(
      `Hosts whose incidents do not name the address wait for an approver. To follow it: ${calledAs} tasks follow ${task}`,
    )
  return exitCodes.fine
})

export const removeCommand = withCenter<{ yes?: boolean }>(async ({ client }, options, context, what = '') => {
  const blocks = isId(what) ? [what] : await blocksOf(client, what)
  if (!(await sure(options, context, `Let ${plain(what)} through again on all its hosts?`))) return exitCodes.left
  for (const block of blocks) await client.removeBlock({ params: { block } })
  showDone(context, { removed: blocks }, `The block is lifted; hosts are told.`)
  return exitCodes.fine
})

async function blocksOf(client: Parameters<typeof scopeOf>[0], address: string): Promise<string[]> {
  if (isIP(address) === 0)
    throw new CommandError(`${address} is neither an address nor the id of a block: ${calledAs} blocks list shows them`)
  const { items } = await gathered(paging => client.listBlocks({ query: { address, ...paging } }), { all: true })
  if (items.length === 0)
    throw new CommandError(`${address} is not blocked from here: ${calledAs} blocks list shows what is`)
  return items.map(one => one.id)
}
