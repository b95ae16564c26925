import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { LoadTracker, type Remarkable } from './load-tracker.ts'

/** Looks every five seconds; `busy` says which share of a core is taken at a second, `watched` whether somebody is there. */
function follow(
  tracker: LoadTracker,
  seconds: number,
  busy: (second: number) => number,
  watched: (second: number) => boolean = () => false,
  from = 0,
): Remarkable[] {
  const told: Remarkable[] = []
  let cpuSeconds = from * 1000
  for (let second = from; second <= from + seconds; second += 5) {
    told.push(...tracker.look(second * 1000, [{ key: '7:1', cpuSeconds }], watched(second)))
    cpuSeconds += busy(second) * 5
  }
  return told
}

test('one that is busy all the time is told after a minute, and whenever that has doubled', () => {
  const told = follow(new LoadTracker(), 600, () => 1)
  assert.deepEqual(
    told.map(one => one.busySeconds),
    [60, 120, 240, 480],
  )
  assert.deepEqual(
    { ...told[0], key: undefined },
    {
      key: undefined,
      cpuPercent: 100,
      cpuSeconds: 60,
      busySeconds: 60,
      seenSeconds: 60,
      bursts: 1,
      shy: false,
    },
  )
})

test('one that pauses is told by the time that comes together', () => {
  const told = follow(new LoadTracker(), 3600, second => (second % 60 < 20 ? 1 : 0))
  assert.ok(told.length >= 4)
  assert.ok((told[0]?.seenSeconds ?? 0) > 120)
  assert.ok((told.at(-1)?.bursts ?? 0) > 10)
})

test('one that rests while somebody is there is told as shy', () => {
  const there = (second: number) => second % 2000 > 1500
  const told = follow(new LoadTracker(), 8000, second => (there(second) ? 0.01 : 1), there)
  assert.equal(told.at(-1)?.shy, true)
  const plain = follow(new LoadTracker(), 8000, () => 1, there)
  assert.equal(plain.at(-1)?.shy, false)
})

test('what is half busy is never told', () => {
  assert.deepEqual(
    follow(new LoadTracker(), 7200, () => 0.7),
    [],
  )
})

test('hours come together over a restart', () => {
  const before = new LoadTracker()
  follow(before, 1000, second => (second % 100 < 50 ? 1 : 0))
  const after = new LoadTracker(undefined, JSON.parse(JSON.stringify(before.kept())))
  const told = follow(
    after,
    1000,
    () => 1,
    () => false,
    2000,
  )
  assert.ok((told[0]?.busySeconds ?? 0) > 900)
  assert.deepEqual(new LoadTracker().kept(), [])
})

test('a sleep of the machine is no load, and another process with the number begins anew', () => {
  const tracker = new LoadTracker()
  follow(tracker, 55, () => 1)
  assert.deepEqual(tracker.look(4_000_000, [{ key: '7:1', cpuSeconds: 4000 }], false), [])
  assert.equal(tracker.of('7:1')?.busySeconds, 55)
  assert.deepEqual(tracker.look(4_005_000, [{ key: '7:2', cpuSeconds: 9000 }], false), [])
  assert.equal(tracker.of('7:1'), undefined)
  assert.equal(tracker.of('7:2')?.busySeconds, 0)
})

test('whatever comes, seconds are never more than have passed', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({ step: fc.integer({ min: -10, max: 200 }), cpu: fc.double({ min: -5, max: 500, noNaN: true }) }),
        {
          maxLength: 60,
        },
      ),
      steps => {
        const tracker = new LoadTracker()
        let [now, cpuSeconds, passed] = [0, 0, 0]
        for (const { step, cpu } of steps) {
          now += step
          cpuSeconds += cpu
          passed += Math.max(0, step)
          tracker.look(now * 1000, [{ key: 'a', cpuSeconds }], false)
          const { seenSeconds = 0, busySeconds = 0 } = tracker.of('a') ?? {}
          assert.ok(seenSeconds <= passed + 1e-6 && busySeconds <= seenSeconds)
        }
      },
    ),
  )
})
