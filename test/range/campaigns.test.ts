import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { campaigns } from '../../hosts/campaigns/index.ts'
import { livedIn } from '../../hosts/lived-in.ts'
import { isAmong, isPresent, mustBeFound, nameOf, type SeenFact } from './expectations.ts'
import { startPool } from './infected-host.ts'
import { rangeImpossible, runHere } from './machine.ts'
import { infect, plantAttributes, plantFiles } from './plant.ts'
import { Range } from './range.ts'

const skip = rangeImpossible() ?? false
const live = campaigns.filter(({ items }) => items.some(item => item.kind === 'process'))
const items = live.flatMap(campaign => campaign.items)
const gone = new Set(items.flatMap(item => (item.kind === 'process' && item.deleted ? [item.path] : [])))

test('campaigns that run, on one host that people live in: found and gone, and nothing else', {
  skip,
  timeout: 240_000,
}, async () => {
  const range = await Range.open({ prepare: plantLivedIn })
  try {
    await startPool(range)
    await infect(range, live)
    const running = programsOf(range)
    assert.equal(running.length > 5, true, running.join(' '))
    const scan = await range.davylamp(['scan', '--json', '--observe', '3s'])
    const { incidents, findings } = JSON.parse(scan.stdout) as Scan
    const confirmed = incidents.filter(one => one.verdict === 'confirmed').flatMap(one => one.members)
    const present = items.filter(item => !(item.kind === 'file' && gone.has(item.path)))
    assert.deepEqual(
      {
        status: scan.status,
        missed: present.filter(item => mustBeFound(item) && !isAmong(item, confirmed)).map(nameOf),
        wronglyTaken: incidents
          .flatMap(one => one.members)
          .filter(isLivedIn)
          .map(nameOfFact),
        wronglyAccused: findings
          .filter(one => !['informational', 'low'].includes(one.level) && isLivedIn(one.fact))
          .map(one => `${one.rule.title}: ${nameOfFact(one.fact)}`),
      },
      { status: 20, missed: [], wronglyTaken: [], wronglyAccused: [] },
    )
    const clean = await range.davylamp(['clean', '--yes', '--json', '--watch', '10s'])
    assert.deepEqual(
      {
        status: clean.status,
        left: items.filter(item => item.kind !== 'account' && isPresent(range, item) && !isShell(item)).map(nameOf),
        stopped: running.filter(path => !programsOf(range).includes(path)),
      },
      { status: 0, left: [], stopped: [] },
      clean.stdout.slice(-3000),
    )
  } finally {
    await range.close()
  }
})

interface Scan {
  readonly findings: readonly {
    readonly fact: SeenFact
    readonly level: string
    readonly rule: { readonly title: string }
  }[]
  readonly incidents: readonly { readonly verdict: string; readonly members: readonly SeenFact[] }[]
}

/** Other shells run on the host too: that these are gone is said by the files that they ran. */
function isShell(item: (typeof items)[number]): boolean {
  return item.kind === 'process' && /\/(bash|perl)$/.test(item.path)
}

const planted = new Set(items.flatMap(item => ('path' in item ? [item.path] : [])))
const own = new Set(livedIn.flatMap(item => ('path' in item && !planted.has(item.path) ? [item.path] : [])))

function isLivedIn(fact: SeenFact): boolean {
  return fact.path !== undefined && own.has(fact.path)
}

/** Programs of the administrators that run. */
function programsOf(range: Range): string[] {
  return [...new Set(range.processes().flatMap(({ exe }) => (own.has(exe) ? [exe] : [])))].sort()
}

function plantLivedIn(root: string): string[] {
  plantFiles(root, livedIn)
  for (const item of livedIn)
    if (item.kind === 'unit' && !waits(item.path))
      runHere(['systemctl', `--root=${root}`, 'enable', '--quiet', item.name])
  plantAttributes(root, livedIn)
  // Keys of people are older than the intrusion. What is changed in its minutes is asked about, whosever it is.
  for (const item of livedIn)
    if (item.kind === 'line' && item.path.endsWith('/authorized_keys'))
      runHere(['touch', '-d', '90 days ago', join(root, item.path)])
  return []
}

/** Units for which the boot would wait until a look-alike says that it is ready. */
function waits(path: string): boolean {
  return livedIn.some(
    item => item.kind === 'file' && item.path === path && 'text' in item.content && item.content.text.includes('Type='),
  )
}

function nameOfFact(fact: SeenFact): string {
  return [fact.kind, fact.path, fact.name, fact.text]
    .filter(one => one !== undefined)
    .join(' ')
    .slice(0, 200)
}
