import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync, chmodSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { type RunningCenter, startCenter } from '../../center/index.ts'
import { infectedFiles } from '../temporary-tree.ts'
import { type Ended, runProgram, startTreeAgent, type TreeAgent } from './testing/tree-agent.ts'

const folder = mkdtempSync(join(tmpdir(), 'davylamp-remote-'))
chmodSync(folder, 0o711)
const packages = join(folder, 'packages')
const password = 'violet-harbour-93-anvil'
/** What the center itself has to complain about is a fault wherever it happens; the test shows it. */
const complaining = { info() {}, warn() {}, error: (what: string, fields?: object) => console.error(what, fields) }
let center: RunningCenter
const agents: TreeAgent[] = []

/** Runs a command as one person, with a home of their own. */
async function as(
  person: string,
  words: readonly string[],
  input = '',
  more: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const home = join(folder, 'homes', person)
  mkdirSync(home, { recursive: true })
  return runProgram(words, { input, environment: { HOME: home, ...more } })
}

/** The same with --json: what it printed. */
async function json<T>(person: string, words: readonly string[], status = 0, input = ''): Promise<T> {
  const ended = await as(person, [...words, '--json'], input)
  assert.equal(ended.status, status, `${words.join(' ')}\n${ended.stdout}\n${ended.stderr}`)
  return JSON.parse(ended.stdout)
}

async function fine(person: string, words: readonly string[], input = ''): Promise<string> {
  const ended = await as(person, words, input)
  assert.equal(ended.status, 0, `${words.join(' ')}\n${ended.stdout}\n${ended.stderr}`)
  return ended.stdout
}

function savedOf(person: string): string {
  return join(folder, 'homes', person, '.config', 'davylamp', 'center.json')
}

interface Listed {
  readonly items: readonly {
    readonly id: string
    readonly name: string
    readonly title: string
    readonly host: { readonly name: string }
    readonly state: string
  }[]
}

async function addUser(name: string, role: string): Promise<void> {
  const made = await json<{ invitation: { link: string } }>('admin', ['users', 'add', name, '--role', role])
  // The link names the center by the port that it was told of, which is none here.
  const link = made.invitation.link.replace(/^https:\/\/[^/]+/, address())
  await fine(name, ['login', link, '--fingerprint', center.fingerprint, '--password-stdin'], `${password}\n`)
  await fine(name, ['logout'])
  await signIn(name)
}

async function signIn(name: string): Promise<void> {
  await fine(
    name,
    ['login', address(), '--user', name, '--fingerprint', center.fingerprint, '--password-stdin'],
    `${password}\n`,
  )
}

function address(): string {
  return `https://127.0.0.1:${center.api.port}`
}

function plant(name: string): string {
  const root = join(folder, 'trees', name)
  for (const [path, content] of Object.entries({ ...infectedFiles, '/etc/hostname': `${name}\n` })) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
    if (path.startsWith('/tmp/.x/')) chmodSync(join(root, path), 0o755)
  }
  return root
}

/** Puts a package into the center's folder and signs it as its publisher does; gives its hash. */
function publish(version: string): string {
  const file = join(packages, `davylamp-${version}-linux-${process.arch}.tar.gz`)
  writeFileSync(file, 'a package')
  const key = join(folder, 'release.pem')
  const tool = join(import.meta.dirname, '..', '..', 'tools', 'release-sign.ts')
  for (const words of [
    ['make-key', key],
    ['sign', key, file, '0.1.0'],
  ]) {
    const { status, stderr } = spawnSync(process.execPath, [tool, ...words], { encoding: 'utf8' })
    assert.equal(status, 0, stderr)
  }
  return createHash('sha256').update(readFileSync(file)).digest('hex')
}

async function until<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
  for (const end = Date.now() + 60_000; ; ) {
    const found = await ask()
    if (found !== undefined) return found
    if (Date.now() > end) throw new Error(`never: ${what}`)
  }
}

before(async () => {
  const local = { host: '127.0.0.1', port: 0 }
  center = await startCenter({
    state: folder,
    people: local,
    agents: local,
    name: '127.0.0.1',
    packages,
    program: 'davylamp test',
    log: complaining,
  })
})

after(async () => {
  for (const one of agents) await one.stop()
  await center.stop()
  rmSync(folder, { recursive: true, force: true })
})

test('a center that may take any port says which it took, and hosts join there', async () => {
  const { settings } = center.center
  assert.deepEqual(
    [settings.address, settings.agentAddress],
    [`https://127.0.0.1:${center.api.port}`, `https://127.0.0.1:${center.gateway.port}`],
  )
  const { instructions } = await center.newToken('test', 'any port')
  assert.equal(instructions.address, settings.agentAddress)
})

test('signing in: an unknown authority is shown and not believed, a wrong one refused, a one-time password changed', async () => {
  const first = center.firstAdmin
  assert.ok(first !== undefined)
  const unknown = await as(
    'admin',
    ['login', address(), '--user', first.name, '--password-stdin'],
    `${first.password}\n`,
  )
  assert.equal(unknown.status, 64)
  assert.match(unknown.stderr, new RegExp(`nobody here vouches[\\s\\S]*--fingerprint ${center.fingerprint}`))
  const wrong = await as(
    'admin',
    ['login', address(), '--user', 'admin', '--fingerprint', 'a'.repeat(64), '--password-stdin'],
    'x\n',
  )
  assert.equal(wrong.status, 69)
  assert.match(wrong.stderr, /another center, or somebody between/)
  const bad = await as(
    'admin',
    ['login', address(), '--user', 'admin', '--fingerprint', center.fingerprint, '--password-stdin'],
    'wrong-wrong-wrong\n',
  )
  assert.equal(bad.status, 77)
  assert.match(bad.stderr, /did not let you in/)
  assert.equal(existsSync(savedOf('admin')), false)
  const once = await as(
    'admin',
    ['login', address(), '--user', 'admin', '--fingerprint', center.fingerprint, '--password-stdin'],
    `${first.password}\n`,
  )
  assert.equal(once.status, 64)
  assert.match(once.stderr, /one time[\s\S]*second line/)
  const login = ['login', address(), '--user', 'admin', '--fingerprint', center.fingerprint, '--password-stdin']
  assert.match(await fine('admin', login, `${first.password}\n${password}\n`), /Signed in to https:\/\/127\.0\.0\.1/)
  assert.equal(statSync(savedOf('admin')).mode & 0o777, 0o600)
  assert.doesNotMatch(readFileSync(savedOf('admin'), 'utf8'), new RegExp(password))
  assert.match(await fine('admin', ['whoami']), /admin/)
})

test('without a sign-in, with a file that others read, with a token that is none: 64, 69 or 77, and what to do', async () => {
  for (const [words, status, says] of [
    [['hosts'], 64, /signed in to no center: davylamp login/],
    [['login', 'http://127.0.0.1:1', '--user', 'x'], 64, /no address of a center/],
    [['login', '127.0.0.1:1'], 64, /--user NAME, or --token/],
    [['login', '127.0.0.1:1', '--token', 'davylamp_xxxxxxxx'], 69, /cannot be reached[\s\S]*ECONNREFUSED/],
  ] as const) {
    const ended = await as('nobody', words)
    assert.equal(ended.status, status, `${words.join(' ')}: ${ended.stderr}`)
    assert.match(ended.stderr, says)
  }
  const environment = {
    DAVYLAMP_CENTER: address(),
    DAVYLAMP_FINGERPRINT: center.fingerprint,
    DAVYLAMP_TOKEN: `davylamp_${'x'.repeat(43)}`,
  }
  const token = await as('nobody', ['hosts'], '', environment)
  assert.equal(token.status, 77)
  assert.match(token.stderr, /token is not good[\s\S]*tokens add/)
  mkdirSync(dirname(savedOf('open')), { recursive: true })
  writeFileSync(savedOf('open'), '{}', { mode: 0o644 })
  const open = await as('open', ['hosts'])
  assert.equal(open.status, 64)
  assert.match(open.stderr, /others can read it: chmod 600/)
})

test('a token in the environment does what it may, and is told which right it lacks', async () => {
  const made = await json<{ token: string }>('admin', ['tokens', 'add', 'script', '--may', 'hosts:read'])
  const environment = {
    DAVYLAMP_CENTER: address(),
    DAVYLAMP_FINGERPRINT: center.fingerprint,
    DAVYLAMP_TOKEN: made.token,
  }
  const hosts = await as('script', ['hosts', '--json'], '', environment)
  assert.deepEqual([hosts.status, JSON.parse(hosts.stdout)], [0, { items: [] }])
  const alerts = await as('script', ['alerts'], '', environment)
  assert.equal(alerts.status, 77)
  assert.match(alerts.stderr, /alerts:read/)
  await fine('admin', ['tokens', 'revoke', 'script'])
  assert.equal((await as('script', ['hosts'], '', environment)).status, 77)
})

test('hosts join with a token, are listed, sorted and described', async () => {
  for (const name of ['web-1', 'web-2']) {
    const made = await json<{ token: string }>('admin', ['enrol', 'token', '--name', name])
    const where = { center: `https://127.0.0.1:${center.gateway.port}`, fingerprint: center.fingerprint }
    const upgradable = name === 'web-1'
    agents.push(await startTreeAgent({ ...where, token: made.token, name, root: plant(name), upgradable }))
  }
  const hosts = await until('both hosts are online', async () => {
    const { items } = await json<Listed>('admin', ['hosts', '--online'])
    return items.length === 2 ? items : undefined
  })
  assert.deepEqual(
    hosts.map(one => one.name),
    ['web-1', 'web-2'],
  )
  await fine('admin', ['groups', 'add', 'shop', '--below', 'All hosts'])
  await fine('admin', ['hosts', 'set', 'web-1', '--group', 'shop', '--tags', 'edge,eu', '--owner', 'mira'])
  assert.deepEqual(
    (await json<Listed>('admin', ['hosts', 'list', '--group', 'shop'])).items.map(one => one.name),
    ['web-1'],
  )
  assert.match(await fine('admin', ['hosts', 'move', 'web-1', 'web-2', '--to', 'shop']), /Moved 1 host to shop/)
  assert.match(await fine('admin', ['hosts', 'move', 'web-2', '--to', 'All hosts']), /Moved 1 host to All hosts/)
  assert.match(await fine('admin', ['hosts', 'show', 'web-1']), /tags\s+edge, eu/)
  assert.deepEqual((await json<Listed>('admin', ['hosts', 'list', '--limit', '1'])).items.length, 1)
  const unknown = await as('admin', ['hosts', 'show', 'web'])
  assert.equal(unknown.status, 64)
  assert.match(unknown.stderr, /no host web[\s\S]*Did you mean web-1, web-2/)
})

test('a scan is followed to its end; the alert shows what the host found, and no control character of its names', async () => {
  const ended = await as('admin', ['hosts', 'scan', 'web-1', 'web-2', '--follow'])
  assert.equal(ended.status, 0, ended.stdout + ended.stderr)
  assert.match(ended.stdout, /Asked 2 hosts[\s\S]*web-1: scan done[\s\S]*2 of 2 orders done/)
  const alerts = await until('alerts of both', async () => {
    const { items } = await json<Listed>('admin', ['alerts', '--about', 'incident'])
    return items.length === 2 ? items : undefined
  })
  const [alert] = alerts
  assert.ok(alert !== undefined)
  for (const words of [
    ['alerts', 'show', alert.id],
    ['alerts', 'plan', alert.id],
    ['alerts', 'history', alert.id],
    ['alerts', 'story', alert.id],
    ['alerts'],
    ['hunt', 'pool.example'],
  ]) {
    const { status, stdout } = await as('admin', words)
    assert.equal(status, 0, words.join(' '))
    assert.doesNotMatch(stdout, /[\u0000-\u0009\u000b-\u001f\u007f]/, words.join(' '))
  }
  assert.match(await fine('admin', ['alerts', 'plan', alert.id]), /a\\x1b\[2J\\x1b\[31m\\x0ab\.sh/)
  await fine('admin', ['alerts', 'comment', alert.id, 'asked', 'the', 'owner'])
  assert.match(await fine('admin', ['alerts', 'history', alert.id]), /asked the owner/)
  await fine('admin', ['alerts', 'assign', alert.id, '--to', 'admin'])
  assert.equal((await json<Listed>('admin', ['alerts', '--assigned-to', 'admin'])).items.length, 1)
})

test('the report of an alert becomes a file, in the language that is asked for, and writes over nothing', async () => {
  const [alert] = (await json<Listed>('admin', ['alerts', '--about', 'incident', '--host', 'web-1'])).items
  assert.ok(alert !== undefined)
  for (const [format, begins] of [
    ['html', '<!doctype html>\n<html lang="zh-CN">'],
    ['pdf', '%PDF-1.7'],
  ] as const) {
    const path = join(folder, `report.${format}`)
    const words = ['alerts', 'report', alert.id, '--format', format, '--language', 'zh', '--output', path]
    assert.match(await fine('admin', words), /The report is in /)
    assert.equal(readFileSync(path, 'utf8').slice(0, begins.length), begins)
    assert.equal(statSync(path).mode & 0o777, 0o600)
    const again = await as('admin', words)
    assert.notEqual(again.status, 0)
    assert.match(again.stderr, /cannot be written: EEXIST/)
  }
})

test('handling: the plan is shown, nothing happens unasked, then it is followed to the proof; all alike at once', async () => {
  const { items } = await json<Listed>('admin', ['alerts', '--about', 'incident', '--host', 'web-1'])
  const id = items[0]?.id ?? ''
  const preview = await json<{ items: { plan?: { actions: number } }[] }>(
    'admin',
    ['handle', id, '--as', 'in-depth'],
    30,
  )
  assert.ok((preview.items[0]?.plan?.actions ?? 0) > 3)
  const unasked = await as('admin', ['handle', id, '--as', 'in-depth'])
  assert.equal(unasked.status, 30)
  assert.match(unasked.stdout, /PLAN/)
  assert.match(unasked.stderr, /Nothing was done: say --yes/)
  assert.equal(existsSync(join(folder, 'trees', 'web-1', 'tmp', '.x', 'xm')), true)
  const narrow = await as('admin', ['handle', id, '--as', 'ignore', '--group', 'shop'])
  assert.match(narrow.stderr, /narrow --same-type/)
  const patient = await as('admin', ['handle', id, '--as', 'ignore', '--watch', '5s'])
  assert.match(patient.stderr, /it goes with --as in-depth, terminate or terminate-and-quarantine/)
  const done = await as('admin', [
    'handle',
    id,
    '--as',
    'in-depth',
    '--same-type',
    'type',
    '--yes',
    '--follow',
    '--watch',
    '5s',
    '--comment',
    'all of them',
  ])
  assert.equal(done.status, 0, done.stdout + done.stderr)
  assert.match(done.stdout, /quarantine[\s\S]*proof: clean[\s\S]*2 of 2 orders done/)
  for (const name of ['web-1', 'web-2']) assert.equal(existsSync(join(folder, 'trees', name, 'tmp', '.x', 'xm')), false)
  const ordered = await center.store.tenant(center.tenant, db =>
    db.selectFrom('host_order').select('action').where('kind', '=', 'clean').execute(),
  )
  assert.deepEqual(
    ordered.map(({ action }) => (action as { watchSeconds?: number }).watchSeconds),
    [5, 5],
  )
  const again = await as('admin', ['handle', id, '--as', 'in-depth', '--yes'])
  assert.equal(again.status, 30)
  assert.match(again.stdout, /nothing will be done: it is handled already/)
  const runs = await json<Listed>('admin', ['hosts', 'runs'])
  assert.equal(runs.items.length, 2)
  assert.match(
    await fine('admin', ['hosts', 'run', 'web-1', runs.items.find(one => one.host.name === 'web-1')?.id ?? '']),
    /quarantine/,
  )
})

test('a second person approves with a key of their own; what waits, who may not, and a refusal are told', async () => {
  await addUser('rosa', 'approver')
  await addUser('vera', 'viewer')
  const key = join(folder, 'rosa.pem')
  const pinned = await json<{ name: string; key: string }>('rosa', ['approver', 'new-key', key, '--name', 'rosa'])
  assert.equal(statSync(key).mode & 0o777, 0o600)
  assert.deepEqual(await json('rosa', ['approver', 'key', key]), pinned)
  assert.match(
    (await as('rosa', ['approver', 'new-key', key, '--name', 'rosa', '--no-passphrase'])).stderr,
    /is there already/,
  )
  await fine('rosa', ['approver', 'register', key])
  const settings = join(folder, 'settings.yml')
  writeFileSync(settings, 'secondApprover: { kinds: [scan], approvals: 1 }\n')
  await fine('admin', ['settings', 'set', settings])
  const started = await as('admin', ['hosts', 'scan', 'web-1', 'web-2', '--follow'])
  assert.equal(started.status, 30)
  assert.match(started.stdout, /2 orders wait for the approval of somebody else: davylamp approve/)
  const waiting = (await json<Listed>('rosa', ['orders', 'list', '--is', 'waiting-approval'])).items.map(one => one.id)
  assert.equal(waiting.length, 2)
  const viewer = await as('vera', ['approve', ...waiting, '--yes'])
  assert.equal(viewer.status, 77)
  assert.match(viewer.stderr, /orders:approve/)
  const [first = '', second = ''] = waiting
  const approved = await as('rosa', ['approve', first, '--key', key, '--yes'])
  assert.equal(approved.status, 0, approved.stdout + approved.stderr)
  assert.match(approved.stdout, /scan \(quick\)[\s\S]*asked for by admin[\s\S]*1 order approved/)
  assert.match(await fine('rosa', ['refuse', second, '--reason', 'not at night']), /Refused/)
  assert.match(await fine('admin', ['orders', 'show', second]), /rosa refused it: not at night/)
  assert.match(await fine('admin', ['orders', 'show', first]), /approved by\s+rosa,.*signed/)
  writeFileSync(settings, 'secondApprover: { kinds: [], approvals: 1 }\n')
  await fine('admin', ['settings', 'set', settings])
  const bad = join(folder, 'bad.yml')
  writeFileSync(bad, 'secondApprover: { kinds: [everything], approvals: 9 }\n')
  const refused = await as('admin', ['settings', 'set', bad])
  assert.equal(refused.status, 64)
  assert.match(refused.stderr, /secondApprover\.kinds/)
})

test('indicators come from CSV, allowances are replayed first, policies and audit are looked after', async () => {
  const csv = join(folder, 'feed.csv')
  writeFileSync(csv, 'value;kind;note\n198.51.100.7;address;"pool; the first"\n198.51.100.8;address;\n')
  assert.match(await fine('admin', ['indicators', 'import', csv]), /2 added, 0 known/)
  assert.match(await fine('admin', ['indicators', 'import', csv]), /0 added, 2 known/)
  assert.match(await fine('admin', ['indicators', 'list', '--kind', 'address']), /198\.51\.100\.7/)
  writeFileSync(csv, 'address,198.51.100.9\nnonsense,x\n')
  assert.match((await as('admin', ['indicators', 'import', csv])).stderr, /line 2[\s\S]*unknown/)
  const allowed = await json<{ matched: number }>(
    'admin',
    ['allowlist', 'add', '--path', '/opt/nowhere', '--everywhere', '--reason', 'our own test'],
    30,
  )
  assert.equal(allowed.matched, 0)
  await fine('admin', [
    'allowlist',
    'add',
    '--path',
    '/opt/nowhere',
    '--group',
    'shop',
    '--reason',
    'our own test',
    '--yes',
  ])
  const { items } = await json<Listed>('admin', ['allowlist'])
  await fine('admin', ['allowlist', 'remove', items[0]?.id ?? ''])
  const policy = join(folder, 'policy.yml')
  writeFileSync(
    policy,
    'scan: { quick: { everyMinutes: 30 }, cpuPercent: 20 }\ninventoryEveryMinutes: 60\nreportCostEveryMinutes: 5\nlaterLooks: true\nprevention: observe\nautoResponse: "off"\n',
  )
  await fine('admin', ['groups', 'set-policy', 'shop', policy])
  assert.match(await fine('admin', ['groups', 'policy', 'shop']), /everyMinutes: 30/)
  await fine('admin', ['groups', 'set-policy', 'shop', '--inherit'])
  assert.match(await fine('admin', ['audit', 'verify']), /Whole: \d+ entries/)
  assert.match(await fine('admin', ['audit', 'list', '--action', 'alerts.']), /alerts\.in-depth/)
  assert.equal((await as('vera', ['audit'])).status, 77)
})

test('agents are upgraded to a signed release: shown first, and only where their owners allow it', async () => {
  const none = await as('admin', ['hosts', 'upgrade', '--all', '--yes'])
  assert.equal(none.status, 30)
  assert.match(none.stdout, /web-1: stays 0\.1\.0: no signed release[\s\S]*web-2: stays 0\.1\.0: its host does not let/)
  mkdirSync(packages)
  const sha256 = publish('0.2.0')
  const shown = await json<{ items: { to?: object }[] }>('admin', ['hosts', 'upgrade', '--all'], 30)
  assert.deepEqual(
    shown.items.map(one => one.to),
    [{ version: '0.2.0', sha256 }, undefined],
  )
  const unasked = await as('admin', ['hosts', 'upgrade', 'web-1'])
  assert.deepEqual([unasked.status, (await json<Listed>('admin', ['tasks', '--kind', 'upgrade'])).items], [30, []])
  const done = await as('admin', ['hosts', 'upgrade', '--all', '--yes', '--follow'])
  assert.equal(done.status, 0, done.stderr)
  assert.match(done.stdout, /web-1: 0\.1\.0 becomes 0\.2\.0[\s\S]*Asked 1 agent to upgrade[\s\S]*1 of 1 order done/)
  assert.equal((await as('vera', ['hosts', 'upgrade', '--all'])).status, 77)
})

test('everything else answers: lists, the summary, health, every function by its name', async () => {
  for (const words of [
    ['hosts', 'summary'],
    ['hosts', 'facets'],
    ['hosts', 'agents'],
    ['hosts', 'scans'],
    ['hosts', 'quarantine'],
    ['hosts', 'blocked'],
    ['hosts', 'changes', '--since', '24h'],
    ['hosts', 'events', 'web-1'],
    ['hosts', 'inventory', 'web-1'],
    ['alerts', 'counts'],
    ['tasks'],
    ['campaigns'],
    ['blocks'],
    ['packs'],
    ['enrol'],
    ['enrol', 'tokens', '--every-token'],
    ['enrol', 'how'],
    ['users'],
    ['users', 'show', 'rosa'],
    ['users', 'roles'],
    ['users', 'sessions', 'rosa'],
    ['tokens'],
    ['providers'],
    ['audit', 'head'],
    ['approver'],
    ['settings'],
    ['account'],
    ['account', 'second-factors'],
    ['api', 'call', 'listHosts', 'limit=1'],
  ]) {
    await json('admin', words)
    const { status, stderr } = await as('admin', words)
    assert.equal(status, 0, `${words.join(' ')}: ${stderr}`)
  }
  assert.match((await as('admin', ['health'])).stdout, /PostgreSQL/)
})

test('signing out ends the session in the center, not only here', async () => {
  const copy = readFileSync(savedOf('vera'), 'utf8')
  await fine('vera', ['logout'])
  assert.equal(existsSync(savedOf('vera')), false)
  writeFileSync(savedOf('vera'), copy, { mode: 0o600 })
  const ended = await as('vera', ['hosts'])
  assert.equal(ended.status, 77)
  assert.match(ended.stderr, /sign-in at [\s\S]* has ended: davylamp login[\s\S]*--user vera/)
})
