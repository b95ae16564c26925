import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { rangeImpossible } from '../test/range/machine.ts'
import { auditd, clamonacc, execsnoop, packages } from './testing/onlookers.ts'
import { type Onlooker, StartRange, type Timed } from './testing/start-range.ts'

// What a start of a program costs (fork, exec, exit, the parent knows) while somebody looks on, against the same start with nobody there,
// measured in the same range just before and just after. Known: the same program again and again. First: contents that nobody has seen
// yet. `--rounds N` (3), `--without-peers`. Aims: known at most 1.15 ×, first at most 1.5 × in p50.

type Figures = Readonly<Record<string, Timed>>
interface Round {
  readonly name: string
  /** p50 to the mean of before and after. */
  readonly ratios: Readonly<Record<string, number>>
  readonly on: Figures
}

const starts = 600
const copies = 40
const settleMs = 1_500
const firsts = { tiny: 'tiny, 9 KB', true: 'copies of true, 36 KB', small: 'small static, 760 KB' } as const
const rounds = Number(process.argv[process.argv.indexOf('--rounds') + 1] ?? 3) || 3

const reason = rangeImpossible()
if (reason !== undefined) {
  console.log(`not possible here: ${reason}`)
  process.exit(0)
}
const withPeers = !process.argv.includes('--without-peers')
const here = await StartRange.open(withPeers ? packages : [])
const skipped = new Map<string, string>()
const results: Round[] = []
try {
  await figures()
  for (let round = 0; round < rounds; round++) {
    const peers = withPeers ? [execsnoop(here), clamonacc(here), auditd(here)] : []
    for (const onlooker of [here.watching('observe'), here.watching('block'), ...peers]) {
      if (skipped.has(onlooker.name)) continue
      const one = await compared(onlooker)
      if (one !== undefined) results.push(one)
    }
  }
} finally {
  await here.close()
}
show()

async function compared(onlooker: Onlooker): Promise<Round | undefined> {
  const before = await figures()
  let on: Figures
  try {
    await onlooker.on()
    await pause(settleMs)
    on = await figures()
  } catch (error) {
    skipped.set(onlooker.name, error instanceof Error ? error.message : String(error))
    return undefined
  } finally {
    await onlooker.off()
  }
  await pause(settleMs)
  const after = await figures()
  const ratios = Object.entries(on).map(([what, { p50 }]) => [
    what,
    (2 * p50) / (p50of(before, what) + p50of(after, what)),
  ])
  return { name: onlooker.name, ratios: Object.fromEntries(ratios) as Round['ratios'], on }
}

async function figures(): Promise<Figures> {
  const found: Record<string, Timed> = { 'first: 13 of packages': await here.time(here.packaged.length, here.packaged) }
  for (const [name, path] of Object.entries(here.known)) {
    await here.time(20, [path])
    found[`known: ${name}`] = await here.time(starts, [path])
  }
  for (const kind of ['tiny', 'true', 'small'] as const)
    found[`first: ${firsts[kind]}`] = await here.time(copies, await here.fresh(kind, copies))
  for (const { refused } of Object.values(found)) if (refused > 0) throw new Error(`${refused} programs did not start`)
  return found
}

function p50of(figures: Figures, what: string): number {
  return figures[what]?.p50 ?? Number.NaN
}

function show(): void {
  const load = readFileSync('/proc/loadavg', 'utf8').split(' ')[0]
  const folder = join(import.meta.dirname, '..', '.cache')
  mkdirSync(folder, { recursive: true })
  writeFileSync(
    join(folder, 'bench-exec-overhead.json'),
    `${JSON.stringify({ load, results, skipped: [...skipped] })}\n`,
  )
  console.log(`${rounds} rounds, load ${load}; p50, median over the rounds`)
  const names = [...new Set(results.map(one => one.name))]
  console.log(row(['', ...names]))
  for (const what of Object.keys(results[0]?.ratios ?? {})) {
    const cells = names.map(name => {
      const own = results.filter(one => one.name === name)
      const microseconds = median(own.map(one => p50of(one.on, what) / 1000))
      return `${median(own.map(one => one.ratios[what] ?? Number.NaN)).toFixed(2)} × ${microseconds.toFixed(0)} µs`
    })
    console.log(row([what, ...cells]))
  }
  for (const [name, why] of skipped) console.log(`${name}: not here: ${why}`)
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

function row([first = '', ...rest]: readonly string[]): string {
  return first.padEnd(34) + rest.map(cell => cell.padStart(22)).join('')
}
