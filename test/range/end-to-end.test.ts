import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { bootedInfections, type Infection, infections, type Item } from '../../hosts/index.ts'
import type { Run } from '../../model/index.ts'
import { decoyState, harmToDecoys, isDecoy } from './decoy-state.ts'
import { harmOf, isNoise, leftOf, shown } from './differences.ts'
import { isAmong, mustBeFound, nameOf, type SeenFact } from './expectations.ts'
import { allowWhatIsAllowed, openHost } from './infected-host.ts'
import { rangeImpossible } from './machine.ts'
import { infect } from './plant.ts'
import type { Done, Range } from './range.ts'
import { compareSnapshots, type Snapshot } from './snapshot.ts'
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
  if (name === 'all') return [infections]
  return [name.split('+').map(infectionOf)]
})

function infectionOf(name: string): Infection {
  const found = infections.find(({ family }) => family === name)
  if (found === undefined)
    throw new Error(`no family ${name}: there are ${infections.map(one => one.family).join(', ')}`)
  return found
}

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
  const decoysBefore = decoyState(range, clean)
  const done = await range.davylamp(['clean', '--yes', '--json', '--watch', '10s'])
  const now = range.snapshot()
  const advised = items.flatMap(item => (item.after === 'advised' && 'path' in item ? [item.path] : []))
  const status = advised.length > 0 ? 30 : 0
  assert.deepEqual(
    {
      status: done.status,
      because: done.status === status ? [] : jsonOf<Pick<Run, 'proof'>>(done).proof?.remains,
      fault: [0, 30].includes(done.status) ? '' : done.stderr,
      stillThere: leftOf(range, items, now, clean),
      differsFromBefore: harmOf(items, clean, now),
      harmToDecoys: harmToDecoys(decoysBefore, decoyState(range, now)),
      replacedFilesNotNamed: advised.filter(path => !done.stdout.includes(path)),
    },
    {
      status,
      because: [],
      fault: '',
      stillThere: [],
      differsFromBefore: [],
      harmToDecoys: [],
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

function jsonOf<Document>(done: Done): Document {
  try {
    return JSON.parse(done.stdout) as Document
  } catch {
    throw new Error(`no JSON document on standard output: ${done.stdout.slice(0, 500)} ${done.stderr.slice(0, 500)}`)
  }
}
