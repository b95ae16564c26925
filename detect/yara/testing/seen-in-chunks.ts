import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { ContentLook } from '../content-scanner.ts'
import { lookInto, scannerFor } from './scanners.ts'
import type { YaraEngine } from '../yara-engine.ts'

const rules = `
rule together { strings: $a = "north" $b = "south" condition: all of them }
rule at_start { strings: $a = "MAGIC" condition: $a at 0 }
rule header { condition: uint32(0) == 0x4947414d }
rule counted { strings: $a = "tick" condition: #a > 2 }
rule large { strings: $a = "north" condition: $a and filesize > 600 }
rule near { strings: $a = "north" $b = "south" condition: for any i in (1..#a) : ($b in (@a[i]..@a[i] + 30)) }
rule word { strings: $a = "tick" fullword condition: $a }
rule shape { strings: $a = /no[a-z]{2,9}h/ condition: $a }
rule without { strings: $a = "north" $b = "south" condition: $a and not $b }
private rule part { strings: $a = "tick" condition: $a }
rule built { strings: $a = "south" condition: part and $a }
rule leads { meta: silent = true strings: $a = "MAGIC" condition: $a }
rule small { strings: $a = "south" condition: $a and filesize < 60 }
rule not_small { strings: $a = "south" condition: $a and not small }
rule short_of { strings: $a = "north" condition: $a and filesize < 900 }
rule led { meta: after = "leads" strings: $a = /t[h-j]ck/ condition: $a }
`

const content = fc
  .array(
    fc.oneof(
      fc.constantFrom('north', 'south', 'tick', ' tick ', 'MAGIC', 'notth', '\0', 'xn'),
      fc.integer({ min: 1, max: 300 }).map(length => '.'.repeat(length)),
    ),
    { maxLength: 20 },
  )
  .map(parts => Buffer.from(parts.join('')))

/** A content seen in chunks gives what it gives as a whole: any content, any size of chunk. */
export function compareChunksWithWhole(engine: YaraEngine, numRuns: number): void {
  const whole = scannerFor(rules, engine)
  const sizes = [64, 100, 257]
  const inParts = sizes.map(chunkBytes => scannerFor(rules, engine, { chunkBytes, overlapBytes: 32 }))
  fc.assert(
    fc.property(content, fc.nat(sizes.length - 1), (bytes, index) => {
      const scanner = inParts[index]
      assert.ok(scanner)
      assert.deepEqual(ordered(lookInto(scanner, bytes)), ordered(whole.scan(bytes)))
    }),
    { numRuns },
  )
}

function ordered({ matches, cut }: ContentLook): ContentLook {
  return { matches: matches.toSorted((a, b) => (a.rule < b.rule ? -1 : 1)), cut }
}
