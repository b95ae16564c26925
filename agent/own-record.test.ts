import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { CostMeter } from './own-cost.ts'
import { OwnRecord } from './own-record.ts'
import { until } from './testing/stub-center.ts'

function folder(t: TestContext): string {
  const own = mkdtempSync(join(tmpdir(), 'agent-record-'))
  t.after(() => rmSync(own, { recursive: true }))
  return own
}

test('the last scan and the last ten tamperings outlive the agent', t => {
  const own = folder(t)
  const path = join(own, 'status.json')
  const log: string[] = []
  const record = new OwnRecord(own, path, line => log.push(line))
  assert.deepEqual({ ...record.state(), cost: undefined }, { cost: undefined, tampering: [], tamperingCount: 0 })
  for (let number = 1; number <= 12; number += 1)
    record.notice({ kind: 'tampering', what: 'own-files-changed', detail: `file ${number}` })
  record.notice({
    kind: 'scan',
    id: 's',
    scan: {
      format: 'davylamp-scan',
      version: 1,
      program: 'davylamp 0.1.0',
      target: { root: '/', live: true },
      mode: 'quick',
      startedAt: '2026-11-22T12:00:00.000Z',
      durationMs: 900,
      rules: { count: 2, version: 'v' },
      facts: {},
      verdict: 'nothing',
      gaps: [],
      findings: [],
      incidents: [],
    },
  })
  const state = record.state()
  const details = Array.from({ length: 10 }, (_, at) => `file ${at + 3}`)
  assert.deepEqual(
    state.tampering.map(one => one.detail),
    details,
  )
  assert.equal(state.tamperingCount, 12)
  assert.equal(log[0], 'tampering (own-files-changed): file 1')
  writeFileSync(path, JSON.stringify(state))
  const next = new OwnRecord(own, path, () => {}).state()
  assert.deepEqual([next.tampering, next.tamperingCount, next.lastScan], [state.tampering, 0, state.lastScan])
  for (const broken of ['{"seen":7}', '{"seen":[1,{}]}', 'x']) {
    writeFileSync(join(own, 'tampering.json'), broken)
    assert.deepEqual(new OwnRecord(own, path, () => {}).state().tampering, [])
  }
})

test('children count: the guard by itself, all others as work, also when they have ended', async t => {
  const meter = new CostMeter()
  const before = meter.now()
  // Both end by themselves, whatever becomes of this test.
  const guard = spawn('/bin/sh', ['-c', 'sleep 20; :', 'x', 'agent', 'guard'], { stdio: 'ignore' })
  const work = spawn(process.execPath, ['-e', 'while (process.cpuUsage().user < 150_000); setTimeout(() => {}, 20000)'])
  t.after(() => {
    for (const child of [guard, work]) child.kill('SIGKILL')
  })
  await until('both are seen', () => {
    const { guard: one, work: other } = meter.now()
    return (
      one.processes >= 1 && other.processes > before.work.processes && other.cpuSeconds >= before.work.cpuSeconds + 0.05
    )
  })
  const busy = meter.now()
  assert.ok(busy.work.residentBytes > 10_000_000 && busy.guard.residentBytes > 0 && busy.agent.cpuSeconds > 0)
  work.kill('SIGKILL')
  await until('it is gone', () => meter.now().work.processes === before.work.processes)
  assert.ok(meter.now().work.cpuSeconds >= busy.work.cpuSeconds - 0.02)
})
