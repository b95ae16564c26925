import assert from 'node:assert/strict'
import { closeSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { getRawPointer } from 'node:ffi'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { detection } from '../model/index.ts'
import { libc } from '../native/libc.ts'
import { sealedMemoryFile } from '../native/memory-file.ts'
import { peerPath } from '../native/unix-datagram.ts'
import { detectionLine, journalEntry, openLog } from './log.ts'

/** A journal that listens: gives the next datagram, or what is in the descriptor that came with it. */
function listen(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'agent-log-'))
  const path = join(folder, 'socket')
  const descriptor = Number(libc('socket', 'int32', ['int32', 'int32', 'int32'])(1, 2, 0))
  const address = Buffer.concat([Buffer.from([1, 0]), Buffer.from(path)])
  assert.equal(Number(libc('bind', 'int32', ['int32', 'pointer', 'uint32'])(descriptor, address, address.length)), 0)
  t.after(() => {
    closeSync(descriptor)
    rmSync(folder, { recursive: true })
  })
  return {
    path,
    next(): Buffer | undefined {
      const [bytes, control, part, message] = [1_000_000, 64, 16, 56].map(size => Buffer.alloc(size)) as [
        Buffer,
        Buffer,
        Buffer,
        Buffer,
      ]
      part.writeBigUInt64LE(getRawPointer(bytes), 0)
      part.writeBigUInt64LE(BigInt(bytes.length), 8)
      message.writeBigUInt64LE(getRawPointer(part), 16)
      message.writeBigUInt64LE(1n, 24)
      message.writeBigUInt64LE(getRawPointer(control), 32)
      message.writeBigUInt64LE(BigInt(control.length), 40)
      const size = Number(libc('recvmsg', 'int64', ['int32', 'pointer', 'int32'])(descriptor, message, 0x40))
      if (size < 0) return undefined
      if (size > 0) return bytes.subarray(0, size)
      const passed = control.readInt32LE(16)
      try {
        return readFileSync(`/proc/self/fd/${passed}`)
      } finally {
        closeSync(passed)
      }
    },
  }
}

/** The fields of an entry, as journald reads them. */
function fieldsIn(entry: Buffer): [string, string][] {
  const found: [string, string][] = []
  for (let at = 0; at < entry.length; ) {
    const end = entry.indexOf(10, at)
    const line = entry.toString('utf8', at, end)
    const equals = line.indexOf('=')
    if (equals >= 0) {
      found.push([line.slice(0, equals), line.slice(equals + 1)])
      at = end + 1
      continue
    }
    const length = Number(entry.readBigUInt64LE(end + 1))
    found.push([line, entry.toString('utf8', end + 9, end + 9 + length)])
    assert.equal(entry[end + 9 + length], 10)
    at = end + 10 + length
  }
  return found
}

function log(journal: string, format: 'journal' | 'json' | 'text' = 'journal') {
  const written: string[] = []
  return {
    written,
    log: openLog({ format, journal, safe: line => line.replaceAll('\u001b', '?'), write: text => written.push(text) }),
  }
}

test('the journal gets a line with its fields, and standard error nothing', t => {
  const journal = listen(t)
  const { log: say, written } = log(journal.path)
  say('touched \u001b[2J', {
    event: 'tampering',
    priority: 'warning',
    pid: 7,
    path: '/a\nPRIORITY=0\nb',
    rule: ['r1', 'r2'],
  })
  assert.deepEqual(fieldsIn(journal.next() ?? Buffer.alloc(0)), [
    ['MESSAGE', 'touched ?[2J'],
    ['PRIORITY', '4'],
    ['SYSLOG_IDENTIFIER', 'davylamp'],
    ['DAVYLAMP_EVENT', 'tampering'],
    ['DAVYLAMP_PID', '7'],
    ['DAVYLAMP_PATH', '/a\nPRIORITY=0\nb'],
    ['DAVYLAMP_RULE', 'r1'],
    ['DAVYLAMP_RULE', 'r2'],
  ])
  assert.equal(journal.next(), undefined)
  assert.deepEqual(written, [])
})

test('an entry that is too large for a datagram goes as a sealed file in memory', t => {
  const journal = listen(t)
  const { log: say, written } = log(journal.path)
  const long = 'ü'.repeat(2_000_000)
  say(long)
  assert.deepEqual(fieldsIn(journal.next() ?? Buffer.alloc(0))[0], ['MESSAGE', long])
  assert.deepEqual(written, [])
})

test('what was sealed cannot be changed', () => {
  const file = sealedMemoryFile('x', Buffer.from('abc'))
  try {
    const seals = Number(libc('fcntl', 'int32', ['int32', 'int32', 'int64'])(file, 1034, 0n))
    assert.equal(seals, 0xf)
  } finally {
    closeSync(file)
  }
})

test('a journal that does not listen, or is full, costs no line', t => {
  const nobody = log('/nonexistent/journal')
  nobody.log('one')
  assert.deepEqual(nobody.written, ['one\n'])
  const full = log(listen(t).path)
  // net.unix.max_dgram_qlen is 10 or some hundreds.
  for (let number = 0; number < 5_000 && full.written.length === 0; number += 1) full.log(`line ${number}`)
  assert.match(full.written.join(''), /^line \d+\n$/)
})

test('as JSON lines', () => {
  const { log: say, written } = log('/nonexistent', 'json')
  say('one', { event: 'x', pid: 3 })
  const { at, ...line } = JSON.parse(written.join('')) as Record<string, unknown>
  assert.ok(!Number.isNaN(Date.parse(String(at))))
  assert.deepEqual(line, { priority: 'info', message: 'one', event: 'x', pid: 3 })
})

test('standard error that is no socket leads to no journal', () => {
  assert.equal(peerPath(0), undefined)
  const written: string[] = []
  openLog({ format: 'auto', safe: line => line, write: text => written.push(text) })('x', { event: 'y' })
  assert.deepEqual(written, ['x\n'])
})

test('a detection as a line', () => {
  const [line, fields] = detectionLine(
    detection.parse({
      id: '01968c2f-7d2a-7c3e-9d53-0a1b2c3d4e5f',
      at: '2026-11-22T12:00:00.000Z',
      verdict: 'confirmed',
      level: 'critical',
      title: 'A program talks with a mining pool',
      because: ['It said so.'],
      subject: { kind: 'process', pid: 77, path: '/tmp/xm' },
      chain: [],
      findings: [],
      families: [],
      attack: [],
      responses: [{ kind: 'kill-process', at: '2026-11-22T12:00:00.000Z', outcome: 'done', detail: '', run: 'r7' }],
      afterMs: 4,
    }),
  )
  assert.equal(line, 'confirmed: A program talks with a mining pool (/tmp/xm, pid 77); It said so.; kill-process: done')
  assert.deepEqual(fields, {
    priority: 'warning',
    event: 'detection',
    detection: '01968c2f-7d2a-7c3e-9d53-0a1b2c3d4e5f',
    verdict: 'confirmed',
    level: 'critical',
    path: '/tmp/xm',
    pid: 77,
    run: ['r7'],
  })
  assert.ok(journalEntry(line, fields).includes('DAVYLAMP_RUN=r7\n'))
})
