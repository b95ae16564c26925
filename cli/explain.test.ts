import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { infectedFiles, temporaryTree } from './temporary-tree.ts'

test('an incident, a finding and a rule are explained by the first letters of their ids', t => {
  const tree = temporaryTree(t, infectedFiles)
  const scan = tree.document('scan', ['scan', '--root', tree.root])
  const [incident] = scan.incidents
  const [finding] = scan.findings
  const ids = { incident: incident?.id.slice(0, 10), finding: finding?.id.slice(0, 10), rule: finding?.rule.id }
  for (const [kind, id] of Object.entries(ids)) {
    assert.equal(tree.document('explanation', ['explain', id ?? '']).kind, kind)
    const { status, stdout } = tree.davylamp(['explain', id ?? ''])
    assert.equal(status, 0)
    assert.doesNotMatch(stdout, /[\u0000-\u0009\u000b-\u001f\u007f]/)
  }
  assert.match(
    tree.davylamp(['explain', ids.incident ?? '']).stdout,
    /Why these belong together[\s\S]*What clean would do/,
  )
})

test('the report is one file that asks nothing of others, with every member, timeline and graph', t => {
  const tree = temporaryTree(t, {
    ...infectedFiles,
    '/tmp/.x/<script>alert(1)<': infectedFiles['/tmp/.x/xm'] ?? '',
  })
  const scan = tree.document('scan', ['scan', '--root', tree.root])
  tree.davylamp(['clean', '--root', tree.root, '--yes'])
  const path = join(tree.folder, 'report.html')
  assert.equal(tree.davylamp(['report', '--out', path]).status, 0)
  const page = readFileSync(path, 'utf8')
  assert.match(page, /<svg[\s\S]*<path class="edge"[\s\S]*<\/svg>/)
  assert.match(page, /<ol class="timeline"><li><time>/)
  assert.match(page, /Proof of .*: clean/)
  assert.doesNotMatch(page, /<(script|link|img|iframe|object)\b|(src|href|xlink:href)=|url\(|@import/i)
  assert.doesNotMatch(page, /[\u0000-\u0008\u000b-\u001f\u007f]/)
  for (const member of scan.incidents.flatMap(one => one.members))
    if (member.kind === 'file' && !/[<>&]/.test(member.path))
      assert.equal(page.includes(member.path), true, member.path)
  assert.equal(page.includes('&#60;script&#62;alert(1)&#60;'), true)
})

test('each opened tag of the report is closed', t => {
  const tree = temporaryTree(t, infectedFiles)
  tree.davylamp(['scan', '--root', tree.root])
  const path = join(tree.folder, 'report.html')
  tree.davylamp(['report', '--out', path])
  const open: string[] = []
  const page = readFileSync(path, 'utf8').replace(/<style>[\s\S]*?<\/style>/, '')
  for (const [, close, name = '', , empty] of page.matchAll(/<(\/?)([a-z0-9]+)((?:\s[^<>]*?)?)(\/?)>/g)) {
    if (name === 'meta' || empty === '/') continue
    if (close === '') open.push(name)
    else assert.equal(open.pop(), name)
  }
  assert.deepEqual(open, [])
})
