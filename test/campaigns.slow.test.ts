import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { campaigns } from '../hosts/campaigns/index.ts'
import { decoys, infections, type Item, plantedInfections } from '../hosts/index.ts'
import { livedIn } from '../hosts/lived-in.ts'
import { displayBytes } from '../target/index.ts'
import { baseImage } from './range/base-image.ts'
import { installPackage } from './range/infected-host.ts'
import { isAmong, isSettled, mustBeFound, nameOf, type SeenFact } from './range/expectations.ts'
import { discardRange, newRangeDirectory } from './range/leftovers.ts'
import { rangeImpossible, runHere } from './range/machine.ts'
import { plantAttributes, plantFiles } from './range/plant.ts'
import { mountImage } from './range/range-disk.ts'
import { compareSnapshots, type Difference, type Snapshot, takeSnapshot } from './range/snapshot.ts'

interface Scan {
  readonly findings: readonly {
    readonly fact: SeenFact
    readonly level: string
    readonly rule: { readonly title: string }
  }[]
  readonly incidents: readonly { readonly verdict: string; readonly members: readonly SeenFact[] }[]
}

const impossible = rangeImpossible()
const skip = impossible ?? false
const repository = join(import.meta.dirname, '..')
const named = process.env['CAMPAIGN']?.split(',')
const chosen =
  named === undefined ? campaigns : [...campaigns, ...infections].filter(({ family }) => named.includes(family))
let place = ''

before(() => {
  if (impossible !== undefined) return
  place = newRangeDirectory()
  withTree(baseImage(), plantLivedIn, 'lived-in.ext4')
})
after(() => {
  if (place !== '') discardRange(place)
})

test('a fresh Debian gives no finding of weight', { skip }, () =>
  withTree(baseImage(), root => assert.deepEqual(verdictOn(root), silence)),
)

test('a server that people live in gives no finding of weight', { skip }, () =>
  withTree(join(place, 'lived-in.ext4'), root => assert.deepEqual(verdictOn(root), silence)),
)

for (const campaign of chosen)
  test(`${campaign.family}: found on a tree`, { skip, timeout: 120_000 }, () =>
    withTree(join(place, 'lived-in.ext4'), root => {
      plant(root, campaign.items)
      scanFindsAll(root, onDisk(campaign.items))
    }),
  )

test('known families, all on one tree: found', { skip: impossible ?? named !== undefined, timeout: 120_000 }, () =>
  withTree(join(place, 'lived-in.ext4'), root => {
    const items = plantedInfections.flatMap(one => one.items)
    plant(root, items)
    scanFindsAll(root, onDisk(items))
  }),
)

// Each alone when it is named: CAMPAIGN=old-ways,back-doors.
for (const together of named === undefined ? [campaigns, plantedInfections] : chosen.map(one => [one]))
  test(
    `${named === undefined ? `${together.length} on one host` : together[0]?.family}: cleaned and undone on a tree`,
    { skip, timeout: 120_000 },
    () =>
      withTree(join(place, 'lived-in.ext4'), root =>
        cleanAndUndo(root, onDisk(together.flatMap(({ items }) => items))),
      ),
  )

const silence = { status: 0, incidents: [], findings: [] }

function verdictOn(root: string) {
  const { status, document } = davylamp<Scan>(root, ['scan'])
  return { status, incidents: document.incidents.map(({ verdict }) => verdict), findings: weighty(document).map(shown) }
}

/** With the accounts and commands that some of the infections take over. */
function plantLivedIn(root: string): void {
  installPackage(root, Date.now() + 600_000)
  plant(root, [...decoys.files.filter(item => item.kind === 'account'), ...livedIn])
}

function cleanAndUndo(root: string, items: readonly Item[]): void {
  const clean = takeSnapshot(root, [])
  plant(root, items)
  const infected = takeSnapshot(root, [])
  cleanSettles(root, items, clean)
  assert.deepEqual(undoDifferences(root, infected), [])
}

/** Nothing runs on a tree. */
function onDisk(items: readonly Item[]): Item[] {
  return items.filter(item => item.kind !== 'process' && item.kind !== 'mount')
}

function scanFindsAll(root: string, items: readonly Item[]): void {
  const { status, document } = davylamp<Scan>(root, ['scan'])
  const confirmed = document.incidents.filter(one => one.verdict === 'confirmed').flatMap(one => one.members)
  assert.deepEqual(
    {
      status,
      missed: items
        .filter(item => mustBeFound(item) && item.after !== 'advised' && !isAmong(item, confirmed))
        .map(nameOf),
      wronglyTaken: document.incidents
        .flatMap(one => one.members)
        .filter(fact => !isPlanted(fact, items))
        .map(factName),
      wronglyAccused: weighty(document)
        .filter(({ fact }) => !isPlanted(fact, items))
        .map(shown),
    },
    { status: 20, missed: [], wronglyTaken: [], wronglyAccused: [] },
  )
}

function cleanSettles(root: string, items: readonly Item[], clean: Snapshot): void {
  const { status, text } = davylamp(root, ['clean', '--yes'])
  const now = takeSnapshot(root, [])
  const host = { root, inside: root, processes: () => [] }
  const entry = (snapshot: Snapshot, item: Item) => ('path' in item ? snapshot.get(item.path) : undefined)
  const left = items.filter(item => !isSettled(host, item, entry(now, item), entry(clean, item)))
  const advised = items.some(item => item.after === 'advised')
  const harm = compareSnapshots(clean, now, (path, field) => mayDiffer(path, field, items)).map(line)
  assert.deepEqual(
    { left: left.map(nameOf), harm, status: advised ? 'any' : status },
    { left: [], harm: [], status: advised ? 'any' : 0 },
    text.slice(0, 2000),
  )
}

function undoDifferences(root: string, infected: Snapshot): string[] {
  davylamp(undefined, ['undo', '--yes'])
  return compareSnapshots(infected, takeSnapshot(root, [])).map(line)
}

/** What a clean-up may leave: emptied files and the ordinary directories that an intruder's files needed. */
function mayDiffer(path: string, field: string, items: readonly Item[]): boolean {
  const edited = items.some(item => 'path' in item && item.path === path)
  if (field === 'modified') return true
  if (items.some(item => item.after === 'advised' && 'path' in item && item.path === path)) return true
  if (field === 'removed') return items.some(item => item.kind === 'file' && item.path === path)
  // An account that is locked keeps its lines.
  if (field !== 'added' && accountFiles.test(path)) return items.some(item => item.kind === 'account')
  if (field !== 'added') return false
  if (edited)
    return items.some(
      item => 'path' in item && item.path === path && (item.kind === 'line' || item.after === 'advised'),
    )
  return items.some(
    item => ('path' in item && item.path.startsWith(`${path}/`)) || (item.kind === 'account' && item.home === path),
  )
}

const accountFiles = /^\/etc\/(passwd|shadow|group|gshadow|subuid|subgid)$/

/** Whether a fact is about something that was planted; of shared files only the planted line. */
function isPlanted(fact: SeenFact, items: readonly Item[]): boolean {
  return items.some(
    item =>
      isAmong(item, [fact]) ||
      ('path' in item && fact.text === undefined && fact.path === displayBytes(item.path)) ||
      ('path' in item && item.kind === 'file' && fact.path === displayBytes(item.path)) ||
      (fact.path !== undefined && items.some(one => one.kind === 'directory' && fact.path?.startsWith(`${one.path}/`))),
  )
}

function plant(root: string, items: readonly Item[]): void {
  plantFiles(root, items)
  for (const item of items)
    if (item.kind === 'unit') runHere(['systemctl', `--root=${root}`, 'enable', '--quiet', item.name])
  plantAttributes(root, items)
}

/** Mounts a copy of an image, which is thrown away unless it is given a name. */
function withTree(image: string, use: (root: string) => void, keepAs?: string): void {
  const disk = join(place, keepAs ?? 'tree.ext4')
  const root = join(place, 'root')
  cpSync(image, disk)
  mkdirSync(root, { recursive: true })
  mountImage(disk, root, undefined)
  try {
    use(root)
  } finally {
    runHere(['umount', root])
  }
}

function davylamp<Document>(
  root: string | undefined,
  args: readonly string[],
): { status: number; text: string; document: Document } {
  const all = [...args, '--json', ...(root === undefined ? [] : ['--root', root]), '--state', join(place, 'state')]
  const done = spawnSync(join(repository, 'davylamp'), all, { timeout: 100_000, maxBuffer: 256 << 20 })
  const text = `${done.stdout}`
  try {
    return { status: done.status ?? -1, text, document: JSON.parse(text) as Document }
  } catch {
    throw new Error(`no document: ${text.slice(0, 300)} ${done.stderr}`)
  }
}

function weighty(scan: Scan): Scan['findings'] {
  return scan.findings.filter(({ level }) => !['informational', 'low'].includes(level))
}

function shown({ rule, fact }: Scan['findings'][number]): string {
  return `${rule.title}: ${factName(fact)}`
}

function factName(fact: SeenFact): string {
  return [fact.kind, fact.path, fact.name, fact.text]
    .filter(one => one !== undefined)
    .join(' ')
    .slice(0, 200)
}

function line({ path, what, detail }: Difference): string {
  return `${path} ${what}: ${detail.slice(0, 300)}`
}
