import assert from 'node:assert/strict'
import { test } from 'node:test'
import { collectFacts, linuxCollectors } from '../collectors/index.ts'
import { judge, World } from '../engine/index.ts'
import { debianFiles } from '../hosts/clean/debian-files.ts'
import { openRules, placeOf } from '../rulebook/index.ts'
import { memoryTarget } from '../target/index.ts'

// The whole tree of `npm run verify silence` takes half an hour; these are the lines of it that come nearest to a dropper's.
test('what Debian installs is innocent by its words alone, where no package vouches for it', async () => {
  const now = '2026-06-01T00:00:00Z'
  const target = memoryTarget({ files: debianFiles, live: false, now })
  const { facts } = await collectFacts(target, linuxCollectors)
  assert.ok(facts.filter(({ kind }) => kind === 'autostart').length > 60)
  const found = judge(new World(facts, false), openRules().detector(), [], now)
  assert.deepEqual(
    found
      .filter(({ finding }) => !['low', 'informational'].includes(finding.level))
      .map(({ rule, finding }) => `${rule.title}: ${placeOf(finding.fact)}`),
    [],
  )
})
