import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileContentRules } from './compile-content.ts'
import { openContentScanner } from './open-scanner.ts'
import { enginesHere, scannerFor } from './testing/scanners.ts'
import { compareApartWithTogether, sources } from './testing/sets-apart.ts'

for (const [name, source] of Object.entries(sources))
  test(`${name}: sorted into sets they find what they find together`, () => {
    const [engine] = enginesHere()
    assert.ok(engine)
    compareApartWithTogether(source, engine, engine.name === 'native' ? 60 : 2)
  })

for (const [what, string, condition] of [
  ['of the size', '"tick"', 'filesize < 50'],
  ['of the size, in brackets and the other way round', '/t[h-j]ck/', '(50 > filesize)'],
  ['of the beginning', '{ 74 69 ( 63 | 64 ) 6b }', 'uint16(0) == 0x457f'],
] as const)
  for (const engine of enginesHere())
    test(`a string of two rules is found whatever one of them wants ${what}, with ${engine.name}`, () => {
      const scanner = scannerFor(
        `rule wants { strings: $a = ${string} condition: ${condition} and $a // all\n}
         rule finds { strings: $b = ${string.replace('{ 74', '{74')} condition: $b }`,
        engine,
      )
      const content = Buffer.from(`a tick${'.'.repeat(100)}`)
      assert.deepEqual(
        scanner.scan(content).matches.map(one => one.rule),
        ['davylamp/finds'],
      )
      scanner.close()
    })

test('rules that must see more at once than the scanner does are refused', () => {
  const { compiled } = compileContentRules({
    own: [{ file: 'x.yar', namespace: 'davylamp', text: 'rule r { condition: true }' }],
  })
  assert.throws(() => openContentScanner(compiled, { chunkBytes: 4_096 }), /must see 8388608 bytes at once/)
})
