import type { alertRoutes } from '../../model/api/index.ts'
import type { Handlers } from '../context.ts'
import { addAlertEvents } from '../ingest/alert-events.ts'
import { notAllowed } from '../problem-error.ts'
import { mayInGroup } from '../fleet/index.ts'
import { uuid7 } from '../uuid7.ts'
import { chosenAlerts } from './choice.ts'
import { alertRow } from './detail.ts'

type TriageHandlers = Pick<Handlers<typeof alertRoutes>, 'commentAlert' | 'assignAlerts'>

export const triageHandlers: TriageHandlers = {
  async commentAlert({ params, body }, { caller, db, center, audit }) {
    const row = await alertRow(db, caller, params.alert)
    if (!mayInGroup(caller, 'alerts:triage', row.group_id))
      throw notAllowed('You may see this alert but not comment on it.')
    const at = center.clock()
    const event = {
      id: uuid7(at),
      at: at.toISOString(),
      actor: caller.name,
      what: 'comment',
      detail: { text: body.text },
    }
    await db
      .insertInto('alert_event')
      .values({
        tenant_id: caller.tenant,
        event_id: event.id,
        alert_id: params.alert,
        at: event.at,
        actor: event.actor,
        what: event.what,
        detail: JSON.stringify(event.detail),
      })
      .execute()
    await audit('alert.commented', { kind: 'alert', id: params.alert })
    await center.bus.publish('live', { tenant: caller.tenant, what: 'alert', id: params.alert }, db)
    return event
  },

  async assignAlerts({ body }, { caller, db, center, audit }) {
    const rows = await chosenAlerts(db, caller, 'alerts:triage', body.choice)
    const changed = rows.filter(row => row.assigned_to !== body.to)
    if (changed.length === 0) return { changed: 0 }
    const ids = changed.map(row => row.alert_id)
    await db.updateTable('alert').where('alert_id', 'in', ids).set({ assigned_to: body.to }).execute()
    const events = ids.map(alert => ({ alert, actor: caller.name, what: 'assigned', detail: { to: body.to } }))
    await addAlertEvents(db, caller.tenant, events, center.clock())
    await audit('alerts.assigned', { kind: 'alerts', id: ids[0] ?? '' }, { alerts: ids.length, to: body.to })
    for (const id of ids) await center.bus.publish('live', { tenant: caller.tenant, what: 'alert', id }, db)
    return { changed: ids.length }
  },
}
