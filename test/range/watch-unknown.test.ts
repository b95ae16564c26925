import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Behaviour, Item } from '../../hosts/host-part.ts'
import { poolPort } from '../../hosts/index.ts'
import { rangeImpossible } from './machine.ts'
import { plantFiles } from './plant.ts'
import { measured, openWatched, whole } from './watch-host.ts'
import { began, beganPath } from './watch-session.ts'

// A miner that nobody knows: no word of it in its file, an ordinary name in an ordinary place. What tells is that it keeps the processor
// busy and what it says to a pool, which is in its memory only.

const skip = rangeImpossible() ?? false
const timeout = 240_000
const deadlineSeconds = 150

const unknown: readonly { readonly path: string; readonly behaviour: Behaviour }[] = [
  { path: '/usr/local/lib/collector/collectord', behaviour: { burn: 100, threads: 2 } },
  ...(whole
    ? [
        { path: '/srv/app/bin/worker', behaviour: { burn: 100, threads: 4 } },
        { path: '/home/deploy/bin/indexer', behaviour: { burn: 70, threads: 3 } },
      ]
    : []),
]

for (const { path, behaviour } of unknown.flatMap(one => (whole ? [one, one] : [one])))
  test(`${path} works and speaks with a pool: told with its memory looked at`, { skip, timeout }, async t => {
    const { range, session } = await openWatched({ mode: 'observe' })
    t.after(() => range.close())
    const item: Item = {
      kind: 'file',
      path,
      content: { lookalike: { ...behaviour, leaves: beganPath, pool: poolPort, veiled: true, seconds: 400 } },
      mode: 0o755,
    }
    plantFiles(range.root, [item])
    await range.sh(`setsid nice -n 5 ${path} >/dev/null 2>&1 </dev/null &`)
    const told = await session.until(path, one => one.subject.path === path, deadlineSeconds)
    const [start] = began(range).filter(one => one.path === path)
    assert.ok(start !== undefined)
    measured({ what: 'unknown', name: path, ms: told.atMs - start.atMs, verdict: told.detection.verdict })
    // Between two words of the talk there may be less to see: whoever goes on is looked at again.
    const sure = await session.until(
      `${path}, confirmed`,
      one => one.subject.path === path && one.verdict === 'confirmed',
      deadlineSeconds,
    )
    assert.ok(sure.detection.examination?.miningSession !== undefined, JSON.stringify(sure.detection.examination))
    assert.equal(sure.detection.subject.kind, 'load')
  })
