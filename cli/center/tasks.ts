import { centerOrderStates, type OrderObject } from '../../model/api/index.ts'
import { exitCodes } from '../exit-codes.ts'
import { printActions } from '../print/run.ts'
import { withCenter } from './connect.ts'
import { followTask } from './follow.ts'
import { sure } from './sure.ts'
import { hostOf, idOf, maybeOneOf } from './names.ts'
import { orderWords } from './order-words.ts'
import {
  type Column,
  gathered,
  type ListOptions,
  plainAll,
  said,
  showDone,
  showList,
  showOne,
  showPages,
  when,
} from './show.ts'

const stateWords = (states: Readonly<Record<string, number>>) =>
  Object.entries(states)
    .map(([state, number]) => `${number} ${state}`)
    .join(', ')

export const listCommand = withCenter<ListOptions & { running?: boolean; kind?: string }>(
  async ({ client }, options, context) => {
    const query = { running: options.running === true ? 'true' : undefined, kind: options.kind }
    await showPages(
      context,
      options,
      paging => client.listTasks({ query: { ...query, ...paging } }),
      [
        ['id', one => one.id],
        ['at', one => when(one.createdAt)],
        ['by', one => one.createdBy],
        ['orders', one => stateWords(one.states)],
        ['title', one => one.title],
      ],
      'There are no such tasks.',
    )
  },
)

const orderColumns: readonly Column<OrderObject>[] = [
  ['id', one => one.id],
  ['host', one => one.host.name],
  ['state', one => one.state],
  ['at', one => when(one.createdAt)],
  ['what', one => orderWords(one.action)],
  ['reason', one => one.reason],
]

export const showCommand = withCenter<object>(async ({ client }, _, context, id = '') => {
  const task = await client.getTask({ params: { task: idOf(id, 'a task', 'tasks list') } })
  const { items } = await gathered(paging => client.listOrders({ query: { task: task.id, ...paging } }), { all: true })
  if (context.json) return context.print({ ...task, items })
  showOne(context, task, [
    ['task', task.title],
    ['id', task.id],
    ['kind', task.kind],
    ['by', task.createdBy],
    ['begun', when(task.createdAt)],
    ['ended', when(task.endedAt) || 'not yet'],
    ['orders', stateWords(task.states)],
  ])
  showList(context, { items }, orderColumns, 'It has no orders that you may see.')
})

export const followCommand = withCenter<object>(async (center, _, context, id = '') =>
  followTask(center, idOf(id, 'a task', 'tasks list'), context),
)

export const cancelCommand = withCenter<{ yes?: boolean }>(async ({ client }, options, context, id = '') => {
  const task = idOf(id, 'a task', 'tasks list')
  if (!(await sure(options, context, 'Cancel what has not begun, and ask hosts to stop long scans?')))
    return exitCodes.left
  const answer = await client.cancelTask({ params: { task } })
  showDone(
    context,
    answer,
    `${answer.cancelled} cancelled, ${answer.asked} asked to stop, ${answer.left} go on: a run is never cut in the middle.`,
  )
  return exitCodes.fine
})

interface OrderFilter extends ListOptions {
  readonly is?: string
  readonly host?: string
  readonly task?: string
  readonly alert?: string
}

export const ordersCommand = withCenter<OrderFilter>(async ({ client }, options, context) => {
  const state = maybeOneOf('--is', options.is, centerOrderStates)
  const host = options.host === undefined ? undefined : await hostOf(client, options.host)
  const { task, alert } = options
  await showPages(
    context,
    options,
    paging => client.listOrders({ query: { state, host, task, alert, ...paging } }),
    orderColumns,
    'There are no such orders.',
  )
})

export const orderCommand = withCenter<object>(async ({ client }, _, context, id = '') => {
  const order = await client.getOrder({ params: { order: idOf(id, 'an order', 'orders list') } })
  if (context.json) return context.print(order)
  showOne(context, order, [
    ['order', orderWords(order.action)],
    ['id', order.id],
    ['host', order.host.name],
    ['state', order.state],
    ['reason', order.reason],
    ['by', order.createdBy],
    ['made', when(order.createdAt)],
    ['sent', when(order.sentAt)],
    ['ended', when(order.endedAt)],
    ['expires', order.endedAt === undefined ? when(order.expiresAt) : undefined],
    ['approvals', order.approvalsNeeded === 0 ? undefined : `${order.approvals.length} of ${order.approvalsNeeded}`],
    ...order.approvals.map(
      one => ['approved by', `${one.approver}, ${when(one.at)}${one.signed ? ', signed' : ''}`] as const,
    ),
    ['task', order.task],
    ['run', order.run],
  ])
  if (order.steps.length > 0) context.page.heading('Steps')
  printActions(plainAll(order.steps), context.page)
})

export const refuseCommand = withCenter<{ reason: string }>(async ({ client }, { reason }, context, ...ids) => {
  const orders = ids.map(id => idOf(id, 'an order', 'orders list --is waiting-approval'))
  const answer = await client.refuseOrders({ body: { orders, reason } })
  if (context.json) context.print(answer)
  else {
    if (answer.refused.length > 0) context.page.text(`Refused: ${answer.refused.join(', ')}.`)
    for (const one of answer.left) context.page.text(said`${one.order}: ${one.reason}`)
  }
  return answer.left.length === 0 ? exitCodes.fine : exitCodes.left
})
