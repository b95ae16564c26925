import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { foreignContentFiles, ownContentFiles } from '../detect/index.ts'
import { compileContentRules } from '../detect/yara/index.ts'
import { libc } from '../native/libc.ts'

// Contents against what the machine can do (`cat` of the same files) and against the yara program with the same rules, in one run, so that the
// ratios hold on a busy machine too. CPU is user and system of all processes. `--megabytes N` changes how much is read, `--collection DIR` is a
// large set of rules of others, `--json` prints the figures alone.

interface Measured {
  readonly name: string
  readonly seconds: number
  readonly cpuSeconds: number
  readonly said: string
}

const root = join(import.meta.dirname, '..')
const getrusage = libc('getrusage', 'int32', ['int32', 'pointer'])
const megabytes = Number(option('megabytes') ?? 200)
const collection = option('collection')
const folder = mkdtempSync(join(tmpdir(), 'davylamp-bench-'))
const skipped: string[] = []
try {
  const files = filesToRead(megabytes * 1e6)
  const lists = writeLists(files)
  const own = ownContentFiles(join(root, 'rules', 'yara'))
  const foreign = collection === undefined ? [] : foreignContentFiles(collection).sources
  const compiling = performance.now()
  const { compiled, problems } = compileContentRules({ own: own.sources, foreign })
  const compileSeconds = (performance.now() - compiling) / 1000
  for (const name of ['files', 'memory', 'foreign'] as const)
    writeFileSync(join(folder, name), compiled[name] ?? new Uint8Array())

  const cat = await measure('cat', 'sh', ['-c', `xargs -d '\\n' cat < ${lists.all} > /dev/null`])
  const ours = await child('davylamp, own rules', 'own', lists.all, 'files')
  const memory = await child('davylamp, memory rules, 4 ×', 'own', lists.all, 'memory')
  const yara = await peer('yara, the same own rules', [
    '-w',
    '-p',
    '1',
    ...variables(),
    '--scan-list',
    ...ruleFiles(own.sources),
    lists.all,
  ])
  const large =
    foreign.length === 0
      ? []
      : [
          await both('davylamp, collection, 2 threads', lists.halves),
          await peer('yara -p 2, collection', collectionArguments(lists.all)),
        ]
  const results = [cat, ours, yara, memory, ...large].filter(one => one !== undefined)
  show({
    files: files.length,
    bytes: files.reduce((sum, one) => sum + one.size, 0),
    compileSeconds,
    problems: problems.length,
    results,
  })
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function option(name: string): string | undefined {
  const at = process.argv.indexOf(`--${name}`)
  return at === -1 ? undefined : process.argv[at + 1]
}

/** Programs, libraries, scripts and texts, as they come. */
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
    found.push({ path, size })
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

function writeLists(files: readonly { path: string }[]) {
  const write = (name: string, some: readonly { path: string }[]) => {
    const path = join(folder, name)
    writeFileSync(path, some.map(one => `${one.path}\n`).join(''))
    return path
  }
  const half = (rest: number) => files.filter((_, at) => at % 2 === rest)
  return { all: write('all', files), halves: [write('even', half(0)), write('odd', half(1))] }
}

function ruleFiles(sources: readonly { file: string }[]): string[] {
  return sources.map(one => one.file)
}

/** yara wants to know the variables that rules use. */
function variables(): string[] {
  return ['filename', 'filepath', 'extension', 'filetype', 'owner'].flatMap(name => ['-d', `${name}=`])
}

/** Each file is a namespace of its own. */
function collectionArguments(list: string): string[] {
  const files = foreignContentFiles(collection ?? '').sources.map((one, at) => `n${at}:${one.file}`)
  return ['-w', '-N', '-p', '2', ...variables(), '--scan-list', ...files, list]
}

async function child(name: string, which: string, list: string, kind: string): Promise<Measured> {
  const flags = ['--disable-warning=ExperimentalWarning', join(root, 'bench', 'contents-child.ts')]
  return await measure(name, process.execPath, [...flags, folder, which, list, kind])
}

async function both(name: string, lists: readonly string[]): Promise<Measured> {
  const cpuBefore = cpuOfChildren()
  const start = performance.now()
  const said = await Promise.all(lists.map(async list => (await child(name, 'foreign', list, 'files')).said))
  return {
    name,
    seconds: (performance.now() - start) / 1000,
    cpuSeconds: cpuOfChildren() - cpuBefore,
    said: said.join(' '),
  }
}

async function peer(name: string, words: readonly string[]): Promise<Measured | undefined> {
  const program = ['/usr/bin/yara', '/usr/local/bin/yara'].find(existsSync)
  if (program === undefined) skipped.push(`${name}: yara is not installed`)
  return program === undefined ? undefined : await measure(name, program, words)
}

async function measure(name: string, program: string, words: readonly string[]): Promise<Measured> {
  const cpuBefore = cpuOfChildren()
  const start = performance.now()
  const started = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'] })
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
  if (status !== 0) skipped.push(`${basename(program)} ended with ${status}: ${complaint.trim().slice(0, 300)}`)
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
}): void {
  const machine = readFileSync('/proc/loadavg', 'utf8').split(' ')[0]
  mkdirSync(join(root, '.cache'), { recursive: true })
  writeFileSync(
    join(root, '.cache', 'bench-contents.json'),
    `${JSON.stringify({ ...figures, skipped }, undefined, 2)}\n`,
  )
  if (process.argv.includes('--json')) return console.log(JSON.stringify({ ...figures, skipped }))
  const unit = figures.results[0]?.cpuSeconds ?? 1
  console.log(
    `${figures.files} files, ${(figures.bytes / 1e6).toFixed(0)} MB, load ${machine}; compiled in ${figures.compileSeconds.toFixed(1)} s`,
  )
  for (const { name, seconds, cpuSeconds, said } of figures.results)
    console.log(
      `${name.padEnd(34)}${seconds.toFixed(2).padStart(9)} s${cpuSeconds.toFixed(2).padStart(9)} CPU s${(cpuSeconds / unit).toFixed(2).padStart(9)} × cat   ${said}`,
    )
  for (const one of skipped) console.log(`skipped: ${one}`)
}
