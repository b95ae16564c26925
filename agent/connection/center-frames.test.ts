import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { centerFrame, defaultPolicy, largestFrame, largestReport, protocolVersion } from '../../model/wire/index.ts'
import { mostFrameBytes, mostReportBytes, readFrame, spokenProtocol } from './center-frames.ts'

test('the numbers are those of the wire', () => {
  assert.deepEqual([mostFrameBytes, mostReportBytes, spokenProtocol], [largestFrame, largestReport, protocolVersion])
})

const clock = '2026-11-21T23:00:00.000Z'
for (const frame of [
  { type: 'welcome', protocol: 1, clock, acknowledged: 0, pingSeconds: 20, reconnectSpreadSeconds: 5 },
  { type: 'acknowledged', through: 7, rejected: [{ sequence: 6, reason: 'too large' }] },
  { type: 'policy', policy: defaultPolicy },
  {
    type: 'policy',
    policy: { ...defaultPolicy, scan: { ...defaultPolicy.scan, full: { everyDays: 7, at: '03:30' } } },
  },
  { type: 'rules', packs: [{ name: 'p', version: 2, sha256: 'a'.repeat(64) }] },
  { type: 'wait', seconds: 3 },
  { type: 'goodbye', reason: 'restart', detail: 'x', reconnectAfterSeconds: 9 },
])
  test(`the schema and the reading by hand agree: ${frame.type}`, () => {
    assert.deepEqual(centerFrame.parse(frame), frame)
    assert.deepEqual(readFrame(JSON.stringify(frame)), frame)
  })

test('a newer frame is passed over, an inherited name is no frame', () => {
  assert.deepEqual(readFrame('{"type":"dance"}'), { type: 'unknown' })
  assert.deepEqual(readFrame('{"type":"constructor"}'), { type: 'unknown' })
  assert.deepEqual(readFrame('{"type":"__proto__"}'), { type: 'unknown' })
})

test('whatever is spoiled in a frame: what is taken, the schema takes too', () => {
  const spoiled = fc.record(
    {
      type: fc.constantFrom('welcome', 'acknowledged', 'policy', 'rules', 'wait', 'goodbye'),
      protocol: fc.jsonValue(),
      clock: fc.oneof(fc.constant(clock), fc.jsonValue()),
      acknowledged: fc.oneof(fc.nat(), fc.jsonValue()),
      pingSeconds: fc.oneof(fc.nat(), fc.jsonValue()),
      reconnectSpreadSeconds: fc.oneof(fc.nat(), fc.jsonValue()),
      through: fc.oneof(fc.integer(), fc.jsonValue()),
      rejected: fc.oneof(fc.constant([]), fc.jsonValue()),
      policy: fc.oneof(fc.constant(defaultPolicy), fc.jsonValue()),
      packs: fc.jsonValue(),
      seconds: fc.jsonValue(),
      reason: fc.oneof(fc.constantFrom('restart', 'revoked'), fc.jsonValue()),
    },
    { requiredKeys: ['type'] },
  )
  fc.assert(
    fc.property(fc.oneof(spoiled, fc.jsonValue()), value => {
      const read = readFrame(JSON.stringify(value))
      if (read === undefined || read.type === 'unknown' || read.type === 'order') return
      assert.ok(
        centerFrame.safeParse(read.type === 'welcome' ? { ...read, clock } : read).success,
        JSON.stringify(read),
      )
    }),
    { numRuns: 500 },
  )
})

test('what is no JSON, and JSON that is far too deep, is no frame', () => {
  for (const text of [
    '',
    '{',
    'null',
    '[]',
    '1',
    `${'['.repeat(200_000)}`,
    `{"type":"order","order":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
  ])
    assert.equal(readFrame(text), undefined)
})
