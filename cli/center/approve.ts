import { canonicalHash, canonicalJson } from '../../engine/index.ts'
import type { Approval } from '../../model/wire/index.ts'
import type { ApiClient } from '../../client/index.ts'
import { CommandError } from '../command-error.ts'
import type { Context } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { printPlan } from '../print/plan.ts'
import { count } from '../print/verdict.ts'
import { type ApproverKey, readKey, signed } from './approver-key.ts'
import { nameOf } from './approver.ts'
import { withCenter } from './connect.ts'
import { sure } from './sure.ts'
import { idOf } from './names.ts'
import { orderWords } from './order-words.ts'
import { plainAll, said } from './show.ts'

interface ApproveOptions {
  readonly key?: string
  readonly name?: string
  readonly for?: number
  readonly yes?: boolean
}

/** Clocks may differ by so much. */
const clockMinutes = 10

type ApprovalRequest = Awaited<ReturnType<ApiClient['approvalRequest']>>
type Asked = ApprovalRequest['orders'][number]

/** Shows what orders would do, asks, approves them; with a key, so that hosts believe it without believing the center. */
export const approveCommand = withCenter<ApproveOptions>(async ({ client }, options, context, ...ids) => {
  const orders = [...new Set(ids.map(id => idOf(id, 'an order', 'orders list --is waiting-approval')))]
  const minutes = Math.max(1, Math.ceil((options.for ?? 3_600) / 60))
  const request = await client.approvalRequest({ body: { orders, minutes } })
  const agents = options.key === undefined ? undefined : await agentsOf(client, request, orders, minutes)
  if (options.yes !== true && context.json) {
    context.print(request)
    return exitCodes.left
  }
  if (!context.json) for (const one of request.orders) showAsked(one, agents?.get(one.id), context)
  const how = options.key === undefined ? 'Approve' : 'Sign and approve'
  if (!(await sure(options, context, `${how} ${count(orders.length, 'order')}?`))) return exitCodes.left
  const approval = options.key === undefined ? undefined : await signedApproval(request, options.key, options)
  const answer = await client.approveOrders({ body: { orders, ...(approval === undefined ? {} : { approval }) } })
  if (context.json) context.print(answer)
  else {
    context.page.text(
      `${count(answer.approved.length, 'order')} approved, ${answer.queued.length} on the way to ${answer.queued.length === 1 ? 'its host' : 'their hosts'}.`,
    )
    for (const one of answer.refused) context.page.text(said`${one.order}: ${one.reason}`)
    if (answer.queued.length < answer.approved.length) context.page.text('The others wait for one more person.')
  }
  return answer.refused.length === 0 ? exitCodes.fine : exitCodes.left
})

function showAsked(order: Asked, agent: string | undefined, context: Context): void {
  const { page } = context
  page.text(said`${order.host.name}: ${orderWords(order.action)}`)
  page.text(
    said`asked for by ${order.createdBy}${order.alert === undefined ? '' : `, because of: ${order.alert.title}`}`,
    2,
  )
  if (agent !== undefined) page.text(said`agent ${agent} (on the host: davylamp status shows the same)`, 2)
  if (order.plan !== undefined) printPlan(plainAll(order.plan), [], page)
  else if (order.action.kind === 'clean')
    page.text('No plan is named: the host computes one then. A signed approval is for a named plan only.', 2)
}

/**
 * What is signed must be what is shown: each digest is computed here from the action that is shown and the agent of that host,
 * each plan's id from the plan. A center that shows one thing and has another signed is found out. Throws `CommandError`.
 */
async function agentsOf(
  client: ApiClient,
  request: ApprovalRequest,
  orders: readonly string[],
  minutes: number,
): Promise<ReadonlyMap<string, string>> {
  const agents = new Map<string, string>()
  for (const order of request.orders) {
    const agent = await client.getHostAgent({ params: { host: order.host.id } })
    const wrong = whatDiffers(order, agent.id)
    if (wrong !== undefined) throw deceived(order, wrong)
    agents.set(order.id, agent.id)
  }
  if (Date.parse(request.approved.expiresAt) > Date.now() + (minutes + clockMinutes) * 60_000)
    throw new CommandError(
      `the center wants the signature to hold until ${request.approved.expiresAt}, longer than asked for. Nothing was signed: compare the clocks (timedatectl)`,
    )
  const shown = new Set(request.orders.map(one => one.digest))
  if (request.approved.digests.some(one => !shown.has(one)) || request.orders.some(one => !orders.includes(one.id)))
    throw new CommandError(
      'the center wants more signed than it shows. Nothing was signed: tell whoever looks after the center',
    )
  return agents
}

/** What is wrong with an order that is to be signed; `undefined` when it is what it says. */
export function whatDiffers(order: Pick<Asked, 'action' | 'digest' | 'plan'>, agent: string): string | undefined {
  const { action, digest, plan } = order
  if (canonicalHash({ agent, action }) !== digest) return 'its digest is not that of this action on this host'
  if (action.kind !== 'clean') return undefined
  if (action.plan === undefined)
    return 'it names no plan, so nobody can know what they would sign: order it again with the plan'
  if (plan === undefined) return 'the center does not show its plan'
  const { id, ...body } = plan
  if (id !== action.plan || canonicalHash(body) !== id) return 'the plan that is shown is not the one that is named'
  return undefined
}

function deceived({ id, host }: Asked, wrong: string): CommandError {
  return new CommandError(said`order ${id} for ${host.name} cannot be signed: ${wrong}. Nothing was signed or approved`)
}

async function signedApproval(request: ApprovalRequest, path: string, options: ApproveOptions): Promise<Approval> {
  const key: ApproverKey = await readKey(path)
  const { approved, text } = request
  if (text !== canonicalJson(approved))
    throw new CommandError('the center gave a text to sign that is not the document. Nothing was signed')
  return {
    approved,
    approver: nameOf(options, key, path),
    proof: { kind: 'ed25519', signature: signed(key, approved) },
  }
}
