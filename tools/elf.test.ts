import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { readElf } from './elf.ts'
import { launcherForX64 } from './launcher-x64.ts'
import { librariesOf } from './own-libraries.ts'

const folder = mkdtempSync(join(tmpdir(), 'davylamp-elf-'))
const file = join(folder, 'file')
after(() => rmSync(folder, { recursive: true, force: true }))

test('the launcher names no loader and no library', () => {
  writeFileSync(file, launcherForX64())
  assert.deepEqual(readElf(file), { machine: 'x64', interpreter: undefined, needed: [] })
})

test('the runtime names both', t => {
  const elf = readElf(process.execPath)
  if (elf?.interpreter === undefined) return t.skip('runs under the own loader')
  assert.match(elf.interpreter, /\/ld-linux[^/]*$/)
  assert.ok(elf.needed.includes('libc.so.6'))
})

test('no bytes make it throw', t => {
  if (readElf(process.execPath)?.interpreter === undefined) return t.skip('runs under the own loader')
  const library = readFileSync(
    librariesOf(process.execPath).libraries.find(one => one.name === 'libdl.so.2')?.file ?? '',
  )
  const change = fc.record({ at: fc.nat(1024), value: fc.nat(255) })
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 12 }), changes => {
      const bytes = Buffer.from(library)
      for (const { at, value } of changes) bytes[at] = value
      writeFileSync(file, bytes)
      readElf(file)
    }),
    { numRuns: 300 },
  )
})
