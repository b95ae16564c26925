import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createWriteStream, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { importSource } from '../detect/intel/feeds/index.ts'
import { openHashLookup, openIndicators, readSharedPlaces, shareHashes } from '../detect/intel/index.ts'

// Ten million hashes: what adding them takes, what they take in memory, and what a look-up takes, beside `grep -F -f` and
// `look` (a binary search in a sorted file) on the same list. `npm run bench intel [HASHES]`.

const count = Number(process.argv[2] ?? 10_000_000)
const asked = 1_000_000
const folder = mkdtempSync(join(tmpdir(), 'davylamp-bench-'))
try {
  await run()
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function run(): Promise<void> {
  const list = join(folder, 'list.txt')
  await writeList(list)
  const intel = join(folder, 'intel')
  const before = process.cpuUsage()
  const started = performance.now()
  const { source } = await importSource(
    { name: 'list', from: list },
    { intel, shared: readSharedPlaces(''), now: new Date().toISOString() },
  )
  const cpu = process.cpuUsage(before)
  console.log(`${count.toLocaleString('en')} SHA-256, ${source.counts.sha256?.toLocaleString('en')} kept`)
  line('adding them', `${seconds(performance.now() - started)}, ${seconds((cpu.user + cpu.system) / 1_000)} of a core`)
  line('most memory while adding', `${megabytes(process.resourceUsage().maxRSS * 1_024)}`)

  global.gc?.()
  const opened = performance.now()
  const shared = shareHashes(intel)
  const lookup = openHashLookup(shared)
  line('opening', `${(performance.now() - opened).toFixed(0)} ms`)
  line('memory', megabytes(shared.sha256.reduce((sum, one) => sum + one.bytes.byteLength, 0)))

  const misses = Array.from({ length: asked }, (_, at) => digest(`miss ${at}`))
  const hits = Array.from({ length: 20_000 }, (_, at) => digest(`hash ${Math.floor((at * count) / 20_000)}`))
  for (const one of misses.slice(0, 100_000)) lookup.has(one)
  const [miss, wrong] = timed(misses, one => lookup.has(one))
  const [hit, found] = timed(hits, one => lookup.has(one))
  if (wrong !== 0 || found !== hits.length) throw new Error(`${wrong} false, ${hits.length - found} missed`)
  line('a miss', `${miss.toFixed(0)} ns`)
  line('a hit', `${hit.toFixed(0)} ns`)
  lookup.close()
  const store = openIndicators(intel, { now: new Date().toISOString(), addGap: gap => console.log(gap.why) })
  const [said] = timed(hits.slice(0, 5_000), one => store.find('sha256', one.toString('hex')).length > 0)
  line('a hit with all that is said of it', `${said.toFixed(0)} ns`)
  store.close()
  peers(
    list,
    misses.slice(0, 1_000).map(one => one.toString('hex')),
  )
}

/** What an administrator would do with the same list. */
function peers(list: string, values: readonly string[]): void {
  const wanted = join(folder, 'wanted.txt')
  writeFileSync(wanted, `${values.join('\n')}\n`)
  const grep = measured('grep', ['-c', '-F', '-f', list, wanted])
  line('grep -F -f LIST, 1,000 values', grep)
  line('grep -F -f VALUES LIST', measured('grep', ['-c', '-F', '-f', wanted, list]))
  const sorted = join(folder, 'sorted.txt')
  line('sort of the list', measured('sort', ['-o', sorted, '-S', '200M', list], { LC_ALL: 'C' }))
  if (existsSync(sorted))
    line('look in the sorted list, one value', measured('look', [values[0] ?? '', sorted], { LC_ALL: 'C' }))
}

function measured(program: string, words: readonly string[], environment: Record<string, string> = {}): string {
  const ended = spawnSync('/usr/bin/time', ['-f', '%U %S %M', program, ...words], {
    encoding: 'utf8',
    timeout: 600_000,
    env: { ...process.env, ...environment },
  })
  if (ended.error !== undefined)
    return Reflect.get(ended.error, 'code') === 'ETIMEDOUT' ? 'more than 10 minutes' : 'not here'
  const [user, system, kilobytes] = (ended.stderr.trim().split('\n').at(-1) ?? '').split(' ').map(Number)
  if (user === undefined || system === undefined || kilobytes === undefined || ended.status === 127)
    return 'not here, or out of memory'
  return `${((user + system) * 1_000).toFixed(0)} ms of a core, ${megabytes(kilobytes * 1_024)}`
}

async function writeList(path: string): Promise<void> {
  const output = createWriteStream(path)
  let lines = ''
  for (let at = 0; at < count; at++) {
    lines += `${digest(`hash ${at}`).toString('hex')}\n`
    if (lines.length < 1 << 20) continue
    if (!output.write(lines)) await once(output, 'drain')
    lines = ''
  }
  output.end(lines)
  await once(output, 'close')
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

/** Nanoseconds of a processor for each, and how many were true. What else runs does not count. */
function timed<T>(all: readonly T[], work: (one: T) => boolean): [number, number] {
  let found = 0
  const before = process.cpuUsage()
  for (const one of all) if (work(one)) found++
  const { user, system } = process.cpuUsage(before)
  return [((user + system) * 1_000) / all.length, found]
}

function line(what: string, figure: string): void {
  console.log(`${what.padEnd(36)} ${figure}`)
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1_000).toFixed(1)} s`
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}
