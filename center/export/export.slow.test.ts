import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { notificationRoutes } from '../../model/api/index.ts'
import { addEvents, addHost, openAlerts, sealingCenter } from '../notify/testing/alerts.ts'
import { receiver } from '../notify/testing/receiver.ts'
import { handlerCaller } from '../testing/handler-caller.ts'
import { openTestStore, type TestStore } from '../testing/index.ts'
import { exportHandlers, exportOnce } from './index.ts'

const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`
const going = new AbortController().signal
let anchor: TestStore
before(async () => {
  anchor = await openTestStore()
})
after(() => anchor.close())

async function open() {
  const store = await openTestStore()
  const center = sealingCenter(store)
  const call = handlerCaller(notificationRoutes, exportHandlers, store, center)
  const web = await addHost(store, 'web-1')
  const drain = async (on = center, signal = going) => {
    while (await exportOnce(on, signal));
  }
  return { store, center, call, web, drain }
}

test('all that happens to alerts goes out as OCSF, in order, once', async () => {
  const { store, center, call, web, drain } = await open()
  const siem = await receiver()
  try {
    await openAlerts(store, center.clock(), [{ host: web, title: 'before the export' }])
    const made = await call('createExport', {
      body: { name: 'siem', kind: 'webhook', settings: { url: siem.url, secret, format: 'ocsf' } },
    })
    assert.deepEqual([made.secrets, made.waiting], [['secret'], 0])
    const [id] = await openAlerts(store, center.clock(), [
      { host: web, title: 'Miner' },
      { host: web, parent: web },
    ])
    center.later(1)
    await addEvents(store, center.clock(), [id ?? ''], 'comment')
    await addEvents(store, center.clock(), [id ?? ''], 'handled')
    await drain()
    await drain()
    const events = siem.received.map(
      one => JSON.parse(one.body) as { class_uid: number; activity_id: number; finding_info: { uid: string } },
    )
    assert.deepEqual(
      events.map(one => [one.class_uid, one.activity_id, one.finding_info.uid]),
      [
        [2004, 1, id],
        [2004, 3, id],
      ],
    )
    const [shown] = (await call('listExports')).items
    assert.deepEqual([shown?.sent, shown?.dropped, shown?.waiting], [2, 1, 0])
  } finally {
    await siem.close()
    await store.close()
  }
})

test('a SIEM that is away: all waits, and comes whole after it is back and after a restart of the center', async () => {
  const { store, center, call, web, drain } = await open()
  let away = true
  const siem = await receiver((_, answer) => {
    if (away) answer.writeHead(503)
    answer.end()
  })
  try {
    await call('createExport', {
      body: { name: 'siem', kind: 'webhook', settings: { url: siem.url, secret, batch: true } },
    })
    await openAlerts(
      store,
      center.clock(),
      Array.from({ length: 250 }, () => ({ host: web })),
    )
    await drain()
    assert.equal(siem.received.length, 1, 'it is not pressed')
    assert.deepEqual(
      (await call('listExports')).items.map(one => [one.waiting, one.last?.result]),
      [[250, 'refused']],
    )
    away = false
    siem.received.length = 0
    const restarted = sealingCenter(store)
    restarted.later(31)
    await drain(restarted)
    const ids = siem.received.flatMap(one =>
      (JSON.parse(one.body) as { data: { id: string } }[]).map(event => event.data.id),
    )
    assert.equal(siem.received.length, 3)
    assert.equal(new Set(ids).size, 250)
    assert.deepEqual(
      (await call('listExports')).items.map(one => [one.sent, one.waiting]),
      [[250, 0]],
    )
  } finally {
    await siem.close()
    await store.close()
  }
})

test('an event that is committed late, with a smaller id than one already sent, is not passed by', async () => {
  const { store, center, call, web, drain } = await open()
  const siem = await receiver()
  try {
    await call('createExport', { body: { name: 'siem', kind: 'webhook', settings: { url: siem.url, secret } } })
    const begun = center.clock()
    center.later(60)
    const [early] = await openAlerts(store, center.clock(), [{ host: web, title: 'sent first' }])
    await drain()
    await openAlerts(store, begun, [{ host: web, title: 'committed late' }])
    await drain()
    assert.equal(siem.received.length, 2)
    assert.ok(siem.received[0]?.body.includes(early ?? '-'))
    assert.match(siem.received[1]?.body ?? '', /committed late/)
  } finally {
    await siem.close()
    await store.close()
  }
})

test('a level that is not reached is dropped and counted; changing keeps secrets; removing forgets', async () => {
  const { store, center, call, web, drain } = await open()
  const siem = await receiver()
  try {
    const body = {
      name: 'siem',
      kind: 'webhook' as const,
      settings: { url: siem.url, secret },
      condition: { atLeast: 'high' as const, findings: true },
    }
    const { id } = await call('createExport', { body })
    await openAlerts(store, center.clock(), [
      { host: web, level: 1 },
      { host: web, level: 3 },
      { host: web, level: 4, parent: web },
    ])
    await drain()
    const changed = await call('changeExport', {
      params: { export: id },
      body: { ...body, settings: { url: siem.url } },
    })
    assert.deepEqual([changed.sent, changed.dropped, changed.secrets], [2, 1, ['secret']])
    await openAlerts(store, center.clock(), [{ host: web }])
    await call('removeExport', { params: { export: id } })
    await drain()
    assert.equal(siem.received.length, 2)
    assert.deepEqual((await call('listExports')).items, [])
  } finally {
    await siem.close()
    await store.close()
  }
})
