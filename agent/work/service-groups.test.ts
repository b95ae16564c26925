import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { groupsBelow } from './service-groups.ts'

/** The files of a control group, without a kernel behind them. */
function group(t: TestContext, members: readonly number[]): string {
  const top = mkdtempSync(join(tmpdir(), 'agent-group-'))
  t.after(() => rmSync(top, { recursive: true }))
  writeFileSync(join(top, 'cgroup.procs'), `${members.join('\n')}\n`)
  return top
}

test('the agent makes room, hands controllers down, and sets the ceilings before a scan comes in', t => {
  const top = group(t, [process.ppid])
  const read = (path: string) => readFileSync(join(top, path), 'utf8')
  const groups = groupsBelow(top, process.ppid)
  assert.equal(read('agent/cgroup.procs'), `${process.ppid}`)
  assert.equal(read('cgroup.subtree_control'), '+io', 'the last of three')
  assert.equal(groups?.hold(4711, 30), true)
  assert.equal(read('scan/cpu.max'), '30000 100000')
  assert.equal(read('scan/memory.max'), `${1024 ** 3}`)
  assert.equal(read('scan/memory.high'), `${768 * 1024 ** 2}`)
  assert.equal(read('scan/memory.oom.group'), '1')
  assert.equal(read('scan/cgroup.procs'), '4711')
})

test('whoever answers the kernel has a group with weight and without any ceiling', t => {
  const top = group(t, [process.ppid])
  assert.equal(groupsBelow(top, process.ppid)?.prefer(4712), true)
  const read = (path: string) => readFileSync(join(top, path), 'utf8')
  assert.equal(read('guard/cgroup.procs'), '4712')
  assert.ok(Number(read('guard/cpu.weight')) > 100 && Number(read('scan/cpu.weight')) < 100)
  for (const folder of ['guard', 'agent'])
    for (const ceiling of ['cpu.max', 'memory.max', 'memory.high'])
      assert.equal(existsSync(join(top, folder, ceiling)), false)
})

test('a child that started before is moved along: it does not cost the ceiling', t => {
  const top = group(t, [process.ppid, process.pid])
  assert.ok(groupsBelow(top, process.ppid))
  assert.equal(readFileSync(join(top, 'agent/cgroup.procs'), 'utf8'), `${process.pid}`)
})

test('a group with processes of others is left alone', t => {
  const top = group(t, [process.pid, 1])
  assert.equal(groupsBelow(top, process.pid), undefined)
  assert.equal(existsSync(join(top, 'agent')), false)
})

test('where no ceiling can be set, it says so', t => {
  const top = group(t, [process.pid])
  const groups = groupsBelow(top, process.pid)
  rmSync(join(top, 'scan'), { recursive: true })
  assert.equal(groups?.hold(4711, 30), false)
})
