import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import test from 'node:test'
import fc from 'fast-check'
import { compileRegex } from './regex.ts'

const bs = String.raw

for (const [pattern, text, expected] of [
  ['abc', 'xabcx', true],
  ['^abc$', 'abc\n', true],
  ['^abc$', 'abc\nx', false],
  [bs`\Aabc\z`, 'abc', true],
  [bs`\Aabc\Z`, 'abc\n', true],
  ['(?i)ABC', 'xabc', true],
  ['a(?i)B', 'ab', true],
  ['a(?i)B', 'Ab', false],
  ['a(?i:B)C', 'abC', true],
  ['a(?i:B)C', 'abc', false],
  ['(?i)[a-f]x', 'Bx', true],
  ['(?i)[^a-f]x', 'Bx', false],
  [bs`(?i)[\x41-\x43]`, 'b', true],
  [bs`(?i)[\w-]é`, 'xÉ', true],
  ['(?s).b', '\nb', true],
  ['.b', '\rb', true],
  ['.b', '\nb', false],
  ['(?m)^b$', 'a\nb\nc', true],
  ['[[:alpha:]]{3}[[:digit:]]', 'abc1', true],
  ['[[:punct:]]', 'a', false],
  ['[]a]', ']', true],
  ['[^]a]', ']', false],
  [bs`\h+x`, '\t x', true],
  ['(?P<n>a)(?P=n)', 'aa', true],
  ['(?<n>a)\\k<n>', 'ab', false],
  [bs`\x{41}\x42C`, 'ABC', true],
  [bs`\Qa.b\E+`, 'a.bb', true],
  [bs`\Qa.b\E`, 'axb', false],
  ['a(?#comment)b', 'ab', true],
  ['(a)\\1', 'aa', true],
  ['(?=.*x)(?=.*y).+', 'y..x', true],
  ['(?<!a)b', 'ab', false],
  ['{echo', '{echo', true],
  ['a{,3}b', 'aaab', true],
  [bs`\{base64,-d\}`, '{base64,-d}', true],
  [bs`-(W|R)\s?(\s|"|')([0-9a-fA-F]{2}\s?){2,20}(\s|"|')`, '-W "41 42 43"', true],
  [bs`(?:\s-[^-\s]{0,20}i|\s--inode\s)`, 'ls -lai', true],
  ['(.){200,}', 'x'.repeat(199), false],
  ['(.){200,}', 'x'.repeat(200), true],
  [bs`\R`, 'a\r\nb', true],
  ['[+--]', ',', true],
  [bs`[\d-z]`, '-', true],
  ['a|b', 'b', true],
  [bs`\/etc\/x`, '/etc/x', true],
  [bs`[\u4e00-\u9fff]`, '中', true],
] as const) {
  test(`${pattern} on ${JSON.stringify(text.slice(0, 20))}`, () =>
    assert.equal(compileRegex(pattern).test(text), expected))
}

for (const [pattern, flags, text, expected] of [
  ['a.B', { i: true }, 'xAXbx', true],
  ['^b', { m: true }, 'a\nb', true],
  ['a.b', { s: true }, 'a\nb', true],
  ['(?-i)a', { i: true }, 'A', false],
  ['straße', { i: true }, 'STRAßE', true],
] as const) {
  test(`${pattern} with ${Object.keys(flags)} on ${JSON.stringify(text)}`, () =>
    assert.equal(compileRegex(pattern, flags).test(text), expected))
}

for (const pattern of [
  '(',
  ')',
  '[a',
  'a**',
  'a++',
  '(?>a)',
  '(?R)',
  '(?(1)a|b)',
  bs`\p{L}`,
  'a\\',
  bs`\K`,
  '(*FAIL)',
  '[b-a]',
  '[[:nope:]]',
  '('.repeat(300),
]) {
  test(`${pattern.slice(0, 12)} is an error`, () => assert.throws(() => compileRegex(pattern)))
}

for (const pattern of [
  '^(a+)+$',
  '(?i)^(a+)+$',
  '(a|aa)+$',
  '(a|a?)+$',
  '^(a{1,50}){1,50}$',
  '(.*a){20}b',
  '(?i)(.*a){25}b',
  '(?=a)(a+)+$',
  '(a*)*\\1b',
  '(?<!x)(a|a)*$',
  '([a-z]+)*!?[0-9]',
  'a{1,900}a{1,900}b',
]) {
  test(`${pattern} stays quick on a hostile text`, () => {
    const regex = compileRegex(pattern)
    const started = performance.now()
    for (const length of [40, 4000, 40_000]) regex.test(`${'a'.repeat(length)}!`)
    const took = performance.now() - started
    assert.ok(took < 1500, `${regex.engine} took ${took} ms`)
  })
}

test('the i flag written out means what V8 means by it', () => {
  const piece = fc.constantFrom('a', 'B', '[a-c]', '[^B]', '.', 'x*', '(a|B)', '[Xy]', 'é', '\\w', 'Z?')
  const text = fc.string({ unit: fc.constantFrom('a', 'A', 'b', 'B', 'x', 'X', 'é', 'É', 'z', 'c', 'C', 'y') })
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 6 }), text, (pieces, value) => {
      const pattern = pieces.join('')
      assert.equal(compileRegex(pattern, { i: true }).test(value), new RegExp(pattern, 'i').test(value))
      assert.equal(compileRegex(pattern).test(value), new RegExp(pattern).test(value))
    }),
    { numRuns: 2000 },
  )
})

test('any pattern compiles or throws, and answers', () => {
  const unit = fc.constantFrom(...'ab.*+?|()[]{}^$\\-1,:=!<>iP#')
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit, maxLength: 14 }), fc.string()), fc.string(), (pattern, text) => {
      let regex: ReturnType<typeof compileRegex>
      try {
        regex = compileRegex(pattern)
      } catch (error) {
        assert.ok(error instanceof Error)
        return
      }
      assert.ok([true, false, ...(regex.engine === 'bounded' ? [undefined] : [])].includes(regex.test(text)))
    }),
    { numRuns: 1500 },
  )
})

test('a pattern that is given up answers neither yes nor no, and is not tried without end', () => {
  const regex = compileRegex('^(?=(a+)+$)')
  assert.equal(regex.engine, 'bounded')
  assert.equal(regex.test('aaa'), true)
  assert.equal(regex.test('aab'), false)
  const before = process.threadCpuUsage()
  for (let at = 0; at < 500; at++) assert.equal(regex.test(`${'a'.repeat(60)}!`), undefined)
  const { user } = process.threadCpuUsage(before)
  assert.ok(user < 6_000_000, `${user} µs of the processor`)
})

// Looks for a text that takes about a fifth of the limit, and says what it is told about it again and again.
const looking = `
import { compileRegex } from ${JSON.stringify(new URL('./regex.ts', import.meta.url).href)}
const regex = compileRegex('^(?=(a+)+$|.*!$)')
let text = 'a'.repeat(12) + '!'
for (let spent = 0; spent < 10_000; text = 'a' + text) {
  const before = process.threadCpuUsage()
  regex.test(text)
  spent = process.threadCpuUsage(before).user
}
console.log('ready')
for (let at = 0; at < 20; at++) console.log(compileRegex('^(?=(a+)+$|.*!$)').test(text.slice(1)))
`

test('what a pattern answers does not depend on how busy the machine is', async () => {
  const child = spawn(process.execPath, [...process.execArgv, '--input-type=module-typescript', '--eval', looking], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const answers: string[] = []
  let held: ReturnType<typeof setInterval> | undefined
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      if (line !== 'ready') answers.push(line)
      else
        held = setInterval(() => {
          child.kill('SIGSTOP')
          setTimeout(() => child.kill('SIGCONT'), 80)
        }, 100)
    }
  } finally {
    clearInterval(held)
    child.kill('SIGKILL')
  }
  assert.deepEqual(answers, Array(20).fill('true'))
})
