import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { libc } from '../native/libc.ts'

// A scan of all contents of a tree (default: /usr/bin, /usr/lib/x86_64-linux-gnu and /etc, or the folders that are named) against `cat` of the same
// files, the yara program with the same rules, and clamscan with the same literals. Processor time of all of them, user and system; all only
// read. Files are read once before, so that the disk decides nothing; of several rounds (`--rounds N`, 3) the one that took least counts, which
// leaves out most of what others do on the machine. `--own` takes this program's own rules, and no clamscan; `--clamscan COMMAND` names one
// that is not installed; `--json` prints the figures alone.

interface Measured {
  readonly name: string
  readonly cpuSeconds: number
  readonly seconds: number
  readonly peakMegabytes: number
}

const { values, positionals } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    own: { type: 'boolean', default: false },
    clamscan: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
  allowPositionals: true,
})
const root = join(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'davylamp-bench-'))
const places = (positionals.length > 0 ? positionals : ['/usr/bin', '/usr/lib/x86_64-linux-gnu', '/etc']).filter(
  existsSync,
)
const limitSeconds = 600
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

const ownRules = globSync(join(root, 'rules/yara/*.yar'))
const rules = values.own ? ownRules : [join(folder, 'rules.yar')]
/** yara wants to know the variables that rules may use. */
const variables = ['filename', 'filepath', 'extension', 'filetype', 'owner'].flatMap(name => ['-d', `${name}=`])

try {
  const list = join(folder, 'files')
  const quoted = places.map(one => `'${one}'`).join(' ')
  spawnSync('sh', ['-c', `find ${quoted} -xdev -type f -print0 > ${list}; xargs -0 cat < ${list} > /dev/null`])
  writeFileSync(join(folder, 'rules.yar'), yaraRules())
  const signatures = join(folder, 'own.ndb')
  writeFileSync(signatures, literals.map((one, at) => `Bench.${at}:0:*:${Buffer.from(one).toString('hex')}\n`).join(''))
  // The first start fills the cache of compiled modules, as the installation of the program does.
  await measure('', process.execPath, walk('warm', [folder]))
  for (let round = 0; round < Number(values.rounds); round++) {
    keep(await measure('limit: cat of the same files', 'sh', ['-c', `xargs -0 cat < ${list} > /dev/null`]))
    keep(await measure('contents read, first time', process.execPath, walk(`cache-${round}`, places)))
    keep(await measure('contents read, again', process.execPath, walk(`cache-${round}`, places)))
    await peer('yara with the same rules', '/usr/bin/yara', ['-w', '-r', '-N', '-p', '1', ...variables, ...rules])
    if (!values.own)
      await peer('clamscan with the same literals', values.clamscan ?? '/usr/bin/clamscan', [
        ...['--no-summary', '-i', '-r', '--max-filesize=2000M', '--max-scansize=2000M', `-d${signatures}`],
      ])
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
show()

/** With the flags of the launcher `davylamp`. */
function walk(state: string, directories: readonly string[]): string[] {
  return [
    ...['--disable-warning=ExperimentalWarning', '--max-semi-space-size=2', '--v8-pool-size=1'],
    ...['--no-concurrent-recompilation', '--optimize-for-size', join(root, 'bench/testing/read-contents.ts')],
    ...[rules.join(':'), join(folder, state), ...directories],
  ]
}

function keep(one: Measured): void {
  const at = results.findIndex(other => other.name === one.name)
  const before = results[at]
  if (before === undefined) results.push(one)
  else if (one.cpuSeconds < before.cpuSeconds) results[at] = one
}

function yaraRules(): string {
  return literals.map((one, at) => `rule bench_${at} { strings: $a = ${JSON.stringify(one)} condition: $a }\n`).join('')
}

/** yara takes one folder at a time: the others follow in one shell. `command` may be more than one word. */
async function peer(name: string, command: string, args: readonly string[]): Promise<void> {
  const program = command.split(' ')[0] ?? ''
  if (!existsSync(program)) {
    if (!skipped.includes(`${program} is not installed`)) skipped.push(`${program} is not installed`)
    return
  }
  const words = args.map(word => `'${word}'`).join(' ')
  const script = places.map(place => `${command} ${words} '${place}'`).join('; ')
  keep(await measure(name, 'sh', ['-c', `(${script}) > /dev/null 2>&1`]))
}

async function measure(name: string, program: string, args: readonly string[]): Promise<Measured> {
  const before = ofChildren()
  const start = performance.now()
  const env = { ...process.env, MALLOC_ARENA_MAX: '1', NODE_COMPILE_CACHE: join(root, '.cache/compile') }
  const child = spawn(program, args, { cwd: '/', env, stdio: ['ignore', 'ignore', 'inherit'], detached: true })
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
  if (values.json) return console.log(JSON.stringify(figures))
  const cat = results[0]?.cpuSeconds ?? 1
  console.log(`${places.join(' ')}, with ${values.own ? 'own rules' : 'twelve literals'}`)
  for (const { name, cpuSeconds, seconds, peakMegabytes } of results)
    console.log(
      `${name.padEnd(34)}${cpuSeconds.toFixed(2).padStart(8)} s of processor${(cpuSeconds / cat).toFixed(2).padStart(7)} × cat${seconds.toFixed(1).padStart(8)} s${peakMegabytes.toFixed(0).padStart(6)} MB`,
    )
  for (const reason of skipped) console.log(`skipped: ${reason}`)
}
