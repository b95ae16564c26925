import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type TemporaryTree, temporaryTree } from './temporary-tree.ts'

const yara = `import "nowhere"
rule good { strings: $a = "deep in the pit" condition: $a }
rule depends { condition: nowhere.answer == 42 }
rule builds_on_it { condition: depends }
rule named { condition: filename matches /x/ and filepath contains "y" and extension == ".z" and owner == "root" }
`
const sigma = `title: King
id: 7f5e3c2a-0000-4000-8000-000000000002
logsource: { category: autostart }
detection: { king: { command|contains: king }, condition: king }
level: high
`

function pack(t: TestContext): { tree: TemporaryTree; folder: string } {
  const tree = temporaryTree(t, {})
  const folder = join(tree.folder, 'My Rules')
  mkdirSync(join(folder, 'deep'), { recursive: true })
  writeFileSync(join(folder, 'deep', 'some.yar'), yara)
  writeFileSync(join(folder, 'king.yml'), sigma)
  writeFileSync(join(folder, 'notes.txt'), 'no rule')
  symlinkSync('/etc/passwd', join(folder, 'linked.yar'))
  return { tree, folder }
}

test('a pack is copied, listed with what is not used of it, and removed', t => {
  const { tree, folder } = pack(t)
  const added = tree.document('rules-added', ['rules', 'add', folder]).pack
  assert.deepEqual([added.name, added.files, added.yara, added.sigma], ['my-rules', 2, 2, 1])
  assert.deepEqual(
    added.problems.map(one => one.replace(/\(.*/, '')),
    [
      'deep/some.yar:1: unknown module `nowhere` ',
      'deep/some.yar:3: depends: unknown identifier `nowhere` ',
      'deep/some.yar:4: builds_on_it: unknown identifier `depends` ',
    ],
  )
  const place = join(tree.state, 'rules', 'packs', 'my-rules')
  assert.deepEqual(readdirSync(place).sort(), ['deep', 'king.yml', 'pack.json'])
  assert.equal(statSync(place).mode & 0o077, 0)
  assert.deepEqual(tree.document('rules', ['rules', 'list']).packs, [added])

  tree.document('rules-removed', ['rules', 'remove', 'my-rules'])
  assert.equal(existsSync(place), false)
  assert.deepEqual(tree.document('rules', ['rules', 'list']).packs, [])
  assert.equal(tree.davylamp(['rules', 'remove', 'my-rules']).status, 64)
})

test('what holds no rule that can be used is refused, and nothing of it stays', t => {
  const { tree } = pack(t)
  const bad = join(tree.folder, 'bad.yar')
  writeFileSync(bad, 'rule a { condition: b }\nand then nothing')
  const kept = join(tree.state, 'rules', 'packs')
  for (const source of [bad, join(tree.folder, 'My Rules', 'notes.txt'), join(tree.folder, 'absent')]) {
    const { status, stderr } = tree.davylamp(['rules', 'add', source])
    assert.equal(status, 64, stderr)
    assert.match(stderr, /can be used|holds no rules|there is no file/)
    assert.deepEqual(existsSync(kept) ? readdirSync(kept) : [], [])
  }
})

test('rules check says what is wrong with a YARA file', t => {
  const { tree, folder } = pack(t)
  const { errors, rules } = tree.document('rules-check', ['rules', 'check', join(folder, 'deep', 'some.yar')])
  assert.equal(rules, 2)
  assert.deepEqual(errors.map(one => [one.line, one.rule]).sort(), [
    [1, undefined],
    [3, 'depends'],
    [4, 'builds_on_it'],
  ])
})

const collection = join(import.meta.dirname, '..', '..', 'shared', 'data', 'yara', 'signature-base.tar.xz')

test('a large collection is taken whole', { skip: !existsSync(collection) && `${collection} is not here` }, t => {
  const { tree } = pack(t)
  const folder = join(tree.folder, 'signature-base')
  mkdirSync(folder)
  assert.equal(spawnSync('tar', ['-xf', collection, '-C', folder]).status, 0)
  const { pack: added } = tree.document('rules-added', ['rules', 'add', folder])
  assert.deepEqual(added.problems, [])
  assert.ok(added.yara > 5000, `${added.yara}`)
})
