import type { alertRoutes } from '../../model/api/index.ts'
import type { Handlers, Request } from '../context.ts'
import { addAlertEvents, changeStatus } from '../ingest/index.ts'
import { createOrders, type CreatedOrder } from '../orders/index.ts'
import { blockElsewhere } from './block-addresses.ts'
import {
  type HandleRequest,
  type Prepared,
  prepareHandling,
  type PreviewItem,
  statusChanges,
} from './prepare-handling.ts'

type HandleHandlers = Pick<Handlers<typeof alertRoutes>, 'previewHandling' | 'handleAlerts'>

const words = {
  terminate: 'Terminate process',
  'terminate-and-quarantine': 'Terminate process and quarantine source file',
  'in-depth': 'In-depth cleanup',
  block: 'Block',
  ignore: 'Ignore',
  manual: 'Handled manually',
  reopen: 'Reopen',
} as const

export const handleHandlers: HandleHandlers = {
  async previewHandling({ body }, { caller, db }) {
    return previewOf((await prepareHandling(db, caller, body)).map(one => one.item))
  },

  async handleAlerts({ body }, request) {
    const { caller, db, center, audit } = request
    const all = await prepareHandling(db, caller, body)
    const done =
      body.how.as === 'ignore' || body.how.as === 'manual' || body.how.as === 'reopen'
        ? await changed(request, body.how.as, body.comment, all)
        : await ordered(request, body, all)
    const comment = body.comment
    if (comment !== undefined && body.how.as !== 'ignore' && body.how.as !== 'manual' && body.how.as !== 'reopen') {
      const events = all
        .filter(one => one.action !== undefined)
        .map(({ row }) => ({ alert: row.alert_id, actor: caller.name, what: 'comment', detail: { text: comment } }))
      await addAlertEvents(db, caller.tenant, events, center.clock())
    }
    await audit(
      `alerts.${body.how.as}`,
      { kind: 'alerts', id: all[0]?.row.alert_id ?? '' },
      { ...body, alerts: all.length, changed: done.changed, ...(done.task === undefined ? {} : { task: done.task }) },
    )
    for (const { row } of all)
      await center.bus.publish('live', { tenant: caller.tenant, what: 'alert', id: row.alert_id }, db)
    return { ...previewOf(done.items), changed: done.changed, ...(done.task === undefined ? {} : { task: done.task }) }
  },
}

interface Done {
  readonly items: readonly PreviewItem[]
  readonly changed: number
  readonly task?: string | undefined
}

async function changed(
  { caller, db, center }: Request,
  as: keyof typeof statusChanges,
  comment: string | undefined,
  all: readonly Prepared[],
): Promise<Done> {
  const { to, from, what } = statusChanges[as]
  const alerts = all.filter(one => one.item.refused === undefined).map(one => one.row.alert_id)
  await changeStatus(db, caller.tenant, {
    alerts,
    to,
    from,
    handledAs: as,
    by: caller.name,
    what,
    detail: comment === undefined ? {} : { comment },
    withChildren: true,
    at: center.clock(),
  })
  return { items: all.map(one => one.item), changed: alerts.length }
}

async function ordered({ caller, db, center }: Request, body: HandleRequest, all: readonly Prepared[]): Promise<Done> {
  const orders = all.flatMap(({ row, action }) =>
    action === undefined ? [] : [{ host: row.host_id, action, alert: row.alert_id }],
  )
  if (orders.length === 0) return { items: all.map(one => one.item), changed: 0 }
  const title = `${words[body.how.as]}: ${orders.length === 1 ? (all.find(one => one.action)?.row.title ?? '') : `${orders.length} alerts`}`
  const created = await createOrders(db, center, {
    tenant: caller.tenant,
    title,
    kind: 'handle',
    by: caller.name,
    orders,
    detail: { as: body.how.as },
  })
  if (body.how.as === 'block') await blockElsewhere({ caller, db, center }, body.how, all, created.task)
  const byAlert = new Map(created.orders.map(one => [one.alert, one]))
  return {
    items: all.map(one => withOrder(one, byAlert.get(one.row.alert_id))),
    changed: created.orders.filter(one => one.state !== 'refused').length,
    task: created.task,
  }
}

function withOrder({ item, action }: Prepared, order: CreatedOrder | undefined): PreviewItem {
  if (action === undefined || order === undefined) return item
  if (order.state === 'refused')
    return { ...item, refused: order.reason ?? 'the host cannot carry it out', refusedAs: 'host' }
  return { ...item, needsApproval: order.state === 'waiting-approval' }
}

function previewOf(items: readonly PreviewItem[]) {
  return { hosts: new Set(items.map(one => one.host.id)).size, items: [...items] }
}
