/** What an ordinary program says of what it was asked. */
export interface OrdinaryAnswer {
  readonly pids: ReadonlySet<number>
  /** Pids for which kill(2) says that there is no such process. */
  readonly silent: ReadonlySet<number>
  /** By index of the path: the calls that say it is not there. */
  readonly missing: ReadonlyMap<number, readonly string[]>
  /** Lines of files below /proc as `fopen` and as `open` give them. */
  readonly texts: ReadonlyMap<string, readonly string[]>
}

/** Calls of the C library by which a file is looked for, as they are named in a fact. */
export const lookups = ['readdir', 'stat', 'lstat', 'statx', 'access', 'open', 'openat', 'fopen'] as const

/**
 * The program itself, for `node -e`. It asks as any program of the host does: through node, and through the functions that a
 * program finds by name, which are those of a preloaded library where it has any. ENOENT (for a process ESRCH) is what a
 * hiding library says; any other trouble tells nothing. Nothing is read but what lies below /proc, and nothing is written.
 */
export const ordinaryProgram = `
const { readdirSync, lstatSync, statSync, readFileSync } = require('node:fs')
const asked = JSON.parse(readFileSync(0, 'latin1'))
const attempt = work => { try { return work() } catch (error) { return error.code === 'ENOENT' ? 'absent' : 'trouble' } }
const lists = new Map()
const listOf = folder => {
  if (!lists.has(folder)) lists.set(folder, attempt(() => new Set(readdirSync(Buffer.from(folder, 'latin1'), 'latin1'))))
  return lists.get(folder)
}
const c = attempt(() => {
  const { DynamicLibrary, getInt32 } = require('node:ffi')
  const all = new DynamicLibrary(null)
  const find = (name, returns, takes) => {
    try { return all.getFunction(name, { return: returns, arguments: takes }) } catch { return undefined }
  }
  const place = find('__errno_location', 'pointer', [])()
  return {
    errno: () => getInt32(place, 0),
    access: find('access', 'int32', ['pointer', 'int32']),
    stat: find('stat', 'int32', ['pointer', 'pointer']),
    lstat: find('lstat', 'int32', ['pointer', 'pointer']),
    statx: find('statx', 'int32', ['int32', 'pointer', 'int32', 'uint32', 'pointer']),
    open: find('open', 'int32', ['pointer', 'int32', 'int32']),
    openat: find('openat', 'int32', ['int32', 'pointer', 'int32', 'int32']),
    close: find('close', 'int32', ['int32']),
    fopen: find('fopen', 'pointer', ['pointer', 'pointer']),
    fgets: find('fgets', 'pointer', ['pointer', 'int32', 'pointer']),
    fclose: find('fclose', 'int32', ['pointer']),
    opendir: find('opendir', 'pointer', ['pointer']),
    readdir: find('readdir', 'pointer', ['pointer']),
    closedir: find('closedir', 'int32', ['pointer']),
    kill: find('kill', 'int32', ['int32', 'int32']),
  }
})
const usable = typeof c === 'object'
const bytesOf = text => Buffer.concat([Buffer.from(text, 'latin1'), Buffer.of(0)])
const result = Buffer.alloc(512), how = bytesOf('re')
// O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC | O_PATH: nothing is opened in truth.
const quietly = 0o12404000
const calls = {
  stat: path => c.stat(path, result),
  lstat: path => c.lstat(path, result),
  statx: path => c.statx(-100, path, 0x100, 0x7ff, result),
  access: path => c.access(path, 0),
  open: path => { const fd = c.open(path, quietly, 0); if (fd >= 0) c.close(fd); return fd },
  openat: path => { const fd = c.openat(-100, path, quietly, 0); if (fd >= 0) c.close(fd); return fd },
}
const missingCalls = ({ path, regular }) => {
  const cut = path.lastIndexOf('/')
  const list = listOf(path.slice(0, cut) || '/')
  const found = new Set()
  if (list === 'absent' || (list !== 'trouble' && !list.has(path.slice(cut + 1)))) found.add('readdir')
  if (attempt(() => lstatSync(Buffer.from(path, 'latin1'))) === 'absent') found.add('lstat')
  if (!usable) return [...found]
  const name = bytesOf(path)
  for (const [call, ask] of Object.entries(calls)) {
    if (c[call] === undefined) continue
    const said = attempt(() => ask(name))
    if (said === -1 && c.errno() === 2) found.add(call)
  }
  // A link may lead nowhere: then stat and access say so rightly.
  if (!regular) for (const call of ['stat', 'access']) found.delete(call)
  if (regular && c.fopen !== undefined && c.fclose !== undefined) {
    const file = attempt(() => c.fopen(name, how))
    if (file === 0n && c.errno() === 2) found.add('fopen')
    else if (typeof file === 'bigint' && file !== 0n) c.fclose(file)
  }
  return [...found]
}
const linesByC = path => {
  if (!usable || c.fopen === undefined || c.fgets === undefined) return undefined
  const file = c.fopen(bytesOf(path), how)
  if (typeof file !== 'bigint' || file === 0n) return undefined
  const line = Buffer.alloc(4096), lines = []
  while (lines.length < 20000) {
    const got = c.fgets(line, line.length, file)
    if (got === 0n || got === null) break
    lines.push(line.toString('latin1', 0, Math.max(0, line.indexOf(0))).trimEnd())
  }
  c.fclose(file)
  // A longer table is not compared line by line.
  return lines.length < 20000 ? lines : undefined
}
const missing = {}
asked.paths.forEach((one, index) => {
  const found = missingCalls({ path: Buffer.from(one.path, 'base64').toString('latin1'), regular: one.regular })
  if (found.length > 0) missing[index] = found
})
const silent = asked.pids.filter(pid => {
  try { process.kill(pid, 0); } catch (error) { return error.code === 'ESRCH' }
  return usable && c.kill !== undefined && c.kill(pid, 0) === -1 && c.errno() === 3
})
const numbers = list => list.filter(name => /^[1-9][0-9]*$/.test(name)).map(Number)
let pids = numbers(readdirSync('/proc'))
if (usable && c.opendir !== undefined && c.readdir !== undefined && c.closedir !== undefined) {
  const { toString } = require('node:ffi')
  const folder = c.opendir(bytesOf('/proc')), byC = []
  if (typeof folder === 'bigint' && folder !== 0n) {
    for (let entry = c.readdir(folder); entry !== 0n && entry !== null; entry = c.readdir(folder)) byC.push(toString(entry + 19n))
    c.closedir(folder)
    const listed = new Set(numbers(byC))
    if (listed.size > 0) pids = pids.filter(pid => listed.has(pid))
  }
}
// Timers and queues in a line change from look to look; addresses and inode do not.
const keyOf = line => line.trim().split(/ +/).filter((_, at) => at === 1 || at === 2 || at === 9).join(' ')
const texts = {}
for (const path of asked.texts) {
  const plain = attempt(() => readFileSync(path, 'latin1').split('\\n').map(line => line.trimEnd()))
  const byC = attempt(() => linesByC(path))
  const inC = Array.isArray(byC) ? new Set(byC.map(keyOf)) : undefined
  if (Array.isArray(plain)) texts[path] = inC === undefined ? plain : plain.filter(line => inC.has(keyOf(line)))
  else if (plain === 'absent') texts[path] = []
}
process.stdout.write(JSON.stringify({ pids, silent, missing, texts }))`

/** An intruder's code ran in the program that says this. */
export function ordinaryAnswer(output: Buffer): OrdinaryAnswer | undefined {
  let said: unknown
  try {
    said = JSON.parse(output.toString('utf8'))
  } catch {
    return undefined
  }
  if (!isRecord(said)) return undefined
  const { pids, silent, missing, texts } = said
  if (!isNumbers(pids) || !isNumbers(silent) || !isRecord(missing) || !isRecord(texts) || pids.length === 0)
    return undefined
  const known: ReadonlySet<unknown> = new Set(lookups)
  return {
    pids: new Set(pids),
    silent: new Set(silent),
    missing: new Map(
      Object.entries(missing).flatMap(([index, calls]) =>
        Array.isArray(calls) ? [[Number(index), calls.filter((call): call is string => known.has(call))] as const] : [],
      ),
    ),
    texts: new Map(
      Object.entries(texts).flatMap(([path, lines]) =>
        Array.isArray(lines) ? [[path, lines.filter(line => typeof line === 'string')] as const] : [],
      ),
    ),
  }
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(one => Number.isInteger(one))
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
