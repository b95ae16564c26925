import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { after, test } from 'node:test'
import type { ProcessFact } from '../../model/index.ts'
import { openPagemap, type PageRange, pageSize, readPages, scanPages } from '../../native/read/process-memory.ts'
import { liveTarget } from '../../target/index.ts'
import { processFact } from '../../test/facts.ts'
import { compileContentRules } from './compile-content.ts'
import type { ContentScanner } from './content-scanner.ts'
import { scanMemory } from './memory.ts'
import { parseMemoryMap } from './memory-map.ts'
import { residentMemory } from './memory-pages.ts'
import { openContentScanner } from './open-scanner.ts'

const children: ChildProcess[] = []
after(() => {
  for (const child of children) child.kill('SIGKILL')
})

const python = hasPython() ? {} : { skip: 'needs python3' }

function hasPython(): boolean {
  try {
    execFileSync('python3', ['-c', ''], { stdio: 'pipe' })
    return true
  } catch {
    return false
  }
}

/** A program that says `ready` and goes on for a while; ended after the test. The word is put together in its memory only. */
async function program(lines: string): Promise<ProcessFact> {
  const text = `import os, mmap, sys, time, ctypes\n${lines}\nprint('ready', flush=True)\nfor _ in range(300): time.sleep(0.1); turn()\n`
  const child = spawn('python3', ['-c', text.includes('def turn') ? text : `def turn(): pass\n${text}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  await once(child.stdout ?? child, 'data')
  return factOf(child.pid ?? 0)
}

function factOf(pid: number): ProcessFact {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  const startTime = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19])
  return processFact({ pid, path: '/tmp/x', startTime, exeDeleted: true })
}

/** Finds one word, and counts what it was given. */
function wordScanner(word: string): ContentScanner & { seen: number } {
  return {
    seen: 0,
    scan(bytes) {
      this.seen += bytes.length
      const offset = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(word)
      return { matches: offset < 0 ? [] : [{ rule: 'test/word', words: [word], offset }], cut: [] }
    },
    scanContent: () => ({ matches: [], cut: [] }),
    scanFile: () => ({ matches: [], cut: [] }),
    close() {},
  }
}

const word = 'the-word-that-is-looked-for'
const made = `word = b'-'.join([b'the', b'word', b'that', b'is', b'looked', b'for'])`

async function scanOne(fact: ProcessFact, scanner = wordScanner(word)) {
  const target = liveTarget()
  const done = await scanMemory(target, [fact], { which: 'suspects', open: () => scanner })
  return { done, gaps: target.gaps, found: fact.memoryMatches?.map(match => match.rule) ?? [] }
}

test('a word in anonymous memory is found, with its address', python, async () => {
  const fact = await program(`${made}\nhole = mmap.mmap(-1, 64 << 20)\nhole[40 << 20:(40 << 20) + len(word)] = word`)
  const { done, gaps, found } = await scanOne(fact)
  assert.deepEqual([found, gaps, done.processes], [['test/word'], [], 1])
  const address = fact.memoryMatches?.[0]?.offset ?? 0
  assert.ok(
    parseMemoryMap(readFileSync(`/proc/${fact.pid}/maps`, 'latin1')).some(
      ({ start, end }) => start <= address && address < end,
    ),
  )
})

test('a word in a memory file is found', python, async () => {
  const fact = await program(
    `${made}\nfd = os.memfd_create('x')\nos.truncate(fd, 1 << 20)\nm = mmap.mmap(fd, 1 << 20)\nm[5000:5000 + len(word)] = word\ndel word`,
  )
  assert.deepEqual((await scanOne(fact)).found, ['test/word'])
})

test('a word in a deleted file that is held open is found', python, async () => {
  const fact = await program(
    `${made}\nimport tempfile\nfile = tempfile.TemporaryFile(dir='/tmp')\nfile.write(word[:9] + word[9:])\nfile.flush()\ndel word`,
  )
  const link = readdirSync(`/proc/${fact.pid}/fd`).map(fd => readlinkSync(`/proc/${fact.pid}/fd/${fd}`))
  const openFiles = link.filter(says => says.startsWith('/tmp/') && says.endsWith(' (deleted)'))
  const look = { ...fact, openFiles }
  const scanner = wordScanner(word)
  // What python still holds of the word is memory, and not looked at here.
  const filesOnly = {
    ...scanner,
    scan: (bytes: Uint8Array) => (bytes.length > 4096 ? { matches: [], cut: [] } : scanner.scan(bytes)),
  }
  assert.deepEqual([openFiles.length, (await scanOne(look, filesOnly)).gaps, look.memoryMatches?.length], [1, [], 1])
})

test('20 GB reserved and nothing there cost nothing, and stay nothing', python, async () => {
  const fact = await program('m = mmap.mmap(-1, 20 << 30, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000)')
  const before = residentKilobytes(fact.pid)
  const scanner = wordScanner(word)
  const { done, gaps } = await scanOne(fact, scanner)
  assert.ok(scanner.seen < 100 << 20 && done.seconds < 5, `${scanner.seen} bytes in ${done.seconds} s`)
  assert.deepEqual([gaps, residentKilobytes(fact.pid)], [[], before])
  const old = residentMemory(fact.pid, () => regionsOf(fact.pid, 'smaps'), {
    wantsFile: () => false,
    firstSight: () => true,
  })
  assert.equal(old.cut, false)
})

test('both ways to ask for pages agree', python, async () => {
  const fact = await program('m = mmap.mmap(-1, 8 << 20)\nfor at in range(0, 8 << 20, 12288): m[at] = 1')
  const pagemap = openPagemap(fact.pid)
  if (scanPages(pagemap, 0, pageSize(), false) === undefined) return
  for (const files of [true, false])
    for (const { start, end, name } of regionsOf(fact.pid, 'maps').filter(region => !region.name.startsWith('[v'))) {
      const one = walked((at, to) => scanPages(pagemap, at, to, files), start, end)
      const other = walked((at, to) => readPages(pagemap, at, to, files), start, end)
      // The older way cannot tell the one page of zeros that everybody shares.
      assert.ok(
        [...one].every(page => other.has(page)),
        name,
      )
    }
})

function walked(
  step: (at: number, to: number) => { ranges: PageRange[]; next: number } | undefined,
  start: number,
  end: number,
) {
  const pages = new Set<number>()
  for (let at = start; at < end; ) {
    const found = step(at, end)
    if (found === undefined) break
    for (const range of found.ranges) for (let page = range.start; page < range.end; page += pageSize()) pages.add(page)
    at = found.next
  }
  return pages
}

function regionsOf(pid: number, file: 'maps' | 'smaps') {
  return parseMemoryMap(readFileSync(`/proc/${pid}/${file}`, 'latin1'))
}

function residentKilobytes(pid: number): number {
  const pages = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))
  return Number(pages?.[1])
}

for (const [name, turn] of [
  ['grows', 'keep = []\ndef turn(): keep.append(b"x" * 1000000)'],
  ['unmaps', 'keep = [mmap.mmap(-1, 1 << 20) for _ in range(300)]\ndef turn():\n  if keep: keep.pop().close()'],
  ['forks', 'def turn():\n  if os.fork() == 0: os._exit(0)'],
  ['executes another program', 'def turn(): os.execvp("sleep", ["sleep", "30"])'],
  ['ends', 'def turn(): os._exit(0)'],
] as const)
  test(`a process that ${name} while it is read`, python, async () => {
    const fact = await program(`data = bytearray(os.urandom(1 << 20)) * 60\n${turn}`)
    const target = liveTarget()
    const scanner = wordScanner(word)
    const slow: ContentScanner = {
      ...scanner,
      scan(bytes) {
        sleepFor(20)
        return scanner.scan(bytes)
      },
    }
    await scanMemory(target, [fact], { which: 'suspects', open: () => slow })
    assert.deepEqual(target.gaps, [])
  })

function sleepFor(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
}

test('another process under the same number says nothing', python, async () => {
  const fact = await program(made)
  const { found, done } = await scanOne({ ...fact, startTime: fact.startTime - 1 })
  assert.deepEqual([found, done.processes], [[], 0])
})

test('what is above the limits is told', python, async () => {
  const fact = await program('data = bytearray(os.urandom(1 << 20)) * 30')
  const target = liveTarget()
  const limits = { bytesOfOne: 2 << 20 }
  const done = await scanMemory(target, [fact], { which: 'suspects', open: () => wordScanner(word), limits })
  assert.deepEqual(
    [done.bytes <= 3 << 20, target.gaps.map(gap => gap.why)],
    [true, ['one process: more memory than a scan of this kind reads']],
  )
})

test('nothing is opened where nobody is suspicious', async () => {
  const fact = {
    ...factOf(process.pid),
    pid: 1,
    ownership: 'owned' as const,
    exeDeleted: false,
    path: '/usr/sbin/init',
  }
  let opened = 0
  const open = () => {
    opened++
    return wordScanner(word)
  }
  await scanMemory(liveTarget(), [fact], { which: 'suspects', open })
  assert.equal(opened, 0)
})

test('a talk with a pool counts in the memory of a program that holds a connection', python, async () => {
  const talk = `
import json, socket
server = socket.create_server(('127.0.0.1', 0))
client = socket.create_connection(server.getsockname())
login = json.dumps({'id': 1, 'method': 'login', 'params': {'login': 'w.1', 'pass': 'x', 'agent': 'a/1'}}).encode()
pages = mmap.mmap(-1, 32 << 20)
pages[100:100 + len(login)] = login
job = json.dumps({'method': 'job', 'params': {'blob': '0e' * 76, 'job_id': 'j', 'target': 'b88d0600'}}).encode()
pages.seek(20 << 20)
pages.write(job)
os.urandom(1)
fill = bytearray(os.urandom(1 << 20)) * 12`
  const connected = await program(talk)
  const file = 'mining-talk.yar'
  const text = readFileSync(new URL(`../../rules/yara/${file}`, import.meta.url), 'utf8')
  const { compiled, problems } = compileContentRules({ own: [{ namespace: 'davylamp', file, text }] })
  assert.deepEqual(problems, [])
  const open = () => openContentScanner(compiled, { for: 'memory' })
  await scanMemory(liveTarget(), [connected], { which: 'suspects', open })
  const expected = [undefined, 'login; answered by job', 'w.1']
  assert.deepEqual([connected.memoryMatches, connected.miningSession, connected.miningAccount], expected)
  const alone = await program(talk.replace('client = socket', '#'))
  await scanMemory(liveTarget(), [alone], { which: 'suspects', open })
  assert.equal(alone.miningSession, undefined)
})
