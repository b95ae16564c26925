import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { compileContentRules } from './compile-content.ts'
import { compareChunksWithWhole } from './testing/seen-in-chunks.ts'
import { enginesHere, scannerFor } from './testing/scanners.ts'

const natively = enginesHere().find(one => one.name === 'native')

for (const engine of enginesHere())
  describe(`with ${engine.name}`, () => {
    test('a content seen in chunks gives what it gives as a whole', () =>
      compareChunksWithWhole(engine, engine.name === 'native' ? 15 : 1))

    test('words are shown escaped, in order and bounded; UTF-16 as text', () => {
      const scanner = scannerFor(
        'rule r { strings: $a = /k[\\x00-\\xff]{90}/s $b = "wide" wide condition: any of them }',
        engine,
      )
      const { matches } = scanner.scan(
        Buffer.concat([Buffer.from('w\0i\0d\0e\0'), Buffer.from(`k${'\x01'.repeat(90)}`)]),
      )
      assert.deepEqual(matches, [{ rule: 'davylamp/r', words: ['wide', `k${'\\x01'.repeat(19)}…`], offset: 0 }])
    })

    for (const [pattern, missed] of [
      ['kill.{0,5}', ['kill', 'kill\nand more', 'skill']],
      ['kill.*', ['kill', 'kill\nand more', 'skill']],
      ['kill[^\\n]{3,80}', ['kill -9', 'killall']],
      ['kill[^\\n]{3}', []],
      ['kill[^\\n]{2,79}[^\\n]', []],
      ['kill.+', []],
      ['kill[a-z]{0,5}', []],
      ['kill[ -9]{3,80}', []],
      ['kill[^\\n]{0,60}-9', []],
    ] as const)
      test(`/${pattern}/ ${missed.length > 0 ? 'wants one character more than it says' : 'matches what it says'}`, () => {
        const scanner = scannerFor(`rule r { strings: $a = /${pattern}/ condition: $a }`, engine)
        const texts = ['kill', 'kill\nand more', 'kill -9', 'kill -9 1', 'kill  -9\n', 'killall', 'skill']
        const expected = texts.filter(text => new RegExp(pattern).test(text) && !missed.some(one => one === text))
        assert.deepEqual(
          texts.filter(text => scanner.scan(Buffer.from(text)).matches.length > 0),
          expected,
        )
        scanner.close()
      })

    test('what does not compile is left out with the reason, and what builds on it', () => {
      const text =
        'import "nowhere"\nrule a { condition: unknown_thing }\nrule b { condition: a }\nrule c { condition: true }\n'
      const { compiled, problems } = compileContentRules(
        { own: [{ file: 'x.yar', namespace: 'davylamp', text }] },
        engine,
      )
      assert.deepEqual(problems.map(({ line, rule }) => [line, rule]).sort(), [
        [1, undefined],
        [2, 'a'],
        [3, 'b'],
      ])
      assert.deepEqual(
        compiled.rules.map(rule => rule.id),
        ['davylamp/c'],
      )
    })
  })

test('a content that takes too long is cut, and the next is looked at', {
  skip: natively === undefined && 'no native engine here: WebAssembly cannot be interrupted',
}, () => {
  assert.ok(natively)
  const text = 'rule r { strings: $a = "ab" condition: $a and for all i in (0..4000000000) : (i < 5000000000) }'
  const slow = scannerFor(text, natively, { secondsPerScan: 1 })
  assert.deepEqual(slow.scan(Buffer.from('ab')), { matches: [], cut: ['time'] })
  assert.deepEqual(slow.scan(Buffer.from('cd')), { matches: [], cut: [] })
})
