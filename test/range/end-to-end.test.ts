import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { bootedInfections, decoys, type Infection, infections, type Item } from '../../hosts/index.ts'
import { decodeBytes } from '../../target/index.ts'
import { isAmong, isPresent, isSettled, mustBeFound, nameOf, type SeenFact } from './expectations.ts'
import { decoyPaths, openHost } from './infected-host.ts'
import { rangeImpossible } from './machine.ts'
import { hashOf, infect } from './plant.ts'
import type { Done, Range } from './range.ts'
import { compareSnapshots, type Difference, type Entry, type Snapshot } from './snapshot.ts'
import { advanceDays, tick } from './time-passing.ts'

/** The parts of the documents on standard output that automation may rely on. */
interface Incident {
  readonly verdict: string
  readonly families: readonly string[]
  readonly members: readonly SeenFact[]
}
interface Scan {
  readonly findings: readonly {
    readonly fact: SeenFact
    readonly level: string
    readonly rule: { readonly title: string }
    readonly allowed?: unknown
  }[]
  readonly incidents: readonly Incident[]
}

const impossible = rangeImpossible()
const commandLine = join(import.meta.dirname, '../../cli/main.ts')
const skip = impossible ?? (existsSync(commandLine) ? false : 'there is no command line yet')
/** Which stories: families by name, several on one host joined by `+`, `each`, `all` or the `first` seven of them on one host. */
const named = (process.env['RANGE_FAMILY'] ?? 'kinsing,first').split(',')
const stories = named.flatMap((name): (readonly Infection[])[] => {
  if (name === 'each') return infections.map(one => [one])
  if (name === 'first') return [bootedInfections]
  const joined = name.split('+')
  return [infections.filter(({ family }) => name === 'all' || joined.includes(family))]
})

for (const chosen of stories) {
  const title =
    chosen.length === infections.length ? 'all of them on one host' : chosen.map(one => one.family).join(', ')
  test(`${title}: found, cleaned, stays gone, undone`, { skip, timeout: 300_000 + chosen.length * 60_000 }, context =>
    wholeStory(context, chosen),
  )
}

async function wholeStory(context: TestContext, chosen: readonly Infection[]): Promise<void> {
  const range = await openHost()
  try {
    const items = chosen.flatMap(infection => infection.items)
    const clean = range.snapshot()
    await infect(range, chosen)
    await allowWhatIsAllowed(range)
    const infected = range.snapshot()
    await context.test('scan finds every item and no decoy', () => scanFindsAll(range, chosen))
    await context.test('clean settles every item and harms no decoy', () => cleanSettles(range, items, clean))
    await context.test('nothing is back after a tick, a reboot and eight days', () => staysGone(range, items, clean))
    await context.test('undo puts every byte back', () => undoIsExact(range, infected))
  } finally {
    await range.close()
  }
}

async function allowWhatIsAllowed(range: Range): Promise<void> {
  for (const { path, reason } of decoys.allowed) {
    const terms = [
      '--path',
      path,
      '--sha256',
      hashOf(range.root, path),
      '--reason',
      reason,
      '--author',
      'anna',
      '--expires',
      'never',
    ]
    const done = await range.davylamp(['allow', 'add', ...terms])
    assert.equal(done.status, 0, done.stderr)
  }
}

async function scanFindsAll(range: Range, chosen: readonly Infection[]): Promise<void> {
  const done = await range.davylamp(['scan', '--json'])
  const { incidents, findings } = jsonOf<Scan>(done)
  const confirmed = incidents.filter(({ verdict }) => verdict === 'confirmed').flatMap(incident => incident.members)
  const families = new Set(incidents.flatMap(incident => incident.families))
  const accused = findings.filter(
    ({ level, allowed, fact }) => !['informational', 'low'].includes(level) && allowed === undefined && isDecoy(fact),
  )
  assert.deepEqual(
    {
      status: done.status,
      plantedAndInNoConfirmedIncident: chosen.flatMap(({ family, items }) =>
        items.filter(item => mustBeFound(item) && !isAmong(item, confirmed)).map(item => `${family}: ${nameOf(item)}`),
      ),
      decoysThatAPlanWouldTouch: incidents.flatMap(({ verdict, members }) =>
        members.filter(isDecoy).map(fact => `${verdict}: ${fact.kind} ${fact.path} ${fact.text ?? ''}`),
      ),
      decoysAccused: accused.map(({ rule, fact }) => `${rule.title}: ${fact.kind} ${fact.path}`),
      familiesNotNamed: chosen.flatMap(({ known, family }) => (known && !families.has(family) ? [family] : [])),
    },
    {
      status: 20,
      plantedAndInNoConfirmedIncident: [],
      decoysThatAPlanWouldTouch: [],
      decoysAccused: [],
      familiesNotNamed: [],
    },
  )
}

async function cleanSettles(range: Range, items: readonly Item[], clean: Snapshot): Promise<void> {
  const livedBefore = livingDecoys(range)
  const done = await range.davylamp(['clean', '--yes', '--json', '--watch', '10s'])
  const now = range.snapshot()
  const living = livingDecoys(range)
  const advised = items.flatMap(item => (item.after === 'advised' && 'path' in item ? [item.path] : []))
  assert.deepEqual(
    {
      status: done.status,
      fault: [0, 30].includes(done.status) ? '' : done.stderr,
      stillThere: leftOf(range, items, now, clean),
      differsFromBefore: harmOf(items, clean, now),
      decoysThatNoLongerRun: livedBefore.filter(path => !living.includes(path)),
      replacedFilesNotNamed: advised.filter(path => !done.stdout.includes(path)),
    },
    {
      status: advised.length > 0 ? 30 : 0,
      fault: '',
      stillThere: [],
      differsFromBefore: [],
      decoysThatNoLongerRun: [],
      replacedFilesNotNamed: [],
    },
  )
}

async function staysGone(range: Range, items: readonly Item[], clean: Snapshot): Promise<void> {
  await tick(range)
  await range.reboot('orderly')
  await advanceDays(range, 8)
  const now = range.snapshot()
  assert.deepEqual(
    { back: leftOf(range, items, now, clean), differsFromBefore: harmOf(items, clean, now) },
    { back: [], differsFromBefore: [] },
  )
}

async function undoIsExact(range: Range, infected: Snapshot): Promise<void> {
  const done = await range.davylamp(['undo', '--yes', '--json'])
  const differences = compareSnapshots(infected, range.snapshot(), isNoise)
  const { actions } = jsonOf<{ actions: readonly { outcome: string; detail?: string; action: { kind: string } }[] }>(
    done,
  )
  // Nothing brings a killed process back, and so nothing can be mounted over its entry in /proc again.
  const left = actions.filter(({ outcome, action }) => outcome === 'failed' && action.kind !== 'unmount')
  assert.deepEqual({ differences: differences.map(shown), left }, { differences: [], left: [] })
}

function leftOf(range: Range, items: readonly Item[], now: Snapshot, clean: Snapshot): string[] {
  const entry = (snapshot: Snapshot, item: Item) => ('path' in item ? snapshot.get(item.path) : undefined)
  return items.filter(item => !isSettled(range, item, entry(now, item), entry(clean, item))).map(nameOf)
}

/** Every difference to the host as it was, but for what only a person can repair. */
function harmOf(items: readonly Item[], clean: Snapshot, now: Snapshot): string[] {
  const left = new Set(items.flatMap(item => ('path' in item && item.after === 'advised' ? [item.path] : [])))
  const edited = new Set(items.flatMap(item => ('path' in item ? [item.path] : [])))
  const ignore = (path: string, field: Field, type: string) => {
    if (isNoise(path, field, type) || left.has(path)) return true
    if (field === 'modified') return edited.has(path) || accountFiles.has(path)
    return field === 'added' && isHusk(path, now.get(path), items)
  }
  return compareSnapshots(clean, now, ignore).map(shown)
}

type Field = keyof Entry | 'added' | 'removed'
const accountFiles = new Set(['/etc/passwd', '/etc/shadow', '/etc/group', '/etc/gshadow', '/etc/subuid', '/etc/subgid'])

/** What a running Debian and Davylamp's own state change, whatever else happens. */
function isNoise(path: string, field: Field, type: string): boolean {
  if (field === 'modified' && type === 'directory') return true
  return /^\/(dev(\/|$)|var\/(log|lib\/(systemd|davylamp|logrotate|apt|dpkg\/lock.*)|backups|cache|tmp\/systemd-private-[^/]+)(\/|$)|tmp\/systemd-private-|etc\/\.pwd\.lock|etc\/(passwd|group|shadow|gshadow|subuid|subgid)-$|tmp\/\.(X11|ICE|XIM|font|Test)-unix)/.test(
    path,
  )
}

/** What may stay of an intruder's: a file whose every line was taken out, and ordinary directories that held something (the home of an account among them). */
function isHusk(path: string, entry: Entry | undefined, items: readonly Item[]): boolean {
  if (entry?.type === 'file')
    return entry.sha256 === emptyHash && items.some(item => item.kind === 'line' && item.path === path)
  if (entry?.type !== 'directory' || items.some(item => item.kind === 'directory' && item.path === path)) return false
  return items.some(
    item => ('path' in item && item.path.startsWith(`${path}/`)) || (item.kind === 'account' && item.home === path),
  )
}

const emptyHash = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

function isDecoy(fact: SeenFact): boolean {
  const lines = decoys.files.flatMap(item => (item.kind === 'line' ? [`${item.path}\n${item.text}`] : []))
  const whole = new Set(
    decoyPaths().filter(path => !lines.some(line => line.startsWith(`${path}\n`)) && !sharedPaths.has(path)),
  )
  if (fact.path === undefined) return false
  if (whole.has(decodeBytes(Buffer.from(fact.path)))) return true
  return (
    fact.text !== undefined &&
    (lines.includes(`${fact.path}\n${fact.text}`) || sharedTexts(fact.path).includes(fact.text.trim()))
  )
}

/** Files of the administrator in which an intruder writes too: there the line decides. And commands that one of them takes away. */
const sharedPaths = new Set([
  '/root/.ssh/authorized_keys',
  '/var/spool/cron/crontabs/root',
  '/etc/ld.so.preload',
  '/usr/bin/curl',
  '/usr/bin/wget',
])

function sharedTexts(path: string): string[] {
  if (!sharedPaths.has(path)) return []
  return decoys.files.flatMap(item =>
    item.kind === 'file' && item.path === path && 'text' in item.content ? item.content.text.trim().split('\n') : [],
  )
}

function livingDecoys(range: Range): string[] {
  const programs = [...decoys.files, ...decoys.package.files, ...decoys.processes].filter(item =>
    isPresent(range, item),
  )
  const paths = new Set(programs.flatMap(item => ('path' in item ? [item.path] : [])))
  return [
    ...new Set(
      range
        .processes()
        .map(({ exe }) => exe.replace(/ \(deleted\)$/, ''))
        .filter(path => paths.has(path)),
    ),
  ]
}

function shown({ path, what, detail }: Difference): string {
  return `${path} ${what}: ${detail.slice(0, 300)}`
}

function jsonOf<Document>(done: Done): Document {
  try {
    return JSON.parse(done.stdout) as Document
  } catch {
    throw new Error(`no JSON document on standard output: ${done.stdout.slice(0, 500)} ${done.stderr.slice(0, 500)}`)
  }
}
