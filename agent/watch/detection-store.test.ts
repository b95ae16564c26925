import assert from 'node:assert/strict'
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { type Detection, detection as detectionSchema } from '../../model/index.ts'
import { DetectionStore, readDetections } from './detection-store.ts'

const always = new Date(0)

function folder(t: TestContext): string {
  const own = mkdtempSync(join(tmpdir(), 'agent-detections-'))
  t.after(() => rmSync(own, { recursive: true }))
  return own
}

function detection(number: number, more: Partial<Detection> = {}): Detection {
  return detectionSchema.parse({
    id: `01968c2f-7d2a-7c3e-9d53-${number.toString(16).padStart(12, '0')}`,
    at: new Date(Date.UTC(2026, 10, 22, 12, 0, number)).toISOString(),
    verdict: 'confirmed',
    level: 'critical',
    title: 'Something computes for a pool',
    because: ['It talks with one.'],
    subject: { kind: 'process', pid: 1_000 + number, path: '/tmp/.x/y' },
    chain: [],
    findings: [],
    families: [],
    attack: [],
    responses: [],
    afterMs: 12,
    ...more,
  })
}

const ids = (own: string, since = always) => readDetections(own, since).map(one => one.id)

test('what was kept is there for others, newest last, and nobody else can read it', t => {
  const own = folder(t)
  assert.deepEqual(readDetections(own, always), [])
  const store = new DetectionStore(own)
  const all = [1, 2, 3].map(number => detection(number))
  for (const one of all) assert.equal(store.keep(one), true)
  assert.deepEqual(readDetections(own, always), all)
  assert.deepEqual(readDetections(own, new Date(all[1]?.at ?? 0)), all.slice(1))
  assert.equal(statSync(join(own, 'detections.jsonl')).mode & 0o777, 0o600)
})

test('one that is told again counts once, as it was told last', t => {
  const own = folder(t)
  const store = new DetectionStore(own)
  for (const one of [detection(1), detection(2), detection(1, { title: 'It was ended' })]) store.keep(one)
  assert.deepEqual(
    readDetections(own, always).map(one => one.title),
    ['Something computes for a pool', 'It was ended'],
  )
})

test('a full file is put aside, and of those put aside one is kept', t => {
  const own = folder(t)
  const size = Buffer.byteLength(`${JSON.stringify(detection(1))}\n`)
  const store = new DetectionStore(own, { mostBytes: size * 3 })
  for (let number = 1; number <= 8; number += 1) store.keep(detection(number))
  assert.equal(readFileSync(join(own, 'detections.jsonl'), 'utf8').split('\n').length - 1, 2)
  assert.deepEqual(
    readDetections(own, always).map(one => one.subject.pid),
    [1_004, 1_005, 1_006, 1_007, 1_008],
  )
})

test('a line that a power loss cut costs itself and no other', t => {
  const own = folder(t)
  const path = join(own, 'detections.jsonl')
  const store = new DetectionStore(own)
  for (const number of [1, 2]) store.keep(detection(number))
  truncateSync(path, statSync(path).size - 40)
  assert.equal(ids(own).length, 1)
  new DetectionStore(own).keep(detection(3))
  assert.deepEqual(ids(own), [detection(1).id, detection(3).id])
  appendFileSync(path, 'null\n[]\n{}\n\u0000\u0000\n')
  assert.deepEqual(ids(own), [detection(1).id, detection(3).id])
})

test('what the disk does not take is counted and said', t => {
  const own = folder(t)
  symlinkSync('/dev/full', join(own, 'detections.jsonl'))
  const store = new DetectionStore(own)
  assert.equal(store.keep(detection(1)), false)
  assert.deepEqual([store.lost, /ELOOP/.test(store.problem ?? '')], [1, true])
  rmSync(join(own, 'detections.jsonl'))
  assert.equal(store.keep(detection(2)), true)
  assert.deepEqual([store.lost, store.problem], [1, undefined])
})
