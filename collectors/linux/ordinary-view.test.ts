import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { liveTarget, type Target } from '../../target/index.ts'
import { hiddenFromOrdinaryView, hiddenThings, ordinaryView } from './ordinary-view.ts'
import { ordinaryAnswer } from './ordinary-program.ts'
import { surveyOf, surveyTarget } from './survey-of.ts'

// test/range/blinding.test.ts has libraries that do hide something.
const skip = process.getuid?.() === 0 ? (false as const) : 'needs root'

const nothing = { hiddenPids: [], hiddenPaths: [], hiddenSockets: [], calls: [] }

function viewOf(target: Target, preloads: readonly string[]) {
  return ordinaryView(surveyTarget(target), preloads)
}

test('where nothing hides, nothing is hidden: neither odd names nor what comes and goes', { skip }, t => {
  const folder = mkdtempSync(join(tmpdir(), 'davylamp-view-'))
  const names = ['-rf', 'a b ', 'new\nline', 'ünïcode', '$(x)']
  const churn = `i=0; while [ $i -lt 2000 ]; do : > ${folder}/x$i; (exit); rm ${folder}/x$i; i=$((i+1)); done`
  const busy = spawn('sh', ['-c', churn], { stdio: 'ignore' })
  t.after(() => {
    busy.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })
  for (const name of names) writeFileSync(join(folder, name), '')
  writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), Buffer.of(0xff, 0xfe)]), '')
  const paths = [
    ...names.map(name => join(folder, name)),
    `${folder}/\udcff\udcfe`,
    `${folder}/missing`,
    '/proc/self',
    '/',
  ]
  const churned = Array.from({ length: 500 }, (_, index) => `${folder}/x${index * 4}`)
  for (let round = 0; round < 4; round++) {
    const target = liveTarget()
    assert.deepEqual(viewOf(target, [...paths, ...churned]), nothing)
    assert.deepEqual(target.gaps, [])
  }
})

test('nothing is started for a host that does not run here', () => {
  const survey = surveyOf({ '/etc/ld.so.preload': '/x.so\n', '/proc/7/stat': '7 (x) S' }, { live: true })
  assert.deepEqual(ordinaryView(survey, ['/etc/ld.so.preload']), nothing)
  assert.deepEqual(hiddenFromOrdinaryView(survey.target), [])
  assert.deepEqual(survey.target.gaps, [])
})

test('processes are named first, and not all of a long list', () => {
  const hiddenPaths = Array.from({ length: 30 }, (_, index) => `/tmp/\u001b${index}`)
  const shown = hiddenThings({ hiddenPids: [12], hiddenPaths, hiddenSockets: [], calls: [] })
  assert.deepEqual([shown.length, shown[0], shown[1]], [20, '/proc/12', '/tmp/\\x1b0'])
})

test('what the other program says is believed in its form only', () => {
  const answer = (said: unknown) => ordinaryAnswer(Buffer.from(JSON.stringify(said)))
  const honest = {
    pids: [1],
    silent: [],
    missing: { 3: ['open', 'rm -rf /', 7] },
    texts: { '/proc/net/tcp': ['x', 1] },
  }
  assert.deepEqual(answer(honest), {
    pids: new Set([1]),
    silent: new Set(),
    missing: new Map([[3, ['open']]]),
    texts: new Map([['/proc/net/tcp', ['x']]]),
  })
  for (const bad of [{}, [], { ...honest, pids: [] }, { ...honest, pids: ['1'] }, { ...honest, texts: 1 }, null])
    assert.equal(answer(bad), undefined)
  fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), bytes => void ordinaryAnswer(Buffer.from(bytes))))
  fc.assert(fc.property(fc.json(), text => void ordinaryAnswer(Buffer.from(text))))
})
