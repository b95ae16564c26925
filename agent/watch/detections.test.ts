import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Detection, detection as schema, type EventFinding, type Response } from '../../model/index.ts'
import { Detections, type Noticed } from './detections.ts'

const at = '2026-06-01T10:00:00.000Z'
const start = Date.parse(at)
const event = { kind: 'login', at, succeeded: false, service: 'sshd' } as const

function finding(level: EventFinding['level'], id = level): EventFinding {
  const rule = { id, title: `Rule ${id}` }
  return {
    rule,
    level,
    class: 'execution',
    conclusive: false,
    attack: ['T1496'],
    families: [],
    because: `It is ${level}.`,
    event,
  }
}

function noticed(parts: Partial<Noticed> = {}): Noticed {
  const subject = { kind: 'process', path: '/tmp/x', pid: 7 } as const
  const findings = [finding('medium')]
  return { key: 'process /tmp/x', verdict: 'suspected', subject, chain: [], findings, sinceMs: start, ...parts }
}

function listening() {
  const told: Detection[] = []
  const clock = { now: start + 250, elapsed: 5_000 }
  const detections = new Detections(
    one => told.push(schema.parse(one)),
    () => clock.now,
    () => clock.elapsed,
  )
  return { told, clock, detections }
}

test('the same thing is told once within an hour, and again when it is worse', () => {
  const { told, clock, detections } = listening()
  assert.equal(detections.note(noticed())?.afterMs, 250)
  assert.equal(detections.note(noticed()), undefined)
  detections.note(noticed({ findings: [finding('high')] }))
  detections.note(noticed({ verdict: 'confirmed' }))
  assert.deepEqual(
    told.map(one => [one.verdict, one.level]),
    [
      ['suspected', 'medium'],
      ['suspected', 'high'],
      ['confirmed', 'high'],
    ],
  )
  assert.equal(new Set(told.map(one => one.id)).size, 1)
  assert.deepEqual(
    told[2]?.findings.map(one => one.rule.id),
    ['medium', 'high'],
  )
  assert.equal(detections.count, 1)
  clock.elapsed += 3_600_001
  // Whoever sets the clock back does not make anybody silent.
  clock.now -= 365 * 86_400_000
  detections.note(noticed())
  assert.equal(detections.count, 2)
  assert.notEqual(told[3]?.id, told[0]?.id)
})

test('what was done is added, and told with the same id', () => {
  const { told, detections } = listening()
  const made = detections.note(noticed({ verdict: 'confirmed' }))
  const done: Response = { kind: 'kill-process', at, outcome: 'done', detail: 'pid 7', run: 'r1' }
  detections.add(made?.id ?? '', [done])
  detections.add(made?.id ?? '', [])
  detections.add('somebody else', [done])
  assert.deepEqual(
    told.map(one => one.responses.length),
    [0, 1],
  )
  assert.equal(told[1]?.id, made?.id)
})

test('one that the guard made is passed on, and is known from then on', () => {
  const { told, detections } = listening()
  const made = detections.note(noticed({ verdict: 'confirmed', key: 'process /other' }))
  assert.ok(made)
  detections.adopt({
    ...made,
    id: '0f5a9c34-0000-4000-8000-000000000001',
    subject: { kind: 'process', path: '/tmp/x' },
  })
  assert.equal(detections.note(noticed({ verdict: 'confirmed' })), undefined)
  assert.equal(told.length, 2)
})
