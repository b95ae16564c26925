import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { rangeImpossible } from '../test/range/machine.ts'
import { clamonacc, packages } from './testing/onlookers.ts'
import { type Onlooker, type Said, type Storm, StartRange } from './testing/start-range.ts'

// As many starts as the machine can make, on all cores for some seconds, with nobody there (the ceiling) and with the agent. What is started:
// a small static program, one of a package, and copies that nobody has seen before, all in turn. No verdict may be lost: each start is
// asked about and answered by what its content deserves, or the kernel knows its content. Late is a start that was let go before its content was
// judged. `--rounds N` (2), `--seconds N` (5), `--without-peers`.

interface Burst {
  readonly name: string
  readonly ceiling: number
  readonly rate: number
  readonly storm: Storm
  /** What the sensors and the gate counted meanwhile. */
  readonly heard?: number
  readonly unheard?: number
  readonly asked?: number
  readonly late?: number
  readonly said?: Said | undefined
}

const option = (name: string, usual: number) =>
  process.argv.includes(name) ? Number(process.argv[process.argv.indexOf(name) + 1]) : usual
const rounds = option('--rounds', 2)
const seconds = option('--seconds', 5)
const copies = 60
/** The sensors tell what is left of a storm. */
const settleMs = 6_000

const reason = rangeImpossible()
if (reason !== undefined) {
  console.log(`not possible here: ${reason}`)
  process.exit(0)
}
const withPeers = !process.argv.includes('--without-peers')
const here = await StartRange.open(withPeers ? packages : [])
const results: Burst[] = []
let lostVerdicts = 0
try {
  await ceiling()
  for (let round = 0; round < rounds; round++) {
    for (const mode of ['observe', 'block'] as const) {
      const watching = here.watching(mode)
      results.push(await burst(watching, watching.said))
    }
    if (withPeers) results.push(await burst(clamonacc(here)))
  }
} finally {
  await here.close()
}
show()
process.exitCode = lostVerdicts > 0 ? 1 : 0

async function burst(onlooker: Onlooker, said: () => Said | undefined = () => undefined): Promise<Burst> {
  const before = await ceiling()
  try {
    await onlooker.on()
    await pause(1_500)
    const [copied, from] = [await programs(), said()]
    const storm = await here.storm(seconds, copied)
    await pause(settleMs)
    const to = said()
    const rate = storm.started / storm.seconds
    return { name: onlooker.name, ceiling: before, rate, storm, ...counted(from, to), said: to }
  } finally {
    await onlooker.off()
  }
}

function counted(from: Said | undefined, to: Said | undefined) {
  if (from === undefined || to === undefined) return {}
  const exec = (said: Said) => said.sensors.find(one => one.name === 'exec')
  return {
    heard: (exec(to)?.events ?? 0) - (exec(from)?.events ?? 0),
    unheard: (exec(to)?.lost ?? 0) - (exec(from)?.lost ?? 0),
    ...(to.prevention.mode === 'block'
      ? { asked: to.prevention.asked - from.prevention.asked, late: to.prevention.late - from.prevention.late }
      : {}),
  }
}

/** Starts a second with nobody there. */
async function ceiling(): Promise<number> {
  const { started, seconds: took } = await here.storm(Math.min(3, seconds), await programs())
  return started / took
}

async function programs(): Promise<string[]> {
  const fresh = [...(await here.fresh('tiny', copies / 2)), ...(await here.fresh('small', copies / 2))]
  return fresh.flatMap(copy => [...Object.values(here.known), copy])
}

function show(): void {
  const load = readFileSync('/proc/loadavg', 'utf8').split(' ')[0]
  const folder = join(import.meta.dirname, '..', '.cache')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'bench-exec-burst.json'), `${JSON.stringify({ load, results })}\n`)
  console.log(`${cpus().length} at once for ${seconds} s, load ${load}; each round to its own ceiling`)
  const first = ['', 'starts/s', 'of ceiling', 'started', 'refused', 'longest', 'heard', 'unheard', 'asked', 'late']
  console.log(row(first))
  for (const { name, ceiling: most, rate, storm, heard, unheard, asked, late } of results) {
    const longest = `${Math.round(storm.longest / 1e6)} ms`
    const shares = [Math.round(rate), `${((100 * rate) / most).toFixed(0)} %`, storm.started, storm.refused, longest]
    console.log(row([name, ...[...shares, heard, unheard, asked, late].map(one => String(one ?? '–'))]))
    lostVerdicts += (late ?? 0) + storm.refused
  }
  for (const { name, said } of results)
    if (said?.prevention.problem !== undefined) console.log(`${name}: ${said.prevention.problem}`)
}

function row([first = '', ...rest]: readonly string[]): string {
  return first.padEnd(20) + rest.map(cell => cell.padStart(11)).join('')
}
