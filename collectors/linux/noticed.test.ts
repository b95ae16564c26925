import assert from 'node:assert/strict'
import { test } from 'node:test'
import { detection } from '../../model/index.ts'
import { type MemoryFile, memoryTarget } from '../../target/index.ts'
import { readNoticed, usualNoticedFolder } from './noticed.ts'

const path = `${usualNoticedFolder}/detections.jsonl`
const now = '2026-03-01T12:00:00Z'

function line(number: number, more: Record<string, unknown> = {}): string {
  const whole = {
    id: `01968c2f-7d2a-7c3e-9d53-${number.toString(16).padStart(12, '0')}`,
    at: `2026-03-01T02:${String(number % 60).padStart(2, '0')}:00.000Z`,
    verdict: 'confirmed',
    level: 'high',
    title: 'Miner',
    because: ['It is one.'],
    subject: { kind: 'process', pid: number, startTime: 5, path: '/tmp/x' },
    chain: [{ pid: 1 }],
    findings: [],
    families: [],
    attack: [],
    responses: [],
    afterMs: 3,
  }
  return `${JSON.stringify(detection.parse({ ...whole, ...more }))}\n`
}

function look(file: MemoryFile, others: Record<string, MemoryFile> = {}) {
  const target = memoryTarget({
    files: {
      '/var/log/syslog': { content: '', modified: now },
      [usualNoticedFolder]: { type: 'directory', mode: 0o700 },
      [path]: { mode: 0o600, ...file },
      ...others,
    },
  })
  const found = readNoticed(target, usualNoticedFolder)
  return { found, pids: found.map(one => one.subject.pid), gaps: target.gaps.map(one => one.why) }
}

test('what was written down, oldest first, each as it was told last; the file that was put aside too', () => {
  const prevented = { kind: 'prevented', at: now, outcome: 'done', detail: 'x' }
  const { found, gaps } = look(
    { content: line(2) + line(3) + line(2, { responses: [prevented] }) },
    { [`${path}.1`]: { mode: 0o600, content: line(1) } },
  )
  assert.deepEqual([found.map(one => one.subject.pid), gaps], [[1, 3, 2], []])
  assert.deepEqual(found[2], {
    detection: '01968c2f-7d2a-7c3e-9d53-000000000002',
    at: '2026-03-01T02:02:00.000Z',
    times: 1,
    verdict: 'confirmed',
    title: 'Miner',
    subject: { kind: 'process', pid: 2, startTime: 5, path: '/tmp/x' },
    chain: [{ pid: 1 }],
    because: ['It is one.'],
    responses: [prevented],
  })
})

const unbelieved = ['not only root could have written it, so it is not believed']
for (const [name, file, others] of [
  ['readable by others', { mode: 0o644 }, {}],
  ['writable by its group', { mode: 0o620 }, {}],
  ['of somebody else', { uid: 1000 }, {}],
  ['a link', { link: '/etc/passwd' }, {}],
  ['a folder', { type: 'directory' }, {}],
  ['in a folder that others may write', {}, { [usualNoticedFolder]: { type: 'directory', mode: 0o770 } }],
  ['in a folder of somebody else', {}, { [usualNoticedFolder]: { type: 'directory', mode: 0o700, uid: 1000 } }],
] as const)
  test(`not believed: ${name}`, () => {
    const content = 'link' in file || 'type' in file ? {} : { content: line(1) }
    const { pids, gaps } = look({ ...content, ...file }, others)
    assert.deepEqual([pids, gaps], [[], unbelieved])
  })

test('no file is nothing to tell', () => {
  const target = memoryTarget({ files: { '/etc/hostname': 'x' } })
  assert.deepEqual([readNoticed(target, usualNoticedFolder), target.gaps], [[], []])
})

test('damage costs the damaged lines, and is a gap', () => {
  const hostile = [
    'null',
    '[]',
    '{}',
    '\u0000\u0000',
    '{"id":',
    '['.repeat(100_000),
    '{"__proto__":{"id":1}}',
    line(7, { at: 'yesterday' }).trim(),
    JSON.stringify({ ...JSON.parse(line(8)), chain: 'sh' }),
    line(9).slice(0, 50),
  ]
  const { pids, gaps } = look({ content: [line(1).trim(), ...hostile, line(2)].join('\n') })
  assert.deepEqual([pids, gaps], [[1, 2], [`${hostile.length} lines cannot be read, and are left out`]])
})

test('what is too old, or from the future, is none of this', () => {
  const ages = ['2026-01-20T00:00:00Z', '2026-02-20T00:00:00Z', '2026-03-01T20:00:00Z', '2029-01-01T00:00:00Z']
  const { pids } = look({ content: ages.map((at, place) => line(place, { at })).join('') })
  assert.deepEqual(pids, [1, 2])
})

test('texts are bounded, and steer no terminal', () => {
  const evil = `\u001b[2J\u202e${'x'.repeat(1_000)}`
  const { found } = look({
    content: line(1, {
      title: evil,
      because: Array.from({ length: 50 }, (_, at) => `${at}${evil}`),
      subject: { kind: 'process', pid: 1, command: evil, path: evil },
      chain: Array.from({ length: 500 }, (_, pid) => ({ pid, command: evil, name: evil })),
    }),
  })
  const text = JSON.stringify(found)
  assert.ok(text.length < 25_000, `${text.length}`)
  assert.doesNotMatch(text, /\\u001b|\u202e/)
  assert.match(found[0]?.title ?? '', /^\\x1b\[2J\\xe2\\x80\\xae/)
  assert.equal(found[0]?.chain.length, 12)
})

test('of too many the newest', () => {
  const { found, gaps } = look({ content: Array.from({ length: 2_100 }, (_, at) => line(at)).join('') })
  assert.deepEqual(
    [found.length, found.at(-1)?.subject.pid, gaps],
    [2_000, 2_099, ['more than 2000, older ones were left out']],
  )
})

test('the unit comes from an event where the detection lacks it', () => {
  const event = {
    kind: 'load',
    at: now,
    pid: 1,
    cpuPercent: 1,
    cpuSeconds: 1,
    busySeconds: 1,
    seenSeconds: 1,
    bursts: 0,
    shy: false,
  }
  const finding = {
    rule: { id: 'r', title: 'R' },
    level: 'high',
    class: 'execution',
    conclusive: false,
    attack: [],
    families: [],
    because: 'It is busy.',
    event: { ...event, cgroup: '/system.slice/cron.service' },
  }
  const [one] = look({ content: line(1, { findings: [finding] }) }).found
  assert.equal(one?.subject.cgroup, '/system.slice/cron.service')
  assert.deepEqual(one?.because, ['It is one.', 'It is busy.'])
})
