import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { folderDigest } from './folder-digest.ts'

const root = mkdtempSync(join(tmpdir(), 'davylamp-digest-'))
after(() => rmSync(root, { recursive: true }))
const [one, other] = [join(root, 'one'), join(root, 'other')]
for (const folder of [one, other]) mkdirSync(join(folder, 'below'), { recursive: true })
const wanted = (name: string) => name.endsWith('.yml')
const digest = () => folderDigest([one, other, join(root, 'none')], wanted)

test('bytes, names and places of what is wanted change it, and nothing else does', () => {
  const seen = [digest()]
  for (const [path, text] of [
    [join(one, 'a.yml'), 'a'],
    [join(one, 'a.yml'), 'b'],
    [join(one, 'below', 'a.yml'), 'b'],
    [join(other, 'a.yml'), 'b'],
  ] as const) {
    writeFileSync(path, text)
    seen.push(digest())
  }
  assert.equal(new Set(seen).size, seen.length)
  writeFileSync(join(one, 'a.md'), 'not wanted')
  assert.equal(digest(), seen.at(-1))
  assert.notEqual(folderDigest([other, one], wanted), seen.at(-1))
})
