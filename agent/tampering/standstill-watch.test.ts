import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Clocks, readClocks, StandstillWatch } from './standstill-watch.ts'

const zero: Clocks = { awake: 0, running: 0, waiting: 0, pressed: 0, stolen: 0 }

for (const [name, after, told] of [
  ['a tick like any other', { awake: 5.1, running: 0.01 }, false],
  ['a host that slept: its clock stood still too', { awake: 6 }, false],
  ['stopped for a minute', { awake: 65, running: 0.01 }, true],
  ['busy itself', { awake: 65, running: 58 }, false],
  ['waiting for a processor', { awake: 65, waiting: 55 }, false],
  ['waiting for a disk', { awake: 65, pressed: 60 }, false],
  ['a hypervisor that gave the processor to others', { awake: 65, stolen: 55 }, false],
  ['counters that begin anew', { awake: 5, running: -3 }, false],
] as const)
  test(name, () => {
    const watch = new StandstillWatch(5, zero)
    const found = watch.tick({ ...zero, ...after })
    assert.deepEqual(
      found.map(one => one.what),
      told ? ['stood-still'] : [],
    )
    assert.deepEqual(watch.tick({ ...zero, ...after }), [], 'told once')
  })

test('the clocks of this process grow', () => {
  const before = readClocks()
  for (const end = performance.now() + 30; performance.now() < end; );
  const now = readClocks()
  assert.ok(now.awake - before.awake >= 0.03 && now.running > before.running, JSON.stringify([before, now]))
  for (const value of Object.values(now)) assert.ok(Number.isFinite(value) && value >= 0)
})
