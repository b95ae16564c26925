import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { foreignContentFiles, ownContentFiles } from '../detect/index.ts'
import { compileContentRules } from '../detect/yara/index.ts'
import { libc } from '../native/libc.ts'
import { runtimeFlags } from '../tools/launch-settings.ts'

// Contents against what the machine can do (`cat` of the same files) and against the yara program with the same rules, in one run, so that the
// ratios hold on a busy machine too. CPU is user and system of all processes. Of several rounds (`--rounds N`, 3) the least counts, of each figure by
// itself, which leaves out most of what others do on the machine. `--megabytes N` changes how much is read, `--collection DIR` is a large set of
// rules of others, `--json` prints the figures alone. The program runs with the flags and the cache of compiled modules of its launcher.

interface Measured {
  readonly name: string
  readonly seconds: number
  readonly cpuSeconds: number
  readonly said: string
}

const root = join(import.meta.dirname, '..')
const getrusage = libc('getrusage', 'int32', ['int32', 'pointer'])
/** yara wants to know the variables that rules use. */
const variables = ['filename', 'filepath', 'extension', 'filetype', 'owner'].flatMap(name => ['-d', `${name}=`])
const megabytes = Number(option('megabytes') ?? 200)
const collection = option('collection')
const folder = mkdtempSync(join(tmpdir(), 'davylamp-bench-'))
const skipped = new Set<string>()
const results: Measured[] = []
try {
  const files = filesToRead(megabytes * 1e6)
  const list = join(folder, 'list')
  writeFileSync(list, files.map(one => `${one.path}\n`).join(''))
  const own = ownContentFiles(join(root, 'rules', 'yara'))
  const foreign = collection === undefined ? [] : foreignContentFiles(collection).sources
  const compiling = performance.now()
  const { compiled, problems } = compileContentRules({ own: own.sources, foreign })
  const compileSeconds = (performance.now() - compiling) / 1000
  for (const name of ['files', 'memory'] as const) writeFileSync(join(folder, name), compiled[name])
  for (const [at, part] of compiled.foreign.entries()) writeFileSync(join(folder, `foreign-${at}`), part)
  // The first start fills the cache of compiled modules, as the installation of the program does.
  const one = join(folder, 'one')
  writeFileSync(one, `${one}\n`)
  await ours('', 'contents-child.ts', one, 'files')
  await ours('', 'testing/read-listed.ts', one)
  for (let round = 0; round < Number(option('rounds') ?? 3); round++) {
    keep(await measure('cat', 'sh', ['-c', `xargs -d '\\n' cat < ${list} > /dev/null`]))
    keep(await ours('davylamp, own rules', 'contents-child.ts', list, 'files'))
    await peer('yara, the same own rules', [
      '-p',
      '1',
      ...variables,
      '--scan-list',
      ...own.sources.map(one => one.file),
      list,
    ])
    keep(await ours('davylamp, memory rules, 4 ×', 'contents-child.ts', list, 'memory'))
    if (foreign.length === 0) continue
    keep(await ours('davylamp, collection, 2 threads', 'testing/read-listed.ts', list))
    await peer('yara -p 2, collection', ['-N', '-p', '2', ...variables, '--scan-list', ...namespaced(foreign), list])
  }
  const bytes = files.reduce((sum, one) => sum + one.size, 0)
  show({ files: files.length, bytes, compileSeconds, problems: problems.length, results, skipped: [...skipped] })
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function option(name: string): string | undefined {
  const at = process.argv.indexOf(`--${name}`)
  return at === -1 ? undefined : process.argv[at + 1]
}

/** Programs, libraries, scripts and texts, as they come, by their names without links. */
function filesToRead(most: number): { path: string; size: number }[] {
  const found: { path: string; size: number }[] = []
  let total = 0
  for (const path of globSync([
    '/usr/bin/*',
    '/usr/sbin/*',
    '/etc/**/*',
    '/usr/share/perl/**/*',
    '/usr/lib/python3/**/*',
    '/usr/lib/x86_64-linux-gnu/**/*',
  ])) {
    const size = sizeOf(path)
    if (size === undefined || total + size > most) continue
    found.push({ path: realpathSync(path), size })
    total += size
  }
  return found
}

function sizeOf(path: string): number | undefined {
  try {
    const found = statSync(path)
    return found.isFile() && found.size > 0 && !path.includes('\n') ? found.size : undefined
  } catch {
    return undefined
  }
}

/** Each file is a namespace of its own. */
function namespaced(sources: readonly { file: string }[]): string[] {
  return sources.map((one, at) => `n${at}:${one.file}`)
}

async function ours(name: string, script: string, ...words: string[]): Promise<Measured> {
  const env = { ...process.env, MALLOC_ARENA_MAX: '1', NODE_COMPILE_CACHE: join(root, '.cache/compile') }
  return await measure(name, process.execPath, [...runtimeFlags, join(root, 'bench', script), folder, ...words], env)
}

async function peer(name: string, words: readonly string[]): Promise<void> {
  const program = ['/usr/bin/yara', '/usr/local/bin/yara'].find(existsSync)
  if (program === undefined) skipped.add(`${name}: yara is not installed`)
  else keep(await measure(name, program, ['-w', ...words]))
}

function keep(one: Measured): void {
  const at = results.findIndex(other => other.name === one.name)
  const before = results[at] ?? one
  const least = {
    ...one,
    seconds: Math.min(one.seconds, before.seconds),
    cpuSeconds: Math.min(one.cpuSeconds, before.cpuSeconds),
  }
  results.splice(at === -1 ? results.length : at, 1, least)
}

async function measure(name: string, program: string, words: readonly string[], env = process.env): Promise<Measured> {
  const cpuBefore = cpuOfChildren()
  const start = performance.now()
  const started = spawn(program, words, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  let lines = 0
  let complaint = ''
  started.stdout.on('data', data => {
    lines += String(data).split('\n').length - 1
    if (said.length < 1000) said += data
  })
  started.stderr.on('data', data => {
    if (complaint.length < 300) complaint += data
  })
  const [status] = (await once(started, 'close')) as [number | null]
  if (status !== 0) skipped.add(`${basename(program)} ended with ${status}: ${complaint.trim().slice(0, 300)}`)
  const shown = said.startsWith('{') ? said.trim() : `${lines} lines`
  return { name, seconds: (performance.now() - start) / 1000, cpuSeconds: cpuOfChildren() - cpuBefore, said: shown }
}

/** getrusage(2) of all children that have ended, and theirs. */
function cpuOfChildren(): number {
  const usage = Buffer.alloc(144)
  getrusage(-1, usage)
  const number = (at: number) => Number(usage.readBigInt64LE(at))
  return number(0) + number(16) + (number(8) + number(24)) / 1e6
}

function show(figures: {
  files: number
  bytes: number
  compileSeconds: number
  problems: number
  results: Measured[]
  skipped: string[]
}): void {
  const load = readFileSync('/proc/loadavg', 'utf8').split(' ')[0]
  mkdirSync(join(root, '.cache'), { recursive: true })
  writeFileSync(join(root, '.cache', 'bench-contents.json'), `${JSON.stringify(figures, undefined, 2)}\n`)
  if (process.argv.includes('--json')) return console.log(JSON.stringify(figures))
  const unit = figures.results[0]?.cpuSeconds ?? 1
  console.log(
    `${figures.files} files, ${(figures.bytes / 1e6).toFixed(0)} MB, load ${load}; compiled in ${figures.compileSeconds.toFixed(1)} s`,
  )
  for (const { name, seconds, cpuSeconds, said } of figures.results)
    console.log(
      `${name.padEnd(34)}${seconds.toFixed(2).padStart(9)} s${cpuSeconds.toFixed(2).padStart(9)} CPU s${(cpuSeconds / unit).toFixed(2).padStart(9)} × cat   ${said}`,
    )
  for (const one of figures.skipped) console.log(`skipped: ${one}`)
}
