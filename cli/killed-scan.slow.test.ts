import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { test } from 'node:test'
import type { Scan } from '../model/index.ts'
import { infectedFiles, temporaryTree } from './temporary-tree.ts'

/** Text that speaks of mining and mines nothing, where no quick scan looks. */
const configuration = JSON.stringify({
  'donate-level': 1,
  pools: [{ url: 'stratum+tcp://pool.example:3333', user: 'nobody', 'rig-id': 'a' }],
  randomx: { wrmsr: true },
})
const many = Object.fromEntries(Array.from({ length: 20_000 }, (_, at) => [`/srv/many/${at % 100}/${at}`, `${at}`]))
const files = {
  ...infectedFiles,
  ...many,
  '/srv/many/a-first.dat': configuration,
  '/srv/many/z-last.dat': configuration,
}

const flags = ['--disable-warning=ExperimentalWarning', '--enable-experimental-regexp-engine-on-excessive-backtracks']
const foundIn = (scan: Scan) => [scan.verdict, scan.incidents.map(one => one.title), scan.findings.map(one => one.id)]

test('full scans that are killed leave nothing half written, and together find what one finds', async t => {
  const tree = temporaryTree(t, files)
  // What changed just now is read again the next time.
  await new Promise(done => setTimeout(done, 2_100))
  const words = ['scan', '--root', tree.root, '--full', '--json']
  const undisturbed = JSON.parse(tree.davylamp([...words, '--no-save']).stdout) as Scan

  const main = [join(import.meta.dirname, 'main.ts'), '--state', tree.state]
  const inState = (pattern: string) => globSync(join(tree.state, pattern))
  const filesRead = () => {
    const [last] = inState('trees/*/contents/last.json')
    return last === undefined ? 0 : (JSON.parse(readFileSync(last, 'utf8')) as { files: number }).files
  }
  for (const isAtWork of [() => inState('rules/compiled/*').length > 0, () => filesRead() > 0]) {
    const child = spawn(process.execPath, [...flags, ...main, ...words, '--cpu', '2%'], { stdio: 'ignore' })
    while (!isAtWork() && child.exitCode === null) await new Promise(done => setTimeout(done, 5))
    child.kill('SIGKILL')
    assert.deepEqual(await once(child, 'close'), [null, 'SIGKILL'])
  }
  assert.ok(filesRead() > 0 && filesRead() < 20_000, `${filesRead()}`)

  // As if they had been killed while they wrote each of these.
  for (const path of inState('trees/*/contents/*'))
    writeFileSync(join(dirname(path), `${basename(path)}.0123abcd.tmp`), 'half')
  const ended = tree.davylamp(words)
  assert.equal(ended.status, 20, ended.stderr)
  const scan = JSON.parse(ended.stdout) as Scan
  assert.deepEqual(foundIn(scan), foundIn(undisturbed))
  assert.deepEqual(scan.gaps, undisturbed.gaps)
  assert.ok((scan.contents?.cached ?? 0) > 0, 'nothing was read twice')
  assert.equal(scan.contents?.files, undisturbed.contents?.files)
  const left = readdirSync(tree.state, { recursive: true, encoding: 'utf8' }).filter(path => path.endsWith('.tmp'))
  assert.deepEqual(left, [])
})
