import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { joinCenter } from '../../agent/join.ts'
import { openBareDatabase, serverMissing } from '../../center/testing/index.ts'
import { infections } from '../../hosts/index.ts'
import { inNamespaces, inside } from '../../remedies/testing/inner-run.ts'
import { isPresent, nameOf } from '../range/expectations.ts'
import { startPool } from '../range/infected-host.ts'
import { rangeImpossible } from '../range/machine.ts'
import { infect } from '../range/plant.ts'
import { CenterProcess, newState } from './center-process.ts'
import { type Fleet, openFleet } from './fleet.ts'
import { joinHost, type Member, rootGroup } from './member.ts'
import { endOfTask, openIncident, scanNow } from './orders.ts'
import { type Person, signIn } from './person.ts'
import { openReceivers, type Receivers, routeToAll } from './receivers.ts'
import { part } from './story.ts'
import { until } from './until.ts'

inNamespaces(import.meta.url, rangeImpossible() ?? serverMissing(15) ?? false, 1_400)

const kinsing = infections.filter(({ family }) => family === 'kinsing')
const launcher = resolve(import.meta.dirname, '../../davylamp')

test('PostgreSQL 15 with two centers, an older agent, a cut cable; then from a backup on PostgreSQL 18', {
  skip: !inside,
}, async context => {
  const database = await openBareDatabase(15)
  const store = urlOf(database.connection)
  const fleet = await openFleet(['one', 'two'], { store })
  const second = new CenterProcess({ store, state: copyOfState(fleet.center.state), people: 9_443, agents: 9_444 })
  const restored = new CenterProcess()
  const older = new OlderAgent()
  const receivers = await openReceivers()
  try {
    const [one, two] = await part(context, 'two hosts join, and people are told by mail', () =>
      joinBoth(fleet, receivers),
    )
    const elsewhere = await part(context, 'a second center on the same store, to which people go', () =>
      atSecond(fleet, second),
    )
    const cutAt = Date.now()
    two.range.plug(false)
    await part(context, 'an agent of the version before: what nobody knows is put aside and holds up nothing', () =>
      oldAgent(fleet, elsewhere, older),
    )
    await part(context, 'people at one center handle what the agent tells the other', () => handle(elsewhere, one))
    await part(context, 'a cut cable: one alarm with the likely reason, and its end', () =>
      cutCable(elsewhere, two, receivers, cutAt),
    )
    await part(context, 'a center that restarts alarms nobody', () => restart(fleet, elsewhere, [one, two]))
    await part(context, 'a backup on another PostgreSQL: agents go on where they were', () =>
      fromBackup(fleet, second, restored, store, [one, two]),
    )
  } finally {
    await older.end()
    await receivers.close()
    await Promise.allSettled([second.close(), restored.close(), fleet.close()])
    await database.drop()
  }
})

function urlOf({ host, port, user, password, database }: Connection): string {
  const query = `host=${encodeURIComponent(String(host))}&port=${port ?? 5432}`
  return `postgres://${user}:${encodeURIComponent(String(password))}@/${database}?${query}`
}

type Connection = Awaited<ReturnType<typeof openBareDatabase>>['connection']

/** What an owner carries to the second machine: the master key, which is not in the store. */
function copyOfState(from: string): string {
  const state = newState()
  cpSync(join(from, 'center'), join(state, 'center'), { recursive: true })
  return state
}

async function joinBoth({ admin, center, hosts }: Fleet, receivers: Receivers): Promise<readonly [Member, Member]> {
  const [one, two] = hosts
  assert.ok(one && two)
  await routeToAll(admin, receivers)
  await Promise.all(hosts.map(startPool))
  await infect(one, kinsing)
  return Promise.all([joinHost(admin, center, one), joinHost(admin, center, two)])
}

async function atSecond({ admin, center }: Fleet, second: CenterProcess): Promise<Person> {
  const { fingerprint, firstAdmin } = await second.start()
  assert.deepEqual({ fingerprint, firstAdmin }, { fingerprint: center.document.fingerprint, firstAdmin: undefined })
  return signIn(second.document, admin.name, admin.password)
}

async function oldAgent({ admin, center }: Fleet, elsewhere: Person, older: OlderAgent): Promise<void> {
  const id = await older.start(admin, center)
  const stored = await until('its three reports are acknowledged', async () => {
    const one = await elsewhere.api.getAgent({ params: { agent: id } })
    return one.acknowledged === 3 ? one : undefined
  })
  assert.deepEqual([stored.program, stored.capabilities], ['davylamp 0.0.9', ['scan', 'scan:quick']])
  const { items } = await elsewhere.api.listHostEvents({ params: { host: stored.host.id } })
  const told = items
    .filter(({ what }) => what === 'tampering')
    .map(({ detail }) => (detail as { detail: string }).detail)
  assert.deepEqual(new Set(told), new Set(['before', 'after']))
  const { task } = await elsewhere.api.startScan({ body: { scope: { hosts: [stored.host.id] }, mode: 'full' } })
  const orders = await elsewhere.api.listOrders({ query: { task } })
  assert.deepEqual(
    orders.items.map(({ state, refusal }) => [state, refusal]),
    [['refused', 'not-capable']],
  )
}

async function handle(elsewhere: Person, one: Member): Promise<void> {
  await scanNow(elsewhere, [one])
  const alert = await openIncident(elsewhere, one, /kinsing/)
  const { task } = await elsewhere.api.handleAlerts({
    body: { choice: { alerts: [alert.id] }, how: { as: 'terminate-and-quarantine' } },
  })
  const [order] = await endOfTask(elsewhere, task ?? '', { members: [one] })
  assert.deepEqual([order?.state, order?.reason], ['done', undefined])
  const programs = kinsing.flatMap(({ items }) => items).filter(({ kind }) => kind === 'process')
  assert.deepEqual(programs.filter(item => isPresent(one.range, item)).map(nameOf), [])
}

async function cutCable({ api }: Person, two: Member, { mails }: Receivers, cutAt: number): Promise<void> {
  const alarms = async () => (await api.listAlerts({ query: { about: 'agent', type: 'agent-offline' } })).items
  const alarm = await until('the alarm', async () => (await alarms())[0], { seconds: 150 })
  // Offline after 50 s of silence, and told once all who fell silent with it are known.
  assert.ok(Date.parse(alarm.firstSeen) - cutAt > 45_000)
  assert.equal(alarm.status, 'open')
  const host = await api.getHost({ params: { host: two.id } })
  assert.deepEqual([host.online, host.offlineReason], [false, 'host-or-network'])
  await until(
    'a mail about it',
    () => mails.find(({ subject }) => /offline/i.test(subject) && subject.includes('two')),
    {
      explain: () => mails.map(({ subject }) => subject).join('; '),
    },
  )
  two.range.plug(true)
  await until('it is back', async () => (await api.getHost({ params: { host: two.id } })).online, { seconds: 90 })
  await until('the alarm is over', async () => (await alarms())[0]?.status === 'handled')
  assert.equal((await alarms()).length, 1)
}

const restartSeconds = 15

async function restart({ center }: Fleet, { api }: Person, members: readonly Member[]): Promise<void> {
  const before = (await api.listAlerts({ query: { about: 'agent' } })).items.length
  await center.stop()
  await pause(restartSeconds * 1_000)
  await center.start()
  for (const { agent, range } of members)
    await until(`${range.name} is back at the first center`, async () => {
      const one = await api.getAgent({ params: { agent } })
      return one.online && Date.parse(one.connectedAt ?? '') > Date.now() - 60_000
    })
  assert.equal((await api.listAlerts({ query: { about: 'agent' } })).items.length, before)
}

async function fromBackup(
  { admin, center }: Fleet,
  second: CenterProcess,
  restored: CenterProcess,
  store: string,
  members: readonly Member[],
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'davylamp-backup-'))
  try {
    const [file, secret] = [join(folder, 'center.dlb'), join(folder, 'passphrase')]
    writeFileSync(secret, 'a lamp in the dark\n', { mode: 0o600 })
    command('--state', center.state, 'center', 'backup', file, '--store', store, '--passphrase-file', secret)
    await Promise.all([center.stop(), second.stop()])
    command('--state', restored.state, 'center', 'restore', file, '--passphrase-file', secret)
  } finally {
    rmSync(folder, { recursive: true })
  }
  const { fingerprint } = await restored.start()
  assert.equal(fingerprint, center.document.fingerprint)
  const again = await signIn(restored.document, admin.name, admin.password)
  const before = new Map<string, number>()
  for (const { agent } of members) before.set(agent, (await again.api.getAgent({ params: { agent } })).acknowledged)
  await scanNow(again, members)
  for (const { agent } of members) {
    const { acknowledged, state } = await again.api.getAgent({ params: { agent } })
    assert.ok(state === 'active' && acknowledged > (before.get(agent) ?? 0))
  }
}

function command(...words: readonly string[]): void {
  const done = spawnSync(launcher, words, { encoding: 'utf8', timeout: 120_000 })
  assert.equal(done.status, 0, `${words.join(' ')}: ${done.stdout} ${done.stderr}`)
}

class OlderAgent {
  readonly #folder = mkdtempSync(join(tmpdir(), 'davylamp-older-'))
  #child: ChildProcess | undefined

  /** Its id. */
  async start(admin: Person, { document }: CenterProcess): Promise<string> {
    const { token } = await admin.api.createEnrolmentToken({ body: { group: await rootGroup(admin) } })
    const { agents: center, fingerprint } = document
    const state = join(this.#folder, 'state')
    const { agent } = await joinCenter({ state, center, token, fingerprint, program: 'davylamp 0.0.9', name: 'older' })
    const program = join(import.meta.dirname, 'older-agent.ts')
    const words = ['--disable-warning=ExperimentalWarning', program, state, center]
    this.#child = spawn(process.execPath, words, { stdio: 'ignore' })
    return agent
  }

  async end(): Promise<void> {
    const child = this.#child
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    }
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
