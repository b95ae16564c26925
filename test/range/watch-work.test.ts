import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rangeImpossible } from './machine.ts'
import { decoyState, harmToDecoys } from './decoy-state.ts'
import { measured, openWatched, whole } from './watch-host.ts'
import { shortWorks, works } from './watch-work.ts'

// Honest work under `prevention: block`: it runs, nobody is kept from starting, and nobody is accused.

const skip = rangeImpossible() ?? false
const timeout = 900_000
const chosen = whole ? works : shortWorks
/** Beyond the usual ones; one root for all of it. */
const packages = ['apt', ...new Set(chosen.flatMap(one => one.packages))]

test('who works is kept from nothing, and accused of nothing', { skip, timeout }, async t => {
  const { range, session } = await openWatched({ mode: 'block', ...(whole ? { packages } : {}) })
  t.after(() => range.close())
  const before = decoyState(range, range.snapshot())
  const earlier = session.told.length
  for (const { name, prepare, run } of chosen)
    await t.test(name, async () => {
      await prepare(range)
      const from = performance.now()
      await run(range)
      measured({ what: 'work', name, ms: Math.round(performance.now() - from), more: 'block' })
    })
  const accused = session.told.slice(earlier).filter(one => one.detection.subject.path !== '/opt/probe')
  assert.deepEqual(
    accused.map(one => `${one.detection.verdict} ${one.detection.title}: ${one.detection.because.join(' ')}`),
    [],
  )
  assert.deepEqual(harmToDecoys(before, decoyState(range, range.snapshot())), [])
  await session.stop()
  assert.doesNotMatch(session.notes, /Not heard|too late|too fast/, session.notes)
  // The same without anybody who watches, to compare with.
  if (!whole) return
  for (const { name, run } of chosen)
    await t.test(`${name}, unwatched`, async () => {
      const from = performance.now()
      await run(range)
      measured({ what: 'work', name, ms: Math.round(performance.now() - from), more: 'unwatched' })
    })
})
