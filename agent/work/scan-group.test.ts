import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { scanGroupBelow } from './scan-group.ts'

/** The files of a control group, without a kernel behind them. */
function group(t: TestContext, members: readonly number[]): string {
  const top = mkdtempSync(join(tmpdir(), 'agent-group-'))
  t.after(() => rmSync(top, { recursive: true }))
  writeFileSync(join(top, 'cgroup.procs'), `${members.join('\n')}\n`)
  return top
}

test('the agent makes room, hands the processor down, and sets the ceiling before the child comes in', t => {
  const top = group(t, [process.ppid])
  const scans = scanGroupBelow(top, process.ppid)
  assert.equal(readFileSync(join(top, 'agent/cgroup.procs'), 'utf8'), `${process.ppid}`)
  assert.equal(readFileSync(join(top, 'cgroup.subtree_control'), 'utf8'), '+cpu')
  assert.equal(scans?.hold(4711, 30), true)
  assert.equal(readFileSync(join(top, 'scan/cpu.max'), 'utf8'), '30000 100000')
  assert.equal(readFileSync(join(top, 'scan/cgroup.procs'), 'utf8'), '4711')
})

test('a child that started before is moved along: it does not cost the ceiling', t => {
  const top = group(t, [process.ppid, process.pid])
  assert.ok(scanGroupBelow(top, process.ppid))
  assert.equal(readFileSync(join(top, 'agent/cgroup.procs'), 'utf8'), `${process.pid}`)
})

test('a group with processes of others is left alone', t => {
  const top = group(t, [process.pid, 1])
  assert.equal(scanGroupBelow(top, process.pid), undefined)
  assert.equal(existsSync(join(top, 'agent')), false)
})

test('where no ceiling can be set, it says so', t => {
  const top = group(t, [process.pid])
  const scans = scanGroupBelow(top, process.pid)
  rmSync(join(top, 'scan'), { recursive: true })
  assert.equal(scans?.hold(4711, 30), false)
})
