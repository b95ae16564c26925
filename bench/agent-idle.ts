import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { rangeImpossible } from '../test/range/machine.ts'
import { checkout, Range } from '../test/range/range.ts'
import { hostContents } from '../tools/make-package.ts'

// What the packaged agent costs while nothing happens: in a range with 150 sleeping processes, in observe and in block, where its guard
// holds the range's own file systems. `--minutes 60` for figures that count (default 5), `--mode observe` for one of both. Of a file that was
// just written the kernel may map large pieces for the first byte of each: as by a boot, the runtime is forgotten once before; with
// `--as-unpacked` it is not.

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    mode: { type: 'string', multiple: true, default: ['observe', 'block'] },
    'as-unpacked': { type: 'boolean', default: false },
  },
})
const sleeping = 150
const home = '/opt/davylamp'
const beginningSeconds = 30
const readySeconds = 60
const ticksPerSecond = 100
const aims = {
  startSeconds: 1,
  corePercent: 1,
  observe: { resident: 80, anonymous: 30 },
  block: { resident: 160, anonymous: Number.POSITIVE_INFINITY },
}
type Mode = 'observe' | 'block'
const parts = ['run', 'guard'] as const

/** In MiB, but for the processor. */
interface Cost {
  readonly resident: number
  readonly anonymous: number
  readonly proportional: number
  readonly processorSeconds: number
}

const impossible = rangeImpossible()
if (impossible !== undefined) throw new Error(impossible)
const missed: string[] = []
const range = await Range.open()
try {
  unpackInto(join(range.root, home))
  // Whoever guards must see nothing of this machine's file systems.
  await range.sh(`umount ${checkout}; for i in $(seq ${sleeping}); do sleep 100000 >/dev/null 2>&1 & done`)
  for (const mode of ['observe', 'block'] as const) if (values.mode.includes(mode)) await measure(mode)
} finally {
  await range.close()
}
console.log(missed.length === 0 ? 'all that was aimed at holds' : `missed: ${missed.join('; ')}`)
process.exitCode = missed.length === 0 ? 0 : 1

async function measure(mode: Mode): Promise<void> {
  const state = `/var/lib/davylamp-${mode}`
  const config = `/etc/davylamp-${mode}.yml`
  // An agent that was not installed a moment ago finds code and rules compiled.
  await range.sh(`echo 'prevention: ${mode}' > ${config}; ${home}/davylamp --state ${state} agent compile-rules`)
  if (!values['as-unpacked']) await range.sh(`sync; dd if=${home}/runtime/node iflag=nocache count=0 2>/dev/null`)
  const only = ['/', '/dev/shm'].flatMap(path => ['--only', path])
  const from = performance.now()
  const child = range.startBeside([`${home}/davylamp`, '--state', state, 'agent', 'run', '--config', config, ...only])
  const said: string[] = []
  child.stderr?.on('data', (text: Buffer) => said.push(String(text)))
  const status = join(range.inside, state, 'agent/status.json')
  while (!existsSync(status)) {
    if (child.exitCode !== null || performance.now() - from > readySeconds * 1000) throw new Error(said.join(''))
    await pause(5)
  }
  hold(`${mode}: started`, (performance.now() - from) / 1000, aims.startSeconds, 's')
  await pause(beginningSeconds * 1000)
  const [before, since] = [costs(), performance.now()]
  if (before.run === undefined || (mode === 'block' && before.guard === undefined)) throw new Error(said.join(''))
  for (let minute = 0; minute <= Number(values.minutes); minute++) {
    if (minute > 0) await pause(60_000)
    if (minute % 10 === 0 || minute === Number(values.minutes)) tell(mode, minute)
  }
  const after = costs()
  const spent = parts.reduce((all, one) => all + Math.max(0, secondsOf(after[one]) - secondsOf(before[one])), 0)
  hold(`${mode}: processor`, (spent / (performance.now() - since)) * 100_000, aims.corePercent, '% of a core')
  const all = parts.map(one => after[one]).filter(one => one !== undefined)
  const sum = (of: 'resident' | 'anonymous') => all.reduce((total, one) => total + one[of], 0)
  hold(`${mode}: resident`, sum('resident'), aims[mode].resident, 'MiB')
  hold(`${mode}: anonymous`, sum('anonymous'), aims[mode].anonymous, 'MiB')
  await range.sh('pkill -TERM -f "agent [r]un"; while pgrep -f "agent [r]un" >/dev/null; do sleep 0.1; done')
}

function tell(mode: Mode, minute: number): void {
  for (const [name, cost] of Object.entries(costs())) {
    if (cost === undefined) continue
    const [resident, anonymous, proportional] = [cost.resident, cost.anonymous, cost.proportional].map(one =>
      one.toFixed(1).padStart(6),
    )
    console.log(
      `${mode.padEnd(8)} ${String(minute).padStart(3)} min  agent ${name.padEnd(6)} ${resident} MiB, ${anonymous} anonymous, ${proportional} by share`,
    )
  }
}

function hold(what: string, measured: number, aim: number, unit: string): void {
  const words = `${what} ${measured.toFixed(2)} ${unit}${Number.isFinite(aim) ? ` (aim: ${aim})` : ''}`
  console.log(words)
  if (measured > aim) missed.push(words)
}

function secondsOf(cost: Cost | undefined): number {
  return cost?.processorSeconds ?? 0
}

function costs(): Partial<Record<(typeof parts)[number], Cost>> {
  const processes = range.processes()
  return Object.fromEntries(
    parts.map(part => {
      const found = processes.find(({ argv }) => argv.at(argv.indexOf('agent') + 1) === part && argv.includes('agent'))
      return [part, found === undefined ? undefined : costOf(found.pid)]
    }),
  )
}

/** From /proc/PID/smaps_rollup and stat (proc(5)). */
function costOf(pid: number): Cost | undefined {
  try {
    const folder = join(range.inside, 'proc', String(pid))
    const rollup = readFileSync(join(folder, 'smaps_rollup'), 'latin1')
    const mebibytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(rollup)?.[1]) / 1_024
    const stat = readFileSync(join(folder, 'stat'), 'latin1')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return {
      resident: mebibytes('Rss'),
      anonymous: mebibytes('Anonymous'),
      proportional: mebibytes('Pss'),
      processorSeconds: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond,
    }
  } catch {
    return undefined
  }
}

function unpackInto(folder: string): void {
  for (const { path, ...file } of hostContents(join(import.meta.dirname, '..')).files) {
    const to = join(folder, path)
    mkdirSync(dirname(to), { recursive: true })
    if ('link' in file && file.link !== undefined) symlinkSync(file.link, to)
    if (!('content' in file) || file.content === undefined) continue
    writeFileSync(to, file.content)
    chmodSync(to, 'mode' in file && file.mode !== undefined ? file.mode : 0o644)
  }
}
