import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { canonicalHash } from '../../engine/index.ts'
import type { Plan } from '../../model/index.ts'
import { KnownThings } from './known.ts'

function things(test: TestContext): { folder: string; known: KnownThings } {
  const folder = mkdtempSync(join(tmpdir(), 'davylamp-known-'))
  test.after(() => rmSync(folder, { recursive: true, force: true }))
  return { folder, known: new KnownThings(folder) }
}

const day = (count: number) => new Date(Date.parse('2026-06-01T00:00:00Z') + count * 86_400_000)

function planOf(incident: string): Plan {
  const body: Omit<Plan, 'id'> = {
    format: 'davylamp-plan',
    version: 1,
    target: { root: '/', live: true },
    incidents: [incident],
    actions: [],
    skipped: [],
    advice: [],
  }
  return { ...body, id: canonicalHash(body) }
}

function found(incident: string, at: Date) {
  const plan = planOf(incident)
  const keptAt = at.toISOString()
  return {
    incidents: [
      { id: incident, verdict: 'confirmed' as const, title: 'x', findings: [], addresses: [], seenAt: keptAt },
    ],
    plans: [{ kept: { id: plan.id, incident, handling: 'in-depth' as const, keptAt }, plan }],
  }
}

test('what is older than 30 days is forgotten, with its file', t => {
  const { folder, known } = things(t)
  known.keep(found('a', day(0)), day(0))
  known.keep(found('b', day(20)), day(20))
  assert.deepEqual([known.incident('a')?.id, known.plan(planOf('a').id)?.id], ['a', planOf('a').id])
  known.keep(found('c', day(40)), day(40))
  assert.equal(known.incident('a'), undefined)
  assert.equal(known.plan(planOf('a').id), undefined)
  assert.deepEqual(known.keptFor(planOf('a').id), [])
  assert.equal(readdirSync(join(folder, 'plans')).length, 2)
})

test('a plan that was changed on the disk is none; a list that was cut is empty', t => {
  const { folder, known } = things(t)
  known.keep(found('a', day(0)), day(0))
  const { id } = planOf('a')
  const path = join(folder, 'plans', `${id}.json`)
  const text = readFileSync(path, 'utf8')
  writeFileSync(path, text.replace('"live":true', '"live":false'))
  assert.equal(known.plan(id), undefined)
  writeFileSync(path, text.replace(`"${id}"`, `"${planOf('b').id}"`))
  assert.equal(known.plan(id), undefined)
  writeFileSync(path, text)
  assert.equal(known.plan(id)?.id, id)
  for (const name of ['../known', `${id}/../x`, '', 'A'.repeat(64)]) assert.equal(known.plan(name), undefined)
  writeFileSync(join(folder, 'known.json'), '{"format":"davylamp-kn')
  assert.equal(known.incident('a'), undefined)
})
