import assert from 'node:assert/strict'
import { globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { cleanFiles } from '../../cli/temporary-tree.ts'
import { liveEvents } from '../../client/index.ts'
import type { Finding } from '../../model/index.ts'
import { type CenterProcess, freePorts, startCenterProcess } from '../verify/load/center-process.ts'
import { newState } from './center-process.ts'
import { firstAdmin, type Person } from './person.ts'
import { TreeHost } from './tree-host.ts'
import { until } from './until.ts'

/** Text that speaks of mining and mines nothing, where no quick scan looks. */
const configuration = JSON.stringify({
  'donate-level': 1,
  pools: [{ url: 'stratum+tcp://pool.example:3333', user: 'nobody', 'rig-id': 'a' }],
  randomx: { wrmsr: true },
  cpu: { 'max-threads-hint': 50 },
})
const place = '/srv/data/2024/notes.dat'
const many = 2_000

const folder = mkdtempSync(join(tmpdir(), 'davylamp-ordered-'))
const centerState = newState()
let center: CenterProcess
let admin: Person
let host: TreeHost
let id = ''

before(async () => {
  center = await startCenterProcess(centerState, await freePorts(), [])
  admin = await firstAdmin(center.listening)
  host = new TreeHost({ folder, name: 'web-3', files: { ...cleanFiles, [place]: configuration } })
  for (let number = 0; number < many; number++) {
    if (number % 500 === 0) mkdirSync(join(host.root, `home/many/${number / 500}`), { recursive: true })
    writeFileSync(join(host.root, `home/many/${Math.floor(number / 500)}/${number}`), `${number}\n`)
  }
  const group = (await admin.api.listGroups()).items[0]?.id ?? ''
  const { token } = await admin.api.createEnrolmentToken({ body: { group, name: 'web-3' } })
  const { agents, fingerprint } = center.listening
  await host.join({ center: agents, token, fingerprint })
  const online = async () => (await admin.api.listAgents({ query: {} })).items.find(one => one.online)
  id = (await until('the agent is there', online, { explain: () => host.log })).host.id
})

after(async () => {
  await host?.end('SIGTERM')
  await center?.end('SIGTERM')
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  rmSync(centerState, { recursive: true, force: true, maxRetries: 5 })
})

interface Wanted {
  readonly mode: 'quick' | 'full' | 'path'
  readonly path?: string
  readonly cpuPercent?: number
}

async function order(wanted: Wanted): Promise<{ task: string; order: string }> {
  const { task, refused } = await admin.api.startScan({ body: { scope: { hosts: [id] }, ...wanted } })
  assert.deepEqual(refused, [])
  const [one] = (await admin.api.listOrders({ query: { task } })).items
  return { task, order: one?.id ?? '' }
}

const stateOf = async (order: string) => (await admin.api.getOrder({ params: { order } })).state
const endOf = (order: string) =>
  until(
    'its end',
    async () => {
      const found = await admin.api.getOrder({ params: { order } })
      return found.endedAt === undefined ? undefined : found
    },
    { seconds: 120, explain: () => host.log },
  )
const scanOf = async () => (await admin.api.listScans({ query: { host: id, limit: 1 } })).items[0]
const alerts = async () => (await admin.api.listAlerts({ query: { host: id, status: 'open' } })).items

interface Told {
  readonly order?: string
  readonly what: string
  readonly done: number
  readonly total: number
  readonly bytes?: number
  readonly perSecond?: number
}

/** What the center tells live of an order, once it reads contents and `enough` says so. */
async function progressOf(order: string, enough: (told: Told) => boolean): Promise<Told> {
  const stop = new AbortController()
  const late = setTimeout(() => stop.abort(), 90_000)
  try {
    for await (const event of liveEvents(admin.client, { what: ['progress'], signal: stop.signal })) {
      if (event.event !== 'changed') continue
      const told = event.data.detail as Told
      if (told.order === order && told.bytes !== undefined && enough(told)) return told
    }
    throw new Error(`no such progress: ${host.log}`)
  } finally {
    clearTimeout(late)
    stop.abort()
  }
}

test('a scan of a path finds what only its content gives away, and that becomes an alert', async () => {
  const scan = await order({ mode: 'path', path: '/srv/data' })
  assert.equal((await endOf(scan.order)).state, 'done')
  assert.equal((await scanOf())?.mode, 'custom')
  const [alert] = await alerts()
  assert.deepEqual([alert?.type, alert?.title], ['mining', `Cryptominer: ${place}`])
  const { findings } = await admin.api.getAlert({ params: { alert: alert?.id ?? '' } })
  const evidence = await Promise.all(
    findings.map(async one => (await admin.api.getAlert({ params: { alert: one.id } })).evidence),
  )
  const facts = evidence.map(one => (one as Finding).fact)
  const matches = facts.flatMap(fact => (fact.kind === 'file' && fact.path === place ? (fact.matches ?? []) : []))
  assert.ok(matches.length > 0, JSON.stringify(evidence))
})

test('what cannot be scanned is said: by the center where it knows, else by the host', async () => {
  for (const path of ['srv/data', '', '../etc', '/srv/\u0000data'])
    await assert.rejects(admin.api.startScan({ body: { scope: { hosts: [id] }, mode: 'path', path } }), /path/)
  await assert.rejects(admin.api.startScan({ body: { scope: { hosts: [id] }, mode: 'path' } }), /path/i)
  for (const path of ['/no/such', '/srv/data/2024/notes.dat/below', `/${'x'.repeat(4_000)}`]) {
    const scan = await order({ mode: 'path', path })
    const { state, reason } = await endOf(scan.order)
    assert.deepEqual([state, /there is no file or folder/.test(reason ?? '')], ['failed', true], reason ?? '')
  }
})

test('a cancelled full scan ends its child and leaves nothing half written; what it read is kept', async () => {
  const scan = await order({ mode: 'full', cpuPercent: 5 })
  const told = await progressOf(scan.order, ({ done }) => done > 100)
  assert.deepEqual([told.what, told.total >= told.done, (told.perSecond ?? 0) > 0], ['reading contents', true, true])
  assert.ok(host.lookingPid() !== undefined)
  const before = (await scanOf())?.id
  const cancelled = await admin.api.cancelTask({ params: { task: scan.task } })
  assert.deepEqual(cancelled, { cancelled: 0, asked: 1, left: 0 })
  assert.equal((await endOf(scan.order)).state, 'cancelled')
  assert.equal(host.lookingPid(), undefined)
  assert.deepEqual(globSync('**/*.tmp', { cwd: host.state }), [])
  assert.equal((await scanOf())?.id, before, 'half a scan says nothing')
})

test('a full scan gives way to a quick one, outlives the agent, and ends', async () => {
  // As slow as it goes: it must not have ended while something else is done.
  const scan = await order({ mode: 'full', cpuPercent: 2 })
  await progressOf(scan.order, () => true)
  const quick = await order({ mode: 'quick', cpuPercent: 100 })
  assert.equal((await endOf(quick.order)).state, 'done')
  assert.equal((await scanOf())?.mode, 'quick')
  assert.equal(await stateOf(scan.order), 'running')
  await progressOf(scan.order, () => true)
  await host.end('SIGKILL')
  assert.equal(await stateOf(scan.order), 'running')
  host.start()
  const { state, reason } = await endOf(scan.order)
  assert.equal(state, 'done', reason ?? '')
  const last = await scanOf()
  assert.equal(last?.mode, 'full')
  const mining = (await alerts()).filter(one => one.type === 'mining')
  assert.deepEqual(
    mining.map(one => [one.title, one.seenTimes]),
    [[`Cryptominer: ${place}`, 3]],
  )
  assert.deepEqual(globSync('**/*.tmp', { cwd: host.state }), [])
})
