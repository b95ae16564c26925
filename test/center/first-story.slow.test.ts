import assert from 'node:assert/strict'
import { test } from 'node:test'
import { infections } from '../../hosts/index.ts'
import { inNamespaces, inside } from '../../remedies/testing/inner-run.ts'
import { startPool } from '../range/infected-host.ts'
import { Lab } from '../range/lab.ts'
import { infect } from '../range/plant.ts'
import { CenterProcess } from './center-process.ts'
import { joinHost } from './member.ts'
import { firstAdmin } from './person.ts'
import { until } from './until.ts'
inNamespaces(import.meta.url, false, 480)

test('explore', { skip: !inside }, async () => {
  const t0 = Date.now()
  const say = (what: string, more: unknown = '') =>
    console.log(
      ((Date.now() - t0) / 1000).toFixed(1),
      what,
      typeof more === 'string' ? more : JSON.stringify(more, null, 1),
    )
  const lab = Lab.open()
  const center = new CenterProcess()
  try {
    const [document, range] = await Promise.all([center.start(), lab.host('one')])
    say('started', document)
    const admin = await firstAdmin(document)
    say('admin')
    await startPool(range)
    const member = await joinHost(admin, center, range)
    say('joined', member.id)
    await infect(
      range,
      infections.filter(one => one.family === 'kinsing'),
    )
    say('infected')
    const { task } = await admin.api.startScan({ body: { scope: { hosts: [member.id] } } })
    await until('scan', async () => (await admin.api.getTask({ params: { task } })).endedAt, {
      explain: () => center.log,
    })
    say('scanned', await admin.api.listOrders({ query: { task } }))
    const { items } = await until('alerts', async () => {
      const got = await admin.api.listAlerts()
      return got.items.length > 0 ? got : undefined
    })
    say('alerts', items)
    for (const one of items) {
      const got = await admin.api.getAlert({ params: { alert: one.id } })
      say('alert', { ...got, evidence: undefined })
    }
    const alert = items.find(one => one.about === 'incident')
    assert.ok(alert)
    say(
      'block',
      await admin.api.previewHandling({ body: { choice: { alerts: [alert.id] }, how: { as: 'block', seconds: 60 } } }),
    )
    const handled = await admin.api.handleAlerts({ body: { choice: { alerts: [alert.id] }, how: { as: 'in-depth' } } })
    say('handled', handled)
    const order = await until(
      'order ended',
      async () => {
        const { items } = await admin.api.listOrders({ query: { task: handled.task ?? '' } })
        return items[0]?.endedAt === undefined ? undefined : items[0]
      },
      { seconds: 200 },
    )
    say('order', order)
    say('runs', await admin.api.listRuns())
    say('quarantine', await admin.api.listQuarantine())
    say('alert now', { ...(await admin.api.getAlert({ params: { alert: alert.id } })), evidence: undefined })
    const undone = await admin.api.undoRun({ params: { host: member.id, run: order.run ?? '' }, body: {} })
    const ended = await until(
      'undo ended',
      async () => {
        const one = await admin.api.getOrder({ params: { order: undone.order } })
        return one.endedAt === undefined ? undefined : one
      },
      { seconds: 200 },
    )
    say('undo', ended)
    say(
      'agent log',
      await range.sh('journalctl --no-pager -u davylamp-agent; systemctl status davylamp-agent --no-pager'),
    )
    say('center log', center.log)
  } finally {
    await center.close()
    await lab.close()
  }
})
