import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

// One quick scan of this machine with 200 processes more, against the peers that administrators reach for and against
// what the machine can do. All of them only read. `--json` prints the figures alone.

interface Measured {
  readonly name: string
  readonly seconds: number
  readonly cpuSeconds: number
  readonly peakMegabytes: number
  readonly status: number | null
}

const root = join(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'davylamp-bench-'))
const limitSeconds = 300
const places = [
  ...[
    '/etc',
    '/var/spool/cron',
    '/usr/lib/systemd',
    '/lib/systemd',
    '/root',
    '/home',
    '/tmp',
    '/var/tmp',
    '/dev/shm',
    '/run',
  ],
  ...['/usr/bin', '/usr/sbin', '/usr/local', '/var/lib/dpkg/info'],
].filter(existsSync)

const sleepers: ChildProcess[] = Array.from({ length: 200 }, () => spawn('sleep', ['900'], { stdio: 'ignore' }))
const results: Measured[] = []
const skipped: string[] = []
try {
  const scan = ['--state', join(folder, 'state'), 'scan', '--json']
  for (const name of ['davylamp, first scan', 'davylamp, again', 'davylamp, third scan'])
    results.push(measure(name, join(root, 'davylamp'), scan))
  results.push(measure('limit: find over the same places', 'find', [...places, '-xdev', '-ls']))
  results.push(
    measure('limit: cat of /proc/PID/*', 'sh', ['-c', 'cat /proc/[0-9]*/stat /proc/[0-9]*/status /proc/[0-9]*/maps']),
  )
  peer('chkrootkit', [])
  const kept = join(folder, 'rkhunter')
  mkdirSync(kept)
  peer('rkhunter', ['--check', '--sk', '--nocolors', '--tmpdir', kept, '--logfile', join(folder, 'rkhunter.log')])
} finally {
  for (const one of sleepers) one.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
}
show()

function peer(name: string, args: readonly string[]): void {
  const path = ['/usr/sbin', '/usr/bin', '/usr/local/bin'].map(place => join(place, name)).find(existsSync)
  if (path === undefined) skipped.push(`${name} is not installed`)
  else results.push(measure(name, 'nice', ['-n', '10', path, ...args]))
}

/** GNU time(1) would do, and is not everywhere: a small program waits, asks getrusage(2) and says what its child took. */
function measure(name: string, program: string, args: readonly string[]): Measured {
  const report = join(folder, 'usage.json')
  const waiter = `
    const { spawnSync } = require('node:child_process')
    const { openSync, writeFileSync } = require('node:fs')
    const { DynamicLibrary } = require('node:ffi')
    const [report, limit, program, ...args] = process.argv.slice(1)
    const start = process.hrtime.bigint()
    const out = openSync('/dev/null', 'w')
    const { status } = spawnSync(program, args, { stdio: ['ignore', out, out], timeout: Number(limit) * 1000, killSignal: 'SIGTERM' })
    const seconds = Number(process.hrtime.bigint() - start) / 1e9
    const usage = Buffer.alloc(144)
    new DynamicLibrary('libc.so.6').getFunction('getrusage', { return: 'int32', arguments: ['int32', 'pointer'] })(-1, usage)
    const number = at => Number(usage.readBigInt64LE(at))
    const cpuSeconds = number(0) + number(16) + (number(8) + number(24)) / 1e6
    writeFileSync(report, JSON.stringify({ seconds, cpuSeconds, peakMegabytes: number(32) * 1024 / 1e6, status }))`
  rmSync(report, { force: true })
  const flags = ['--disable-warning=ExperimentalWarning', '-e', waiter, report, String(limitSeconds), program, ...args]
  const done = spawnSync(process.execPath, flags, { cwd: '/', encoding: 'utf8' })
  if (!existsSync(report)) throw new Error(`${name}: ${done.stderr}`)
  return { name, ...(JSON.parse(readFileSync(report, 'utf8')) as Omit<Measured, 'name'>) }
}

function show(): void {
  const processes = readdirSync('/proc').filter(name => /^\d+$/.test(name)).length + sleepers.length
  const figures = { machine: machine(), processes, results, skipped }
  const path = join(root, '.cache', 'bench-quick-scan.json')
  mkdirSync(join(root, '.cache'), { recursive: true })
  writeFileSync(path, `${JSON.stringify(figures, undefined, 2)}\n`)
  if (process.argv.includes('--json')) return console.log(JSON.stringify(figures))
  const ours = results[0]?.seconds ?? 1
  console.log(`${figures.machine}, about ${processes} processes`)
  console.log(row(['', 'wall s', 'cpu s', 'peak MB', 'wall, to ours', 'exit']))
  for (const { name, seconds, cpuSeconds, peakMegabytes, status } of results)
    console.log(
      row([
        name,
        seconds.toFixed(2),
        cpuSeconds.toFixed(2),
        peakMegabytes.toFixed(0),
        `${(seconds / ours).toFixed(2)}×`,
        status === null ? 'time-out' : String(status),
      ]),
    )
  for (const reason of skipped) console.log(`skipped: ${reason}`)
}

function row([first = '', ...rest]: readonly string[]): string {
  return first.padEnd(34) + rest.map(cell => cell.padStart(14)).join('')
}

function machine(): string {
  const info = readFileSync('/proc/cpuinfo', 'utf8')
  const load = readFileSync('/proc/loadavg', 'utf8').split(' ')[0]
  return `${info.match(/^processor/gm)?.length} × ${/model name\s*: (.*)/.exec(info)?.[1] ?? 'processor'}, load ${load}`
}
