import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { after, before, test } from 'node:test'
import { BlobReader, Uint8ArrayWriter, ZipReader } from '@zip.js/zip.js'
import { sql } from 'kysely'
import { quarantinedFileRoutes } from '../../model/api/index.ts'
import type { OrderState } from '../../model/wire/index.ts'
import type { Center, Db } from '../context.ts'
import type { Gateway } from '../gateway/index.ts'
import { ask, type Certified, join } from '../gateway/testing/test-agent.ts'
import { openTestCenter, type TestCenter } from '../gateway/testing/test-gateway.ts'
import { callerOf, type HandlerCaller, handlerCaller, type May, requestOf } from '../testing/handler-caller.ts'
import { silentLog } from '../testing/index.ts'
import { uuid7 } from '../uuid7.ts'
import { archivePassword } from './archive.ts'
import { forgetFetched, quarantinedFileHandlers } from './index.ts'

const partBytes = 1_048_576
const marker = Buffer.from('stratum+tcp://pool.example:3333 inert')

let opened: TestCenter
let gateway: Gateway
let ca: string
let center: Center
let call: HandlerCaller<typeof quarantinedFileRoutes>

before(async () => {
  opened = await openTestCenter()
  gateway = await opened.start()
  ca = opened.keys.authority.certificate
  center = {
    store: opened.database.store,
    bus: { publish: async () => {}, subscribe: () => () => {}, close: async () => {} },
    log: silentLog,
    clock: opened.now,
    node: uuid7(),
    keys: opened.keys,
    settings: { address: 'https://localhost:1', agentAddress: 'https://localhost:1', state: opened.state },
  }
  call = handlerCaller(quarantinedFileRoutes, quarantinedFileHandlers, opened.database, center)
})
after(() => opened.close())

const within = <T>(work: (db: Db) => Promise<T>) => center.store.tenant(opened.database.tenant, work)

interface Box {
  readonly certified: Certified
  readonly host: string
  readonly content: Buffer
  readonly params: { readonly host: string; readonly entry: string }
}

/** A host that joined, said what it can, and has one file in quarantine. */
async function hostWith(content: Buffer, entry = 'run-1'): Promise<Box> {
  const certified = await join(gateway.port, ca, await opened.token())
  const capabilities = ['scan:quick', 'send-quarantined', 'cancel']
  const host = await within(async db => {
    const row = await db
      .updateTable('agent')
      .set({ capabilities })
      .where('agent_id', '=', certified.agent)
      .returning('host_id')
      .executeTakeFirstOrThrow()
    await addEntry(row.host_id, entry, content)
    return row.host_id
  })
  return { certified, host, content, params: { host, entry } }
}

async function addEntry(host: string, entry: string, content: Buffer, size = content.length): Promise<void> {
  const key = { tenant_id: opened.database.tenant, host_id: host, entry_id: entry }
  const about = { path: '/tmp/.x/xm', size, at: opened.now(), run_id: 'run', reason: 'quarantined', gone_at: null }
  await within(db =>
    db
      .insertInto('quarantined')
      .values({ ...key, ...about, sha256: hashOf(content) })
      .execute(),
  )
}

function hashOf(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}

/** Orders the file, as a person does; the agent has taken the order. */
async function orderedOf(box: Box): Promise<string> {
  const { order } = await call('fetchQuarantined', { params: box.params })
  await setState(order, 'accepted')
  return order
}

async function setState(order: string, state: OrderState): Promise<void> {
  const ended_at = state === 'accepted' || state === 'running' ? null : opened.now()
  await within(db => db.updateTable('host_order').set({ state, ended_at }).where('order_id', '=', order).execute())
}

async function put(certified: Partial<Certified>, path: string, raw: Buffer, type = 'application/octet-stream') {
  const answer = await ask(gateway.port, ca, {
    method: 'PUT',
    path: `/agent/v1/sent-files/${path}`,
    raw,
    type,
    certified,
  })
  return answer.status
}

async function end(certified: Certified, order: string, parts: number) {
  const path = `/agent/v1/sent-files/${order}`
  const { status, body } = await ask(gateway.port, ca, { method: 'POST', path, body: { parts }, certified })
  return { status, text: body.toString() }
}

async function send(box: Box, order: string, content = box.content): Promise<number> {
  let parts = 0
  for (let at = 0; at < content.length; at += partBytes, parts++)
    assert.equal(await put(box.certified, `${order}/${parts}`, content.subarray(at, at + partBytes)), 204)
  return (await end(box.certified, order, parts)).status
}

/** Of the archive as it goes out; `undefined`: the center says that it is not there. */
async function downloaded(box: Box, may: May = 'all') {
  const headers: Record<string, string> = {}
  let body: AsyncIterable<Uint8Array> | undefined
  const audited: string[] = []
  await within(async db => {
    const request = requestOf(db, center, callerOf(opened.database.tenant, may), audited)
    const reply = {
      status: () => {},
      header(name: string, value: string) {
        headers[name] = value
      },
      send(given: unknown) {
        body = given as AsyncIterable<Uint8Array>
      },
    }
    await quarantinedFileHandlers.quarantinedFile(
      { params: box.params, query: undefined, body: undefined },
      { ...request, reply },
    )
  })
  const parts: Uint8Array[] = []
  for await (const part of body ?? []) parts.push(part)
  const zip = new Uint8Array(Buffer.concat(parts))
  const [file] = await new ZipReader(new BlobReader(new Blob([zip])), { password: archivePassword }).getEntries()
  assert.ok(file !== undefined && !file.directory)
  return { content: Buffer.from(await file.getData(new Uint8ArrayWriter())), name: file.filename, headers, audited }
}

const kept = (order: string) =>
  within(async db =>
    (await sql<{ sealed: Buffer }>`SELECT sealed FROM fetched_part WHERE order_id = ${order}`.execute(db)).rows.map(
      one => one.sealed,
    ),
  )

test('asked for, sent in parts, downloaded; in the store nothing of it can be read', async () => {
  const box = await hostWith(Buffer.concat([randomBytes(2_500_000), marker]))
  await assert.rejects(downloaded(box), { status: 404, kind: 'not-fetched' })
  const order = await orderedOf(box)
  assert.ok(call.audited.includes('quarantine.fetch'))
  assert.equal(await send(box, order), 204)
  const { content, name, headers, audited } = await downloaded(box)
  assert.ok(content.equals(box.content))
  assert.equal(name, 'xm.quarantined')
  assert.match(headers['content-disposition'] ?? '', /^attachment; filename="quarantined-[\w.-]+\.zip"$/)
  assert.deepEqual(audited, ['quarantine.download'])
  const sealed = await kept(order)
  assert.equal(sealed.length, 3)
  assert.equal(Buffer.concat(sealed).includes(marker), false)
  for (const part of sealed) assert.notEqual(part.readUInt32BE(0), 0x7f454c46)
})

test('the same part twice, parts in another order, and the end twice make one file', async () => {
  const box = await hostWith(randomBytes(partBytes + 10))
  const order = await orderedOf(box)
  const [first, second] = [box.content.subarray(0, partBytes), box.content.subarray(partBytes)]
  for (const [part, bytes] of [
    [1, second],
    [0, randomBytes(5)],
    [0, first],
    [1, second],
  ] as const)
    assert.equal(await put(box.certified, `${order}/${part}`, bytes), 204)
  assert.equal((await end(box.certified, order, 2)).status, 204)
  assert.equal((await end(box.certified, order, 2)).status, 204)
  assert.ok((await downloaded(box)).content.equals(box.content))
})

test('what is not the file that was ordered is thrown away', async () => {
  const box = await hostWith(randomBytes(1_000))
  const order = await orderedOf(box)
  assert.equal(await send(box, order, randomBytes(1_000)), 409)
  assert.deepEqual(await kept(order), [])
  await assert.rejects(downloaded(box), { status: 404 })
  await put(box.certified, `${order}/0`, box.content)
  const missing = await end(box.certified, order, 2)
  assert.deepEqual([missing.status, /a part is missing/.test(missing.text)], [409, true])
})

test('a host sends only what an order asks of it, and only while it does', async () => {
  const [box, other] = [await hostWith(randomBytes(100)), await hostWith(randomBytes(100))]
  const order = await orderedOf(box)
  assert.equal(await put(other.certified, `${order}/0`, box.content), 409, 'the order of another host')
  assert.equal(await put(box.certified, `${uuid7()}/0`, box.content), 409, 'no order')
  assert.equal(await put({}, `${order}/0`, box.content), 401, 'no certificate')
  for (const state of ['done', 'refused', 'failed', 'cancelled'] as const) {
    await setState(order, state)
    assert.equal(await put(box.certified, `${order}/0`, box.content), 409, state)
  }
  await setState(order, 'running')
  await within(db =>
    sql`UPDATE host_order SET kind = 'scan', action = '{"kind":"scan","mode":"quick"}' WHERE order_id = ${order}`.execute(
      db,
    ),
  )
  assert.equal(await put(box.certified, `${order}/0`, box.content), 409, 'an order for something else')
  assert.deepEqual(await kept(order), [])
})

test('too much is not taken: a part, their number, the file', async () => {
  const box = await hostWith(randomBytes(100))
  const order = await orderedOf(box)
  assert.equal(await put(box.certified, `${order}/0`, Buffer.alloc(partBytes + 1)), 413)
  assert.equal(await put(box.certified, `${order}/64`, Buffer.alloc(1)), 413)
  assert.equal(await put(box.certified, `${order}/100`, Buffer.alloc(1)), 405, 'no such path takes a PUT')
  assert.equal(await put(box.certified, `${order}/0`, Buffer.alloc(1), 'text/html'), 415)
  assert.equal((await end(box.certified, order, 65)).status, 400)
  assert.deepEqual(await kept(order), [])
  await addEntry(box.host, 'large', randomBytes(1), 64 * 1_048_576 + 1)
  const large = call('fetchQuarantined', { params: { host: box.host, entry: 'large' } })
  await assert.rejects(large, { status: 409, message: 'The file is too large to be sent' })
  await within(db =>
    db
      .updateTable('quarantined')
      .set({ size: 64 * 1_048_576 })
      .where('entry_id', '=', 'large')
      .execute(),
  )
  assert.equal((await call('fetchQuarantined', { params: { host: box.host, entry: 'large' } })).state, 'queued')
})

test('a file that a host changes after it said that it is whole is never handed out as that file', async () => {
  const box = await hostWith(randomBytes(partBytes + 10))
  const order = await orderedOf(box)
  assert.equal(await send(box, order), 204)
  assert.equal(await put(box.certified, `${order}/1`, randomBytes(10)), 204)
  await assert.rejects(downloaded(box), /not what was ordered any more/)
})

test('what was ordered while there was room is not taken once there is none', async () => {
  const [box, full] = [await hostWith(randomBytes(100)), await hostWith(randomBytes(100))]
  const [order, other] = [await orderedOf(box), await orderedOf(full)]
  assert.equal(await send(full, other), 204)
  await within(db =>
    sql`INSERT INTO fetched_part (tenant_id, order_id, number, size, sealed)
      SELECT tenant_id, order_id, n, 2147483647, sealed FROM fetched_part, generate_series(60, 61) n
      WHERE order_id = ${other}`.execute(db),
  )
  assert.equal(await put(box.certified, `${order}/0`, box.content), 409)
  await assert.rejects(call('fetchQuarantined', { params: (await hostWith(randomBytes(100))).params }), { status: 409 })
  await within(db => sql`DELETE FROM fetched_part WHERE number >= 60`.execute(db))
  assert.equal(await put(box.certified, `${order}/0`, box.content), 204)
})

test('after an hour it is gone, for download at once and from the disk by the chore', async () => {
  const box = await hostWith(randomBytes(50))
  const [order, half] = [await orderedOf(box), await hostWith(randomBytes(50))]
  assert.equal(await send(box, order), 204)
  const began = await orderedOf(half)
  assert.equal(await put(half.certified, `${began}/0`, half.content), 204)
  opened.pass(3_590)
  await forgetFetched(center)
  assert.ok((await downloaded(box)).content.equals(box.content))
  opened.pass(20)
  await assert.rejects(downloaded(box), { status: 404, kind: 'not-fetched' })
  assert.ok((await forgetFetched(center)) >= 2)
  assert.deepEqual([await kept(order), await kept(began)], [[], []])
})

test('a file that is fetched again takes the place of the one before', async () => {
  const box = await hostWith(randomBytes(50))
  const first = await orderedOf(box)
  assert.equal(
    (await call('fetchQuarantined', { params: box.params })).order,
    first,
    'while it is under way it is the same',
  )
  assert.equal(await send(box, first), 204)
  await setState(first, 'done')
  const second = await orderedOf(box)
  assert.notEqual(second, first)
  assert.equal(await send(box, second), 204)
  assert.deepEqual([(await kept(first)).length, (await kept(second)).length], [0, 1])
  assert.ok((await downloaded(box)).content.equals(box.content))
})

test('who may not handle alerts of that group gets nothing and asks for nothing', async () => {
  const box = await hostWith(randomBytes(50))
  assert.equal(await send(box, await orderedOf(box)), 204)
  for (const may of [[], { 'hosts:read': 'all', 'alerts:read': 'all' }] as const satisfies readonly May[]) {
    await assert.rejects(downloaded(box, may), { status: 404 })
    await assert.rejects(call('fetchQuarantined', { params: box.params }, may), { status: 404 })
  }
  const gone = { params: { host: box.host, entry: 'another' } }
  await assert.rejects(call('fetchQuarantined', gone), { status: 404 })
})

test('a part that was moved within the database does not open', async () => {
  const box = await hostWith(randomBytes(partBytes + 1))
  const order = await orderedOf(box)
  assert.equal(await send(box, order), 204)
  await within(db =>
    sql`UPDATE fetched_part p SET sealed = (SELECT sealed FROM fetched_part o WHERE o.order_id = p.order_id AND o.number = 1)
      WHERE p.order_id = ${order} AND p.number = 0`.execute(db),
  )
  await assert.rejects(downloaded(box), /cannot be opened/)
})

test('an agent of before is not asked, and the answer says what to do', async () => {
  const box = await hostWith(randomBytes(50))
  await within(db =>
    db
      .updateTable('agent')
      .set({ capabilities: ['scan:quick'] })
      .where('host_id', '=', box.host)
      .execute(),
  )
  const { state, reason } = await call('fetchQuarantined', { params: box.params })
  assert.deepEqual([state, reason], ['refused', 'its agent cannot do "send-quarantined": upgrade Davylamp there'])
})
