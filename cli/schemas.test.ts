import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { schemaFiles } from './schemas.ts'

const folder = join(import.meta.dirname, '..', 'docs', 'schemas')

test('docs/schemas is up to date: node tools/schemas.ts writes it', () => {
  const wanted = schemaFiles()
  assert.deepEqual(readdirSync(folder).sort(), [...wanted.keys()].sort())
  for (const [name, text] of wanted)
    assert.deepEqual(JSON.parse(readFileSync(join(folder, name), 'utf8')), JSON.parse(text), name)
})
