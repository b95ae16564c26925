import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { KnownThings } from '../agent/orders/index.ts'
import { type Report, report as reportSchema } from '../model/wire/index.ts'
import { cleanFiles, infectedFiles, type TemporaryTree, temporaryTree } from './temporary-tree.ts'

function reports(tree: TemporaryTree, words: readonly string[] = []): Report[] {
  const ended = tree.davylamp(['agent', 'look', `--root=${tree.root}`, ...words])
  assert.equal(ended.status, 0, ended.stderr)
  const lines: unknown[] = ended.stdout
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line))
  return lines.flatMap(line => {
    const found = reportSchema.safeParse(Reflect.get(Object(line), 'report'))
    return found.success ? [found.data] : []
  })
}

const pack = `title: A job in the system's crontab
id: 11111111-2222-4333-8444-555555555555
logsource: { category: autostart }
detection:
  here: { path: /etc/crontab }
  condition: here
level: critical
`

test('a rule of the center makes a finding at most, never something that the center may act on', t => {
  const tree = temporaryTree(t, cleanFiles)
  const packs = join(tree.state, 'agent', 'packs')
  mkdirSync(packs, { recursive: true })
  writeFileSync(join(packs, `${'a'.repeat(64)}.yml`), pack)
  const told = reports(tree)
  const scan = told.find(one => one.kind === 'scan')?.scan
  assert.ok(scan !== undefined)
  assert.deepEqual(
    scan.findings.map(one => [one.rule.id, one.level]),
    [['11111111-2222-4333-8444-555555555555', 'medium']],
  )
  assert.deepEqual([scan.verdict, scan.incidents.length], ['suspected', 1])
  assert.deepEqual(
    told.filter(one => one.kind === 'plans'),
    [],
  )
  const known = new KnownThings(join(tree.state, 'agent'))
  for (const one of scan.incidents) assert.equal(known.incident(one.id), undefined)
})

test('with packs of the center the host’s own incident stays known, with plans that its own rules make', t => {
  const bare = temporaryTree(t, infectedFiles)
  const tree = temporaryTree(t, infectedFiles)
  const packs = join(tree.state, 'agent', 'packs')
  mkdirSync(packs, { recursive: true })
  writeFileSync(join(packs, `${'a'.repeat(64)}.yml`), pack)
  const plansOf = (from: TemporaryTree) =>
    reports(from)
      .flatMap(one => (one.kind === 'plans' ? one.plans : []))
      .map(({ handling, finding, plan }) => [
        handling,
        finding,
        plan.actions.map(({ action }) => ('path' in action ? action.path : action.kind)),
      ])
  assert.deepEqual(plansOf(tree), plansOf(bare))
})

test('every plan that is reported is kept under its id, and stays so with the next look', t => {
  const tree = temporaryTree(t, infectedFiles)
  const plans = () => reports(tree).flatMap(one => (one.kind === 'plans' ? one.plans : []))
  const first = plans()
  const known = new KnownThings(join(tree.state, 'agent'))
  assert.ok(first.length > 3)
  for (const { plan, incident } of [...first, ...plans()]) {
    assert.deepEqual(known.plan(plan.id), plan)
    assert.ok(known.keptFor(plan.id).some(one => one.incident === incident))
    assert.equal(known.incident(incident)?.verdict, 'confirmed')
  }
})
