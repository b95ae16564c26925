import assert from 'node:assert/strict'
import fc from 'fast-check'
import { compileContentRules, globals } from '../compile-content.ts'
import { openContentScanner } from '../open-scanner.ts'
import { readRuleSets } from '../rule-sets.ts'
import type { YaraEngine } from '../yara-engine.ts'
import { lookInto } from './scanners.ts'

const namingEachOther = `
rule program { strings: $a = "north" condition: uint16(0) == 0x5a4d and $a }
rule program_of_its_own { strings: $a = "south" condition: (uint32(0) == 0x00905a4d and $a) }
rule small_program { strings: $a = "tick" condition: uint16(0) == 0x5a4d and filesize < 50 and $a }
private rule has_tick { strings: $a = "tick" condition: $a }
private rule windows_only { condition: uint16be(0) == 0x4D5A }
rule built { strings: $a = "south" condition: windows_only and $a }
rule one_of { condition: any of (program, small_program) }
rule no_program { strings: $a = "north" condition: $a and not program }
rule either { condition: (uint16(0) == 0x5A4D and has_tick) or (uint16(0) == 0x457f and filesize > 20) }
rule small { strings: $a = "north" condition: $a and filesize < 60 }
rule not_small { strings: $a = "south" condition: $a and not small }
rule long { strings: $a = "tick" condition: $a and filesize > 90 }
rule long_program { condition: long and uint16(0) == 0x5a4d }
`
const content = fc
  .tuple(
    fc.constantFrom('MZ\x90\0', 'MZ', '\x7fELF', ''),
    fc.array(
      fc.oneof(
        fc.constantFrom('north', 'south', 'tick'),
        fc.integer({ min: 1, max: 150 }).map(length => '.'.repeat(length)),
      ),
      { maxLength: 8 },
    ),
  )
  .map(([head, parts]) => Buffer.from(`${head}${parts.join('')}`, 'latin1'))

/** Sources of rules that are sorted into sets. */
export const sources = {
  'rules that name each other': namingEachOther,
  'a global rule among them': `${namingEachOther}global rule behind_all { condition: filesize != 40 and not has_tick }`,
}

/** Rules of others, sorted into sets, find in any content what they find together, seen as a whole or in chunks. */
export function compareApartWithTogether(source: string, engine: YaraEngine, numRuns: number): void {
  const files = [{ file: 'x.yar', namespace: 'x', text: source }]
  const { compiled, problems } = compileContentRules({ own: [], foreign: files }, engine, 64)
  assert.deepEqual(problems, [])
  assert.deepEqual(
    compiled.foreign.map(bytes => readRuleSets(bytes).begins),
    ['', 'MZ'],
  )
  const veiled = source.replace(/condition: (.*) }/g, 'condition: filesize < 0 or ($1) }')
  const compiledTogether = engine.compile([{ namespace: 'x', text: veiled }], globals)
  const together = engine.open(compiledTogether, { seconds: 10, hitsPerString: 100 })
  const inParts = openContentScanner(compiled, { engine, chunkBytes: 64, overlapBytes: 32 })
  fc.assert(
    fc.property(content, bytes => {
      const expected = together
        .scan(bytes, globals)
        .map(hit => `x/${hit.identifier}`)
        .sort()
      const found = (matches: readonly { rule: string }[]) => matches.map(one => one.rule).sort()
      assert.deepEqual(found(inParts.scan(bytes, 'foreign').matches), expected)
      assert.deepEqual(found(lookInto(inParts, bytes, 'foreign').matches), expected)
    }),
    { numRuns },
  )
  together.close()
  inParts.close()
}
