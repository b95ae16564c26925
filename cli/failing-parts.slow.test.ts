import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { Proof, Run, Scan } from '../model/index.ts'
import { infectedFiles, type TemporaryTree, temporaryTree } from './temporary-tree.ts'

/** Text that speaks of mining and mines nothing, where no quick scan looks. */
const place = '/srv/data/notes.dat'
const configuration = JSON.stringify({
  'donate-level': 1,
  pools: [{ url: 'stratum+tcp://pool.example:3333', user: 'nobody', 'rig-id': 'a' }],
  randomx: { wrmsr: true },
})

const flags = ['--disable-warning=ExperimentalWarning', '--enable-experimental-regexp-engine-on-excessive-backtracks']

/** Runs the program where modules of these names cannot be loaded, as in an installation that is not whole. */
function without(t: TestContext, names: string) {
  const tree = temporaryTree(t, { ...infectedFiles, [place]: configuration })
  const hook = join(tree.folder, 'hook.mjs')
  writeFileSync(
    hook,
    `import { registerHooks } from 'node:module'
    registerHooks({ resolve(name, context, next) {
      if (/${names}/.test(name)) throw new Error('cannot load ' + name)
      return next(name, context)
    } })`,
  )
  const run = (...words: string[]) => {
    const main = [join(import.meta.dirname, 'main.ts'), '--state', tree.state]
    return spawnSync(process.execPath, [...flags, '--import', hook, ...main, ...words], {
      encoding: 'utf8',
      env: { PATH: '/usr/bin:/bin', COLUMNS: '80' },
    })
  }
  return { tree, run }
}

const gapsOf = (scan: Scan) =>
  scan.gaps.filter(one => /^(?:contents|memory|indicators|injected|\/$)/.test(one.what)).map(one => one.what)
const incidentsOf = (scan: Scan) => scan.incidents.map(one => [one.verdict, one.title])
const asUsual = (tree: TemporaryTree) => incidentsOf(tree.document('scan', ['scan', '--root', tree.root, '--no-save']))

for (const [name, names, words, gaps] of [
  ['an engine for contents', 'yara-x', [], ['contents that are suspicious']],
  [
    'an engine for contents, in a full scan',
    'yara-x',
    ['--full'],
    ['contents of files', 'contents that are suspicious'],
  ],
  ['threads that read', 'walk-thread', ['--full'], ['/']],
] as const)
  test(`without ${name} the rest of a scan stands, and says what was not looked at`, t => {
    const { tree, run } = without(t, names)
    const ended = run('scan', '--root', tree.root, '--json', ...words)
    assert.equal(ended.status, 20, ended.stderr)
    const scan = JSON.parse(ended.stdout) as Scan
    assert.deepEqual(gapsOf(scan), gaps)
    assert.deepEqual(incidentsOf(scan), asUsual(tree))
  })

test('a wrong path ends the command, whatever else fails', t => {
  const { tree, run } = without(t, 'yara-x')
  const { status, stderr } = run('scan', '--root', tree.root, '--path', '/no/such')
  assert.deepEqual([status, stderr], [64, `davylamp: there is no file or folder /no/such in ${tree.root}\n`])
})

test('what was found by its content is not forgotten or proven gone by looks that cannot read it', t => {
  const { tree, run } = without(t, 'yara-x')
  const found = (scan: Scan) => scan.findings.some(({ fact }) => fact.kind === 'file' && fact.path === place)
  const words = ['--root', tree.root, '--full', '--include', 'suspected', '--yes']
  const cleaned: Run = tree.document('run', ['clean', ...words])
  assert.equal(existsSync(join(tree.root, place)), false)
  writeFileSync(join(tree.root, place), configuration)
  assert.equal(found(tree.document('scan', ['scan', '--root', tree.root, '--full'])), true)

  assert.equal(run('scan', '--root', tree.root).status, 0)
  const proof = JSON.parse(run('prove', cleaned.id, '--json').stdout) as Proof
  const checked = proof.checked.filter(one => one.what.includes(place))
  assert.deepEqual([proof.result, checked.map(one => one.gone)], ['left', [false]])
  assert.equal(found(tree.document('scan', ['scan', '--root', tree.root])), true)

  rmSync(join(tree.root, place))
  const again = JSON.parse(run('prove', cleaned.id, '--json').stdout) as Proof
  assert.deepEqual(
    [again.result, again.gaps.map(one => one.what).filter(one => one.startsWith('contents'))],
    ['clean', []],
  )
})
