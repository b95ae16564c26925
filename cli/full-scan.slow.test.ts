import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, globSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Scan } from '../model/index.ts'
import { cleanFiles, temporaryTree } from './temporary-tree.ts'

/** Text that speaks of mining and mines nothing. */
const configuration = JSON.stringify({
  'donate-level': 1,
  pools: [{ url: 'stratum+tcp://pool.example:3333', user: 'nobody', 'rig-id': 'a' }],
  randomx: { wrmsr: true },
  cpu: { 'max-threads-hint': 50 },
})
/** Where no quick scan looks, under a name that says nothing. */
const place = '/srv/data/2024/notes.dat'
const files = { ...cleanFiles, [place]: configuration, '/srv/data/2024/other.dat': 'nothing of that kind' }

const pathsOf = (scan: Scan) =>
  scan.findings.flatMap(one => ('path' in one.fact && one.fact.path === place ? [one.rule.title] : []))

test('a full scan finds what lies anywhere, a quick one what is pointed at, a custom one what is below its paths', t => {
  const tree = temporaryTree(t, files)
  const quick = tree.document('scan', ['scan', '--root', tree.root])
  assert.deepEqual([quick.mode, quick.contents, pathsOf(quick)], ['quick', undefined, []])
  const full = tree.document('scan', ['scan', '--root', tree.root, '--full'])
  assert.equal(full.mode, 'full')
  assert.ok(pathsOf(full).length > 0, JSON.stringify(full.findings))
  assert.ok((full.contents?.files ?? 0) >= Object.keys(files).length - 1)
  assert.ok(full.findings.some(one => one.fact.kind === 'file' && one.fact.seenAs.includes('content')))
  const here = tree.document('scan', ['scan', '--root', tree.root, '--path', '/srv/data'])
  assert.deepEqual([here.mode, here.contents?.files, pathsOf(here)], ['custom', 2, pathsOf(full)])
  const elsewhere = tree.document('scan', ['scan', '--root', tree.root, '--path', '/etc', '--no-save'])
  assert.deepEqual(pathsOf(elsewhere), pathsOf(full), 'what is known and still there is not lost by looking elsewhere')
  const after = tree.document('scan', ['scan', '--root', tree.root])
  assert.deepEqual([after.mode, after.contents, pathsOf(after)], ['quick', undefined, pathsOf(full)])
  const wrong = tree.davylamp(['scan', '--root', tree.root, '--path', '/no/such'])
  assert.deepEqual([wrong.status, /there is no file or folder \/no\/such/.test(wrong.stderr)], [64, true])
})

test('what only its content gives away is quarantined, proven gone by a look at that very place, and put back', t => {
  const tree = temporaryTree(t, files)
  const words = ['--root', tree.root, '--full', '--include', 'suspected']
  const plan = tree.davylamp(['plan', ...words])
  assert.match(plan.stdout, /quarantine \/srv\/data\/2024\/notes\.dat/)
  assert.match(plan.stdout, /clean --root \S+\s+--full\s+--include\s+suspected/)
  const run = tree.document('run', ['clean', ...words, '--yes'])
  assert.equal(existsSync(join(tree.root, place)), false)
  const checked = run.proof?.checked.filter(one => one.what.includes(place)) ?? []
  assert.deepEqual(
    checked.map(one => one.gone),
    [true],
  )
  mkdirSync(join(tree.root, '/srv/data/2024'), { recursive: true })
  writeFileSync(join(tree.root, place), configuration)
  const proof = tree.document('proof', ['prove', run.id])
  assert.deepEqual(
    proof.checked.filter(one => one.what.includes(place)).map(one => one.gone),
    [false],
  )
})

test('rules of others look at what is suspicious, and at everything only when asked', t => {
  const tree = temporaryTree(t, {
    ...cleanFiles,
    '/srv/data/plain.dat': 'a-mark-of-others',
    '/tmp/x.sh': '#!/bin/sh\n# a-mark-of-others\n',
  })
  const folder = join(tree.root, '../rules-of-others')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'a.yar'), 'rule others_mark { strings: $a = "a-mark-of-others" condition: $a }')
  const matchesIn = (scan: Scan) =>
    scan.findings
      .flatMap(({ fact }) => (fact.kind === 'file' && (fact.matches ?? []).length > 0 ? [fact.path] : []))
      .sort()
  const words = ['scan', '--root', tree.root, '--rules', folder, '--full']
  assert.deepEqual(matchesIn(tree.document('scan', words)), ['/tmp/x.sh'])
  assert.deepEqual(matchesIn(tree.document('scan', [...words, '--all-rules'])), ['/srv/data/plain.dat', '/tmp/x.sh'])
})

test('Ctrl-C ends a full scan with what it found, and a killed one goes on where it was', async t => {
  const many = Object.fromEntries(Array.from({ length: 20_000 }, (_, at) => [`/srv/many/${at}`, `${at}`]))
  const tree = temporaryTree(t, { ...files, ...many })
  // What changed just now is read again the next time.
  await new Promise(done => setTimeout(done, 2_100))
  const main = [join(import.meta.dirname, 'main.ts'), '--state', tree.state]
  const flags = ['--disable-warning=ExperimentalWarning', '--enable-experimental-regexp-engine-on-excessive-backtracks']
  const words = ['scan', '--root', tree.root, '--full', '--cpu', '2%', '--json']
  const child = spawn(process.execPath, [...flags, ...main, ...words], { stdio: ['ignore', 'pipe', 'inherit'] })
  let stdout = ''
  child.stdout.setEncoding('utf8').on('data', text => {
    stdout += text
  })
  // It is at work when its rules lie compiled in the state folder.
  while (!existsSync(join(tree.state, 'rules/compiled'))) await new Promise(done => setTimeout(done, 20))
  // And has got somewhere when it has written how far.
  const written = () =>
    globSync(join(tree.state, 'trees/*/contents/last.json')).map(one => readFileSync(one, 'utf8'))[0]
  const filesRead = () => Number(/"files": ?(\d+)/.exec(written() ?? '')?.[1] ?? 0)
  while (filesRead() === 0 && child.exitCode === null) await new Promise(done => setTimeout(done, 50))
  child.kill('SIGINT')
  await once(child, 'close')
  const scan = JSON.parse(stdout) as Scan
  const cut = scan.gaps.filter(one => one.what === 'contents of files')
  assert.match(cut[0]?.why ?? '', /interrupted after \d+ files/)
  const read = scan.contents?.files ?? 0
  assert.ok(read > 0 && read < 20_000, `${read}`)
  const [folder = ''] = readdirSync(join(tree.state, 'trees'))
  const last = readFileSync(join(tree.state, 'trees', folder, 'contents/last.json'), 'utf8')
  assert.equal((JSON.parse(last) as { ended: boolean }).ended, false)
  const again = tree.davylamp(['scan', '--root', tree.root, '--full'])
  assert.match(again.stderr, /Going on with the full scan that began at \d\d:\d\d UTC/)
  assert.match(again.stdout, /of them unchanged since an earlier scan/)
})
