import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createParser } from 'eventsource-parser'
import { type LiveEvent, liveEvent } from '../../model/api/index.ts'
import { uuid7 } from '../uuid7.ts'
import { startTestApi, someone, type TestApi } from './testing/test-api.ts'

let api: TestApi
let north = ''
let south = ''
const hosts = { north: uuid7(), south: uuid7() }

before(async () => {
  api = await startTestApi([])
  north = uuid7()
  south = uuid7()
  await api.center.store.tenant(api.store.tenant, async db => {
    for (const [group_id, name] of [
      [north, 'north'],
      [south, 'south'],
    ] as const)
      await db
        .insertInto('host_group')
        .values({ tenant_id: api.store.tenant, group_id, name, parent_id: api.store.group })
        .execute()
    for (const [host_id, group_id] of [
      [hosts.north, north],
      [hosts.south, south],
    ] as const)
      await db
        .insertInto('host')
        .values({ tenant_id: api.store.tenant, host_id, group_id, name: host_id, hostname: 'h' })
        .execute()
  })
})
after(() => api.close())

interface Stream {
  readonly status: number
  next(): Promise<LiveEvent | undefined>
  close(): void
}

async function open(as: string, query = ''): Promise<Stream> {
  const gone = new AbortController()
  const response = await fetch(`${api.server.address}/api/v1/live${query}`, {
    headers: { authorization: `Bearer ${as}` },
    signal: gone.signal,
  })
  const events: LiveEvent[] = []
  const parser = createParser({
    onEvent: ({ event, data }) => void events.push(liveEvent.parse({ event, data: JSON.parse(data) })),
  })
  const parts = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  return {
    status: response.status,
    async next() {
      while (events.length === 0) {
        const part = await parts?.read()
        if (part === undefined || part.done) return undefined
        parser.feed(part.value)
      }
      return events.shift()
    },
    close: () => gone.abort(),
  }
}

const changed = (what: string, id: string) => api.bus.publish('live', { tenant: api.store.tenant, what, id })
const connected: LiveEvent = { event: 'look-again', data: { why: 'connected' } }

async function nextChange(stream: Stream): Promise<string | undefined> {
  const event = await stream.next()
  return event?.event === 'changed' ? `${event.data.what} ${event.data.id}` : event?.event
}

test('each hears what happens in the groups it may see, and nothing of others', async () => {
  const stranger = someone(uuid7(), ['hosts:read', 'alerts:read'])
  api.people.set('all', someone(api.store.tenant, ['hosts:read', 'alerts:read']))
  api.people.set('north', someone(api.store.tenant, ['hosts:read'], [north]))
  api.people.set('stranger', stranger)
  const [all, some, other] = [await open('all'), await open('north'), await open('stranger')]
  for (const stream of [all, some, other]) assert.deepEqual(await stream.next(), connected)
  await changed('host', hosts.south)
  assert.equal(await nextChange(all), `host ${hosts.south}`)
  await changed('rules', 'a pack')
  assert.equal(await nextChange(all), 'rules a pack')
  await changed('secret', 'of a kind that nobody may hear of')
  await changed('host', 'not a UUID')
  assert.equal(await nextChange(all), 'host not a UUID')
  await changed('host', hosts.north)
  assert.equal(await nextChange(all), `host ${hosts.north}`)
  // The first that these two hear is the first that they may: nothing before it was for them.
  assert.equal(await nextChange(some), `host ${hosts.north}`)
  await api.bus.publish('live', { tenant: stranger.tenant, what: 'host', id: 'mine' })
  assert.equal(await nextChange(other), 'host mine')
  for (const stream of [all, some, other]) stream.close()
})

test('only the kinds that were asked for', async () => {
  api.people.set('all', someone(api.store.tenant, ['hosts:read', 'alerts:read']))
  const stream = await open('all', '?what=alert')
  await stream.next()
  await changed('host', hosts.north)
  await changed('alert', 'an alert')
  assert.equal(await nextChange(stream), 'alert an alert')
  stream.close()
  assert.equal((await open('all', '?what=everything')).status, 400)
})

test('whoever is signed out, or given other groups, is so in the live view too', async () => {
  const before = someone(api.store.tenant, ['hosts:read'], [north])
  api.people.set('moves', before)
  const stream = await open('moves')
  await stream.next()
  api.people.set('moves', { ...before, groupsFor: () => [south] })
  await api.bus.publish('sessions', { tenant: api.store.tenant, what: 'user', id: before.id })
  // Asked again until the look at the session was over: afterwards the other group is seen.
  const ticking = setInterval(() => void changed('host', hosts.south), 100)
  assert.equal(await nextChange(stream), `host ${hosts.south}`)
  clearInterval(ticking)
  api.people.delete('moves')
  await api.bus.publish('sessions', { tenant: api.store.tenant, what: 'user', id: before.id })
  let last: LiveEvent | undefined
  for (let event = await stream.next(); event !== undefined; event = await stream.next()) last = event
  assert.deepEqual(last, { event: 'end', data: { why: 'signed-out' } })
})

test('a flood becomes one word: look again', async () => {
  api.people.set('all', someone(api.store.tenant, ['hosts:read', 'alerts:read']))
  const stream = await open('all')
  await stream.next()
  await api.center.store.tenant(api.store.tenant, async db => {
    for (let i = 0; i < 2_500; i++)
      await api.bus.publish('live', { tenant: api.store.tenant, what: 'alert', id: `flood ${i}` }, db)
  })
  let event = await stream.next()
  while (event?.event === 'changed') event = await stream.next()
  assert.deepEqual(event, { event: 'look-again', data: { why: 'too-much' } })
  stream.close()
})

test('a loss of the bus is told', async () => {
  api.people.set('all', someone(api.store.tenant, ['hosts:read']))
  const stream = await open('all')
  await stream.next()
  await api.bus.publish('live', { tenant: '', what: 'missed', id: '' })
  assert.deepEqual(await stream.next(), { event: 'look-again', data: { why: 'maybe-missed' } })
  stream.close()
})

test('nobody opens more than ten', async () => {
  api.people.set('greedy', someone(api.store.tenant, ['hosts:read']))
  const streams: Stream[] = []
  for (let i = 0; i < 10; i++) streams.push(await open('greedy'))
  assert.deepEqual(
    streams.map(({ status }) => status),
    Array(10).fill(200),
  )
  assert.equal((await open('greedy')).status, 429)
  for (const stream of streams) stream.close()
  // The places are free again as soon as the center has noticed.
  let again = await open('greedy')
  while (again.status === 429) again = await open('greedy')
  assert.equal(again.status, 200)
  again.close()
})

test('a center that closes says so', async () => {
  const own = await startTestApi([])
  own.people.set('all', someone(own.store.tenant, ['hosts:read']))
  const response = await fetch(`${own.server.address}/api/v1/live`, { headers: { authorization: 'Bearer all' } })
  const text = response.text()
  await own.close()
  assert.match(await text, /event: end\nid: .*\ndata: \{"why":"closing"\}\n\n$/)
})
