import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import { Client } from 'pg'
import type { Bus, BusMessage } from '../context.ts'
import { openTestStore, silentLog, type TestStore } from '../testing/index.ts'
import { missedMessage, pgBus } from './index.ts'

describe('the bus of PostgreSQL', () => {
  let here: TestStore
  let [one, other]: Bus[] = []
  before(async () => {
    here = await openTestStore()
  })
  after(() => here.close())
  beforeEach(async () => {
    one = await pgBus(here.store, here.store.connection, silentLog)
    other = await pgBus(here.store, here.store.connection, silentLog)
  })
  afterEach(async () => {
    await one?.close()
    await other?.close()
  })

  test('another process hears what is published, on that topic only, until it no longer wants to', async () => {
    const heard = inbox(other, 'live')
    const stop = other?.subscribe('orders', () => assert.fail('another topic'))
    await one?.publish('live', message('1'))
    assert.deepEqual(await heard.next(), message('1'))
    stop?.()
    await one?.publish('orders', message('2'))
    await one?.publish('live', { ...message('3'), detail: { percent: 5 } })
    assert.deepEqual(await heard.next(), { ...message('3'), detail: { percent: 5 } })
  })

  test('whoever publishes in the moment in which the one before was sent is not forgotten', async () => {
    for (let microtasks = 0; microtasks < 12; microtasks++) {
      await one?.publish('live', message('a'))
      // As long as the pause after a batch, so that its end comes close.
      const before = Date.now()
      while (Date.now() - before < 25);
      const first = one?.publish('live', message('b'))
      await first
      for (let step = 0; step < microtasks; step++) await undefined
      await one?.publish('live', message('c'))
    }
  })

  test('within a transaction it is sent at the commit, and never after a rollback', async () => {
    const heard = inbox(other, 'orders')
    const broken = here.store.tenant(here.tenant, async db => {
      await one?.publish('orders', message('lost'), db)
      throw new Error('no')
    })
    await assert.rejects(broken, /no/)
    await here.store.tenant(here.tenant, async db => one?.publish('orders', message('kept'), db))
    assert.deepEqual(await heard.next(), message('kept'))
  })

  test('a detail that is too long for PostgreSQL is left out; an id that is too long is refused', async () => {
    const heard = inbox(other, 'live')
    await one?.publish('live', { ...message('long'), detail: 'ü'.repeat(5000) })
    assert.deepEqual(await heard.next(), message('long'))
    await assert.rejects(async () => one?.publish('live', message('x'.repeat(9000))), /too long/)
  })

  test('what is no message is passed over, and a hearer that throws keeps nobody from hearing', async () => {
    other?.subscribe('live', () => {
      throw new Error('mistake')
    })
    const heard = inbox(other, 'live')
    await ask(here, `NOTIFY davylamp_live, 'not json'; NOTIFY davylamp_live, '{"tenant":1}'`)
    await one?.publish('live', message('good'))
    assert.deepEqual(await heard.next(), message('good'))
  })

  test('after its connection was cut it comes back, says that something may be missed, and hears again', async () => {
    const heard = inbox(other, 'policy')
    await ask(
      here,
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'davylamp-bus' AND datname = current_database()`,
    )
    assert.deepEqual(await heard.next(), missedMessage)
    await one?.publish('policy', message('after'))
    assert.deepEqual(await heard.next(), message('after'))
  })
})

function message(id: string): BusMessage {
  return { tenant: 't', what: 'alert', id }
}

function inbox(bus: Bus | undefined, topic: 'live' | 'orders' | 'policy'): { next(): Promise<BusMessage> } {
  const waiting: ((message: BusMessage) => void)[] = []
  const come: BusMessage[] = []
  bus?.subscribe(topic, heard => {
    const first = waiting.shift()
    if (first === undefined) come.push(heard)
    else first(heard)
  })
  return {
    next: () =>
      new Promise(resolve => {
        const first = come.shift()
        if (first === undefined) waiting.push(resolve)
        else resolve(first)
      }),
  }
}

async function ask(here: TestStore, text: string): Promise<void> {
  const client = new Client(here.superuser)
  await client.connect()
  await client.query(text)
  await client.end()
}
