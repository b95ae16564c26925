import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Action } from '../model/index.ts'
import { openHost } from './host.ts'
import { readJournal } from './journal.ts'
import { until } from './processes.ts'
import { carryOut, resumeRun } from './run.ts'
import { folderOf, listRuns } from './run-record.ts'
import { planOf, removeTree } from './testing/temporary-host.ts'
import { undoRun } from './undo.ts'

const root = process.getuid?.() === 0 ? false : 'needs root'
const child = fileURLToPath(new URL('testing/crash-child.ts', import.meta.url))
const evil = 'inert\n'
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

const files = {
  'etc/crontab': 'good\nevil\nlast\n',
  'tmp/miner': evil,
  'bin/ps': evil,
  'bin/ps.original': 'real',
  'etc/systemd/system/x.service': evil,
  'etc/systemd/system/x.service.d/a.conf': evil,
  'etc/passwd': 'root:x:0:0::/root:/bin/bash\nevil:x:1001:1001::/tmp:/bin/sh\n',
  'etc/shadow': 'root:$6$a:1::::::\nevil:$6$b:1::::::\n',
}
const actions: Action[] = [
  { kind: 'preserve-file', path: '/tmp/miner' },
  { kind: 'remove-line', path: '/etc/crontab', line: 2, text: 'evil' },
  { kind: 'quarantine-file', path: '/tmp/miner', sha256: sha256(evil) },
  {
    kind: 'restore-command',
    path: '/bin/ps',
    sha256: sha256(evil),
    from: '/bin/ps.original',
    fromSha256: sha256('real'),
    recordedDigest: `sha256:${sha256('real')}`,
  },
  {
    kind: 'remove-unit',
    name: 'x.service',
    path: '/etc/systemd/system/x.service',
    sha256: sha256(evil),
    links: ['/etc/systemd/system/x.link'],
  },
  { kind: 'remove-account', name: 'evil', uid: 1001, line: 2, text: 'evil:x:1001:1001::/tmp:/bin/sh' },
]
// The run, then two entries an action, then the end.
const entries = 2 + 2 * actions.length

function arrange() {
  const folder = mkdtempSync(join(tmpdir(), 'davylamp-crash-'))
  const its = { folder, root: join(folder, 'root'), state: join(folder, 'state'), plan: join(folder, 'plan.json') }
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(its.root, path, '..'), { recursive: true })
    writeFileSync(join(its.root, path), content)
  }
  symlinkSync('x.service', join(its.root, 'etc/systemd/system/x.link'))
  writeFileSync(its.plan, JSON.stringify(planOf(actions)))
  return its
}

/** All files with owner, mode and times, as find(1) sees them. */
function picture(folder: string): string {
  const listed = spawnSync('find', ['.', '!', '-type', 'd', '-printf', '%p %y %m %U %G %T@ %l '], { cwd: folder })
  const sums = spawnSync('sh', ['-c', 'find . -type f -exec sha256sum {} + | sort'], { cwd: folder })
  return `${listed.stdout.toString().split(' ./').sort().join('\n')}\n${sums.stdout}`
}

for (let number = 1; number <= entries; number++) {
  for (const moment of ['before', 'after']) {
    test(`SIGKILL ${moment} journal entry ${number}: resume ends it, undo takes it back`, { skip: root }, async t => {
      const its = arrange()
      t.after(() => removeTree(its.folder))
      const before = picture(its.root)
      const flags = [
        '--disable-warning=ExperimentalWarning',
        child,
        its.root,
        its.state,
        its.plan,
        String(number),
        moment,
      ]
      const crashed = spawnSync(process.execPath, flags, { encoding: 'utf8' })
      assert.equal(crashed.signal, 'SIGKILL', crashed.stderr)
      const host = openHost({ root: its.root, live: false, state: its.state })
      try {
        const [run] = listRuns(its.state)
        if (run === undefined) {
          assert.equal(`${number} ${moment}`, '1 before')
          assert.equal(picture(its.root), before)
          return
        }
        // Half of the crashes are taken back at once, half go on first.
        if (number % 2 === 0) {
          const ended = await resumeRun(run.id, host)
          assert.deepEqual(
            ended.actions.map(({ outcome, detail }) => detail ?? outcome),
            actions.map(() => 'done'),
          )
          assert.equal(existsSync(join(its.root, 'tmp/miner')), false)
          assert.equal(readFileSync(join(its.root, 'etc/crontab'), 'utf8'), 'good\nlast\n')
          assert.equal(readFileSync(join(its.root, 'bin/ps'), 'utf8'), 'real')
        }
        await undoRun(run.id, host)
        assert.equal(picture(its.root), before)
        assert.equal((await resumeRun(run.id, host)).state, 'undone')
        assert.equal(picture(its.root), before)
      } finally {
        host.close()
      }
    })
  }
}

test('SIGKILL at each journal entry of an undo, then undo again', { skip: root }, async t => {
  const undoEntries = 2 * actions.length + 1
  for (let number = entries + 1; number <= entries + undoEntries; number += 2) {
    const its = arrange()
    t.after(() => removeTree(its.folder))
    const before = picture(its.root)
    const moment = number % 4 === 0 ? 'after' : 'before'
    const flags = ['--disable-warning=ExperimentalWarning', child, its.root, its.state]
    assert.equal(spawnSync(process.execPath, [...flags, its.plan]).status, 0)
    const crashed = spawnSync(process.execPath, [...flags, 'undo', String(number), moment], { encoding: 'utf8' })
    assert.equal(crashed.signal, 'SIGKILL', crashed.stderr)
    const host = openHost({ root: its.root, live: false, state: its.state })
    await undoRun(listRuns(its.state)[0]?.id ?? '', host)
    host.close()
    assert.equal(picture(its.root), before)
  }
})

test('SIGKILL at any moment between entries, then resume and undo', { skip: root }, async t => {
  for (let delay = 0; delay < 12; delay++) {
    const its = arrange()
    t.after(() => removeTree(its.folder))
    const before = picture(its.root)
    const flags = ['--disable-warning=ExperimentalWarning', child, its.root, its.state, its.plan]
    const running = spawn(process.execPath, flags, { stdio: 'ignore' })
    const ended = new Promise(resolve => running.once('exit', resolve))
    await until(() => listRuns(its.state).length > 0, 5_000)
    await new Promise(resolve => setTimeout(resolve, delay * 6))
    running.kill('SIGKILL')
    await ended
    const host = openHost({ root: its.root, live: false, state: its.state })
    const id = listRuns(its.state)[0]?.id ?? ''
    if (delay % 2 === 0) {
      const run = await resumeRun(id, host)
      assert.deepEqual(
        run.actions.map(({ outcome, detail }) => detail ?? outcome),
        actions.map(() => 'done'),
      )
    }
    await undoRun(id, host)
    host.close()
    assert.equal(picture(its.root), before)
  }
})

test('a torn last line is as if it had not been written', { skip: root }, async t => {
  const its = arrange()
  t.after(() => removeTree(its.folder))
  const host = openHost({ root: its.root, live: false, state: its.state })
  t.after(() => host.close())
  const run = await carryOut(planOf(actions), host)
  const journal = join(folderOf(its.state, run.id), 'journal.jsonl')
  const whole = readJournal(journal)
  appendFileSync(journal, '{"entry":"undone","numb')
  assert.deepEqual(readJournal(journal), whole)
  const { run: undone } = await undoRun(run.id, host)
  assert.equal(undone.state, 'undone')
})
