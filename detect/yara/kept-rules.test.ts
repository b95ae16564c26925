import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { type CompiledContent, compileContentRules } from './compile-content.ts'
import { keepRules, keptRules } from './kept-rules.ts'
import { openContentScanner } from './open-scanner.ts'

const text = 'rule bad { condition: unknown_thing }\nrule pit { strings: $a = "pit" condition: $a }'
const own = [{ file: 'x.yar', namespace: 'davylamp', text }]
const content = compileContentRules({ own, foreign: [{ file: 'y.yar', namespace: 'y', text }] })
const { version } = content.compiled

function keptFolder(t: TestContext): { folder: string; file: string } {
  const folder = mkdtempSync(join(tmpdir(), 'davylamp-kept-'))
  t.after(() => rmSync(folder, { recursive: true }))
  keepRules(folder, content)
  return { folder, file: join(folder, `${version}.rules`) }
}

/** All of it, short enough to compare. */
function shown({ compiled, problems }: CompiledContent): string {
  const hash = (bytes: Uint8Array = Buffer.of()) => createHash('sha256').update(bytes).digest('hex')
  const { files, memory, foreign, ...rest } = compiled
  return JSON.stringify([rest.version, rest.rules, problems, hash(files), hash(memory), foreign.map(hash)])
}

test('what is kept comes back as it was, and finds', t => {
  const { folder, file } = keptFolder(t)
  assert.equal(statSync(file).mode & 0o777, 0o600)
  assert.equal(statSync(join(folder, 'host.key')).mode & 0o777, 0o600)
  const kept = keptRules(folder, version)
  assert.ok(kept)
  assert.equal(shown(kept), shown(content))
  assert.deepEqual(
    openContentScanner(kept.compiled)
      .scan(Buffer.from('a pit'), 'all')
      .matches.map(one => one.rule),
    ['davylamp/pit', 'y/pit'],
  )
})

test('any other byte anywhere is refused', t => {
  const { folder, file } = keptFolder(t)
  const good = readFileSync(file)
  fc.assert(
    fc.property(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const bad = Buffer.from(good)
      bad.writeUInt8((bad.readUInt8(at) ^ change) & 0xff, at)
      writeFileSync(file, bad)
      assert.ok(keptRules(folder, version) === undefined)
    }),
    { numRuns: 30 },
  )
  writeFileSync(file, good.subarray(0, -1))
  assert.ok(keptRules(folder, version) === undefined)
  keepRules(folder, content)
  assert.ok(keptRules(folder, version) !== undefined)
})

test('another version, the key of another host, and a folder that others may write to are refused', t => {
  const { folder, file } = keptFolder(t)
  const other = keptFolder(t)
  assert.ok(keptRules(folder, 'another') === undefined)
  writeFileSync(join(folder, 'another.rules'), readFileSync(file), { mode: 0o600 })
  assert.ok(keptRules(folder, 'another') === undefined)
  writeFileSync(file, readFileSync(other.file))
  assert.ok(keptRules(folder, version) === undefined)
  keepRules(folder, content)
  chmodSync(folder, 0o777)
  assert.ok(keptRules(folder, version) === undefined)
  assert.throws(() => keepRules(folder, content), /others may write/)
  chmodSync(folder, 0o700)
})

test('a few versions are kept, the oldest go', t => {
  const { folder } = keptFolder(t)
  for (let at = 0; at < 6; at++)
    keepRules(folder, { ...content, compiled: { ...content.compiled, version: `version-${at}` } })
  assert.equal(readdirSync(folder).filter(name => name.endsWith('.rules')).length, 4)
})
