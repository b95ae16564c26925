import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { libc } from '../native/libc.ts'

// A scan of all contents of a tree (default: /usr/bin, /usr/lib/x86_64-linux-gnu and /etc, or the folders that are named) against `cat` of the same
// files, the yara program with the same rules, and clamscan with the same literals. Processor time of all of them, user and system; all only
// read. Files are read once before, so that the disk decides nothing. `--json` prints the figures alone.

interface Measured {
  readonly name: string
  readonly cpuSeconds: number
  readonly seconds: number
  readonly peakMegabytes: number
}

const root = join(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'davylamp-bench-'))
const words = process.argv.slice(2).filter(one => !one.startsWith('--'))
const places = (words.length > 0 ? words : ['/usr/bin', '/usr/lib/x86_64-linux-gnu', '/etc']).filter(existsSync)
const limitSeconds = 300
const getrusage = libc('getrusage', 'int32', ['int32', 'pointer'])
const results: Measured[] = []
const skipped: string[] = []

/** Literals alone, the same for all three. */
const literals = [
  'stratum+tcp://',
  'stratum+ssl://',
  'mining.subscribe',
  'mining.authorize',
  'donate.v2.xmrig.com',
  '--donate-level',
  'cryptonight',
  '--cpu-max-threads-hint',
  'eth_submitLogin',
  'moneroocean.stream',
  'supportxmr.com',
  '/etc/ld.so.preload',
]

try {
  const list = join(folder, 'files')
  const quoted = places.map(one => `'${one}'`).join(' ')
  spawnSync('sh', ['-c', `find ${quoted} -xdev -type f -print0 > ${list}; xargs -0 cat < ${list} > /dev/null`])
  results.push(await measure('limit: cat of the same files', 'sh', ['-c', `xargs -0 cat < ${list} > /dev/null`]))
  const walk = (state: string) => [
    ...['--disable-warning=ExperimentalWarning', join(root, 'bench/testing/read-contents.ts')],
    ...[join(folder, 'rules.yar'), join(folder, state), ...places],
  ]
  writeFileSync(join(folder, 'rules.yar'), yaraRules())
  results.push(await measure('contents read, first time', process.execPath, walk('cache')))
  results.push(await measure('contents read, again', process.execPath, walk('cache')))
  await peer(
    'yara with the same rules',
    'yara',
    ['-r', '-N', '-p', '1', join(folder, 'rules.yar'), ...places.slice(0, 1)],
    places.slice(1),
  )
  const signatures = join(folder, 'own.ndb')
  writeFileSync(signatures, literals.map((one, at) => `Bench.${at}:0:*:${Buffer.from(one).toString('hex')}\n`).join(''))
  const clam = [
    '--no-summary',
    '-i',
    '-r',
    '--max-filesize=2000M',
    '--max-scansize=2000M',
    `-d${signatures}`,
    ...places,
  ]
  await peer('clamscan with the same literals', 'clamscan', clam)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
show()

function yaraRules(): string {
  return literals.map((one, at) => `rule bench_${at} { strings: $a = ${JSON.stringify(one)} condition: $a }\n`).join('')
}

/** yara takes one folder at a time: the others follow in one shell. */
async function peer(
  name: string,
  program: string,
  args: readonly string[],
  more: readonly string[] = [],
): Promise<void> {
  const found = ['/usr/bin', '/usr/local/bin'].map(place => join(place, program)).find(existsSync)
  if (found === undefined) {
    skipped.push(`${program} is not installed`)
    return
  }
  const calls = [args, ...more.map(place => [...args.slice(0, -1), place])]
  const script = calls.map(one => [found, ...one].map(word => `'${word}'`).join(' ')).join('; ')
  results.push(await measure(name, 'sh', ['-c', `(${script}) > /dev/null 2>&1`]))
}

async function measure(name: string, program: string, args: readonly string[]): Promise<Measured> {
  const before = ofChildren()
  const start = performance.now()
  const child = spawn(program, args, { cwd: '/', stdio: ['ignore', 'ignore', 'inherit'], detached: true })
  const limit = setTimeout(() => child.pid !== undefined && process.kill(-child.pid, 'SIGKILL'), limitSeconds * 1000)
  let peakMegabytes = 0
  const watch = setInterval(() => (peakMegabytes = Math.max(peakMegabytes, peakBelow(child.pid))), 20)
  await once(child, 'exit')
  clearInterval(watch)
  clearTimeout(limit)
  return { name, cpuSeconds: ofChildren() - before, seconds: (performance.now() - start) / 1000, peakMegabytes }
}

/** VmHWM of a process and of its children (proc_pid_status(5)), the largest of them. */
function peakBelow(pid = 0): number {
  try {
    const own = /^VmHWM:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0'
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean)
    return Math.max((Number(own) * 1024) / 1e6, ...children.map(one => peakBelow(Number(one))))
  } catch {
    return 0
  }
}

/** getrusage(2) of all children that have ended, and theirs. */
function ofChildren(): number {
  const usage = Buffer.alloc(144)
  getrusage(-1, usage)
  const number = (at: number) => Number(usage.readBigInt64LE(at))
  return number(0) + number(16) + (number(8) + number(24)) / 1e6
}

function show(): void {
  const figures = { places, results, skipped }
  mkdirSync(join(root, '.cache'), { recursive: true })
  writeFileSync(join(root, '.cache', 'bench-full-scan.json'), `${JSON.stringify(figures, undefined, 2)}\n`)
  if (process.argv.includes('--json')) return console.log(JSON.stringify(figures))
  const cat = results[0]?.cpuSeconds ?? 1
  console.log(places.join(' '))
  for (const { name, cpuSeconds, seconds, peakMegabytes } of results)
    console.log(
      `${name.padEnd(34)}${cpuSeconds.toFixed(2).padStart(8)} s of processor${(cpuSeconds / cat).toFixed(2).padStart(7)} × cat${seconds.toFixed(1).padStart(8)} s${peakMegabytes.toFixed(0).padStart(6)} MB`,
    )
  for (const reason of skipped) console.log(`skipped: ${reason}`)
}
