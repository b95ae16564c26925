import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { agreeTo } from './agreed.ts'
import { TamperWatch } from './tamper-watch.ts'

test('what the work of the program itself makes and changes is no tampering, the same by another hand is', t => {
  const state = mkdtempSync(join(tmpdir(), 'agent-watch-'))
  const own = join(state, 'agent')
  mkdirSync(own)
  const told: string[] = []
  const watch = new TamperWatch({
    state,
    own,
    program: join(import.meta.dirname, 'nothing-there'),
    watchedFiles: [],
    told: one => told.push(`${one.what}: ${one.detail.replace(`${state}/`, '')}`),
    log: line => assert.fail(line),
  })
  t.after(() => {
    watch.close()
    rmSync(state, { recursive: true })
  })
  watch.check()
  const ours = ['agent/event-rules.json', 'rules/packs/x/pack.json', 'allow.json']
  agreeTo(own, [join(own, 'event-rules.json'), join(state, 'rules', 'packs'), join(state, 'allow.json')])
  for (const path of ['vault/key', 'agent/spool.db', 'agent/detections.jsonl', 'agent/status.json', ...ours]) {
    mkdirSync(join(state, path, '..'), { recursive: true })
    writeFileSync(join(state, path), path)
  }
  watch.check()
  assert.deepEqual(told, [])
  for (const path of ours) writeFileSync(join(state, path), 'by another hand')
  rmSync(join(state, 'vault/key'))
  watch.check()
  assert.deepEqual(told.sort(), [
    'rules-changed: agent/event-rules.json was changed by somebody else than the agent.',
    'rules-changed: allow.json was changed by somebody else than the agent.',
    'rules-changed: rules/packs/x/pack.json was changed by somebody else than the agent.',
    'state-changed: vault/key is gone; only Davylamp writes it.',
  ])
})
