import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { nftables } from '../native/write/nftables.ts'
import type { Action, ProcessName } from '../model/index.ts'
import { blockedAddresses } from './block-address.ts'
import { freezers } from './cgroups.ts'
import { openHost } from './host.ts'
import { executableOf, readProcess, standing, until } from './processes.ts'
import { resumeRun } from './run.ts'
import { listRuns } from './run-record.ts'
import { inNamespaces, inside } from './testing/inner-run.ts'
import { planOf, removeTree } from './testing/temporary-host.ts'
import { undoRun } from './undo.ts'

const missing =
  process.getuid?.() !== 0 ? 'needs root' : nftables([]) === undefined ? 'no libnftables here' : (false as const)
inNamespaces(import.meta.url, missing, 280)

const child = fileURLToPath(new URL('testing/crash-child.ts', import.meta.url))
const crontab = 'good\nevil\nlast\n'
const address = '198.51.100.9'

/** A running miner look-alike with its cron line and unit, on a root of its own. */
async function arrange() {
  const folder = mkdtempSync(join(tmpdir(), 'davylamp-live-crash-'))
  const its = { folder, root: join(folder, 'root'), state: join(folder, 'state'), plan: join(folder, 'plan.json') }
  const miner = join(its.root, 'tmp/miner')
  for (const place of ['tmp', 'etc', 'run/systemd']) mkdirSync(join(its.root, place), { recursive: true })
  writeFileSync(join(its.root, 'etc/crontab'), crontab)
  copyFileSync('/bin/sleep', miner)
  chmodSync(miner, 0o755)
  const running = spawn(miner, ['120'], { stdio: 'ignore', detached: true })
  const pid = running.pid ?? 0
  await until(() => executableOf(pid) === miner, 2_000)
  const name: ProcessName = { pid, startTime: readProcess(pid)?.startTime ?? 0, path: miner, command: 'test' }
  const sha256 = createHash('sha256').update(readFileSync(miner)).digest('hex')
  const actions: Action[] = [
    { kind: 'block-address', address, seconds: 600 },
    { kind: 'freeze-processes', processes: [name], follow: { paths: [miner], sha256: [] } },
    { kind: 'preserve-process', process: name },
    { kind: 'mask-unit', name: 'dltest.service' },
    { kind: 'remove-line', path: '/etc/crontab', line: 2, text: 'evil' },
    { kind: 'quarantine-file', path: '/tmp/miner', sha256 },
    { kind: 'kill-process', process: name },
  ]
  writeFileSync(its.plan, JSON.stringify(planOf(actions, true)))
  return { ...its, miner, running, name, sha256, actions }
}

type Arranged = Awaited<ReturnType<typeof arrange>>

async function end({ running, folder }: { running: ChildProcess; folder: string }) {
  running.kill('SIGKILL')
  await until(() => running.exitCode !== null || running.signalCode !== null, 2_000)
  removeTree(folder)
}

/** Nothing of the run is left on the host but what cannot be taken back. */
function asBefore({ root, state, miner, sha256, name }: Arranged) {
  assert.deepEqual(blockedAddresses(), [])
  assert.equal(existsSync(join(root, 'run/systemd/system.control')), false)
  assert.equal(readFileSync(join(root, 'etc/crontab'), 'utf8'), crontab)
  assert.equal(createHash('sha256').update(readFileSync(miner)).digest('hex'), sha256)
  const [run] = listRuns(state)
  for (const { folder } of freezers()) assert.equal(existsSync(`${folder}/davylamp-${run?.id}-2`), false)
  const killed = run?.actions.at(-1)?.outcome
  if (killed === 'planned') assert.equal(standing(name), 'same')
}

const entries = 2 + 2 * 7
for (let number = 2; inside && number <= entries; number++) {
  for (const moment of ['before', 'after']) {
    test(`a live run killed ${moment} entry ${number}`, async () => {
      const its = await arrange()
      try {
        const flags = [
          '--disable-warning=ExperimentalWarning',
          child,
          its.root,
          its.state,
          its.plan,
          `${number}`,
          moment,
        ]
        const crashed = spawnSync(process.execPath, [...flags, 'live'], { encoding: 'utf8' })
        assert.equal(crashed.signal, 'SIGKILL', crashed.stderr)
        const host = openHost({ root: its.root, live: true, state: its.state })
        try {
          const id = listRuns(its.state)[0]?.id ?? ''
          // Half of the crashes are taken back at once, half go on first.
          if ((number + (moment === 'after' ? 1 : 0)) % 2 === 0) {
            const run = await resumeRun(id, host)
            assert.deepEqual(
              run.actions.map(({ outcome, detail }) => detail ?? outcome).filter(said => said !== 'already-done'),
              run.actions.filter(({ outcome }) => outcome !== 'already-done').map(() => 'done'),
            )
            assert.equal(standing(its.name), 'gone')
            assert.deepEqual([existsSync(its.miner), blockedAddresses().length], [false, 1])
            assert.equal(readFileSync(join(its.root, 'etc/crontab'), 'utf8'), 'good\nlast\n')
          }
          await undoRun(id, host)
          asBefore(its)
          await undoRun(id, host)
          asBefore(its)
        } finally {
          host.close()
        }
      } finally {
        await end(its)
      }
    })
  }
}
