import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { enginesHere, scannerFor } from './testing/scanners.ts'

const names = fc.oneof(
  fc.constantFrom('true', 'FALSE', '12', '-1', '+1.', '.5', '1e9', '1_000', 'inf', '-Infinity', 'NaN', '0x1f', ' 7 '),
  fc.string({ unit: fc.constantFrom(...'0123456789+-.eE_ xinfaNtruls'), maxLength: 12 }),
  fc.string({ maxLength: 20 }),
)

for (const engine of enginesHere())
  test(`no name of a file ends a scan with ${engine.name}`, () => {
    const scanner = scannerFor('rule r { condition: filename == filename }', engine)
    fc.assert(
      fc.property(names, name => {
        const { matches } = scanner.scan(Buffer.from('a'), 'own', { path: `/srv/${name}` })
        assert.deepEqual(matches, [{ rule: 'davylamp/r', words: [] }])
      }),
      { numRuns: engine.name === 'native' ? 300 : 30 },
    )
  })
