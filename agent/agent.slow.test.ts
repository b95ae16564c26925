import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { processExists } from '../native/read/process-exists.ts'
import { writeIdentity } from './identity.ts'
import { agentFolders } from './own-files.ts'
import { readStatus } from './status.ts'
import { stubCenter, until } from './testing/stub-center.ts'

const launcher = join(import.meta.dirname, '..', 'davylamp')
const skip = process.getuid?.() === 0 ? false : 'the agent runs as root'

test('the real process: connects, survives SIGKILL, takes leave at SIGTERM, and stays within its memory', {
  skip,
}, async t => {
  const folder = mkdtempSync(join(tmpdir(), 'agent-process-'))
  const center = await stubCenter()
  const state = join(folder, 'state')
  const config = join(folder, 'agent.yml')
  writeFileSync(config, `center: ${center.url}\n`, { mode: 0o644 })
  writeIdentity(agentFolders(state, true), await center.identity())
  // Nothing is due: this host is not scanned by a test.
  const later = Date.now() + 240_000
  const due = Object.fromEntries(
    ['quick', 'inventory', 'kept', 'tampering', 'renewal', 'cost'].map(one => [one, later]),
  )
  writeFileSync(join(state, 'agent', 'schedule.json'), JSON.stringify(due))
  const started: ChildProcess[] = []
  const start = () => {
    const child = spawn(launcher, ['--state', state, 'agent', 'run', '--config', config], { stdio: 'ignore' })
    started.push(child)
    return child
  }
  const ended = (child: ChildProcess) =>
    child.exitCode !== null || child.signalCode !== null
      ? Promise.resolve()
      : new Promise(resolve => child.once('exit', resolve))
  t.after(async () => {
    for (const child of started) {
      child.kill('SIGKILL')
      await ended(child)
    }
    await center.close()
    rmSync(folder, { recursive: true })
  })

  const first = start()
  await until('connected', () => center.peers[0]?.frames[0] !== undefined, 60_000)
  first.kill('SIGKILL')
  await ended(first)
  const second = start()
  await until('connected again', () => center.peers[1]?.frames[0] !== undefined, 60_000)
  assert.equal(center.peers[0]?.frames[0]?.['spool'], center.peers[1]?.frames[0]?.['spool'])
  await until('the status of the second', () => readStatus(agentFolders(state))?.pid === second.pid)
  const memory = memoryOf(second.pid ?? 0)
  assert.ok(memory.resident < 112 * 1_024 && memory.anonymous < 48 * 1_024, JSON.stringify(memory))
  t.diagnostic(`connected: ${memory.resident} KiB RSS, ${memory.anonymous} KiB anonymous`)

  second.kill('SIGTERM')
  await ended(second)
  assert.equal(second.exitCode, 0)
  await until('its leave', () => tookLeave(center.peers[1]?.frames))
  assert.equal(readStatus(agentFolders(state))?.running, false)
})

test('an agent that was started by a parent takes leave when that is killed', { skip }, async t => {
  const folder = mkdtempSync(join(tmpdir(), 'agent-orphan-'))
  const center = await stubCenter()
  const [state, config] = [join(folder, 'state'), join(folder, 'agent.yml')]
  writeFileSync(config, `center: ${center.url}\n`, { mode: 0o644 })
  writeIdentity(agentFolders(state, true), await center.identity())
  const later = Date.now() + 240_000
  const tasks = ['quick', 'inventory', 'kept', 'tampering', 'renewal', 'cost']
  writeFileSync(
    join(state, 'agent', 'schedule.json'),
    JSON.stringify(Object.fromEntries(tasks.map(one => [one, later]))),
  )
  const line = '"$0" --state "$1" agent run --config "$2" --while-parent=$$ & wait'
  const parent = spawn('/bin/sh', ['-c', line, launcher, state, config], { stdio: 'ignore' })
  let agent = 0
  t.after(async () => {
    parent.kill('SIGKILL')
    if (agent !== 0 && processExists(agent)) process.kill(agent, 'SIGKILL')
    await center.close()
    rmSync(folder, { recursive: true })
  })
  await until('the status', () => readStatus(agentFolders(state))?.connection?.state === 'connected', 60_000)
  agent = readStatus(agentFolders(state))?.pid ?? 0
  assert.ok(agent > 0)
  parent.kill('SIGKILL')
  await until('the end of the agent', () => !processExists(agent), 60_000)
  await until('its leave', () => tookLeave(center.peers[0]?.frames))
})

/** Not "shutdown": this machine runs on. What a process wrote may be read a moment after its end is known. */
function tookLeave(frames: readonly Record<string, unknown>[] = []): boolean {
  return frames.some(one => one['type'] === 'goodbye' && one['reason'] === 'restart')
}

/**
 * In KiB. The budget of design.md §11 (80 MiB, 30 of them anonymous) is the package's: in a checkout a source that changed since the last start has
 * its types stripped first, which leaves 25 MiB more.
 */
function memoryOf(pid: number): { resident: number; anonymous: number } {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1')
  const of = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1])
  return { resident: of('Rss'), anonymous: of('Anonymous') }
}
