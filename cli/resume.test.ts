import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { infectedFiles, temporaryTree } from './temporary-tree.ts'

test('a run that was cut off is listed so, goes on with resume, and is proven', t => {
  const tree = temporaryTree(t, infectedFiles)
  const { id } = tree.document('run', ['clean', '--root', tree.root, '--yes'])
  const journal = join(tree.state, 'runs', id, 'journal.jsonl')
  const text = readFileSync(journal, 'utf8')
  // As after SIGKILL once the undo of the last action was on the disk.
  const last = text.lastIndexOf('{"entry":"prepared"')
  writeFileSync(journal, text.slice(0, text.indexOf('\n', last) + 1))
  assert.match(tree.davylamp(['runs']).stdout, /NOT FINISHED/)
  const ended = tree.davylamp(['resume'])
  assert.equal(ended.status, 0, ended.stdout + ended.stderr)
  assert.match(ended.stdout, /^CLEAN AND PROVEN/)
  assert.equal(existsSync(join(tree.root, '/tmp/.x')), false)
  assert.equal(tree.davylamp(['resume']).status, 64)
})
