import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { compileRules, evaluate } from './compile.ts'
import { parseRules } from './parse.ts'

const bs = String.raw

/** A selection in YAML, an event, and whether they fit. */
const cases: readonly (readonly [string, object, boolean])[] = [
  // plain values
  ['{ Image: powershell.exe }', { Image: 'PowerShell.EXE' }, true],
  ['{ Image: powershell }', { Image: 'powershell.exe' }, false],
  ['{ EventID: 4688 }', { EventID: 4688 }, true],
  ['{ EventID: 4688 }', { EventID: '4688' }, true],
  ["{ EventID: '4688' }", { EventID: 4688 }, true],
  ['{ EventID: 4688 }', { EventID: 46880 }, false],
  ['{ EventID: 4688 }', { EventID: '04688' }, false],
  ['{ EventID: [1, 2] }', { EventID: 2 }, true],
  ['{ Status: 0x1F }', { Status: '0x1f' }, true],
  ['{ Status: 0x1F }', { Status: 31 }, true],
  ['{ mode: 0755 }', { mode: '0755' }, true],
  ['{ Initiated: true }', { Initiated: 'True' }, true],
  ["{ Initiated: 'true' }", { Initiated: true }, true],
  ['{ Initiated: true }', { Initiated: 1 }, false],
  ['{ a: x, b: y }', { a: 'x', b: 'z' }, false],
  ['{ a: x, b: y }', { a: 'x', b: 'y' }, true],
  ['[{ a: x }, { b: y }]', { b: 'y' }, true],
  ['[{ a: x, c: z }, { b: y }]', { a: 'x' }, false],
  ['{ a: Straße }', { a: 'STRAßE' }, true],
  ['{ a: ÄRGER }', { a: 'ärger' }, true],
  ['{ __proto__: x }', {}, false],
  ['{ constructor: "*" }', {}, false],
  // wildcards and escapes
  ["{ a: '*cmd.exe' }", { a: 'C:\\cmd.exe' }, true],
  ["{ a: 'prog?.exe' }", { a: 'progA.exe' }, true],
  ["{ a: 'prog?.exe' }", { a: 'prog.exe' }, false],
  ["{ a: 'a*b*c' }", { a: 'a--b\n--c' }, true],
  ["{ a: 'a*b*c' }", { a: 'acb' }, false],
  [bs`{ a: 'what\?' }`, { a: 'what?' }, true],
  [bs`{ a: 'what\?' }`, { a: 'whats' }, false],
  [bs`{ a: '\*.exe' }`, { a: '*.exe' }, true],
  [bs`{ a: '\*.exe' }`, { a: 'a.exe' }, false],
  [bs`{ a: 'C:\\*' }`, { a: 'C:\\Windows' }, true],
  [bs`{ a: 'C:\\*' }`, { a: 'C:*' }, false],
  [bs`{ a: 'C:\*' }`, { a: 'C:*' }, true],
  [bs`{ a: 'C:\Windows\\Temp' }`, { a: bs`C:\Windows\Temp` }, true],
  [bs`{ a: '\\\\server\share' }`, { a: bs`\\server\share` }, true],
  [bs`{ a|contains: '\\\\' }`, { a: bs`x\\y` }, true],
  [bs`{ a|contains: '\\\\' }`, { a: bs`x\y` }, false],
  [bs`{ a|endswith: '\' }`, { a: 'dir\\' }, true],
  [bs`{ a|startswith: '\Device\' }`, { a: bs`\DEVICE\HarddiskVolume1` }, true],
  [bs`{ a|contains: '\Temp\*\x' }`, { a: bs`C:\Temp*\x` }, true],
  [bs`{ a|contains: '\Temp\\*\x' }`, { a: bs`C:\Temp\1\x.exe` }, true],
  ["{ a: '*' }", { a: 'anything' }, true],
  ["{ a: '*' }", { a: '' }, true],
  ["{ a: '*' }", {}, false],
  ["{ a: '*' }", { a: null }, false],
  ["{ a: '?*' }", { a: '' }, false],
  // contains, startswith, endswith, all, cased
  ['{ a|contains: MIMI }', { a: 'xmimikatz' }, true],
  ['{ a|startswith: mimi }', { a: 'xmimikatz' }, false],
  ['{ a|endswith: KATZ }', { a: 'mimikatz' }, true],
  ['{ a|contains: [x, y] }', { a: 'only y' }, true],
  ['{ a|contains|all: [x, y] }', { a: 'only y' }, false],
  ['{ a|contains|all: [x, y] }', { a: 'y and x' }, true],
  ['{ a|all|contains: [x, y] }', { a: 'y and x' }, true],
  ["{ a|contains: 'a*c' }", { a: 'xxabcxx' }, true],
  ["{ a|startswith: 'a?c' }", { a: 'abcde' }, true],
  ['{ a|contains: 46 }', { a: 4688 }, true],
  ['{ a|contains|cased: MIMI }', { a: 'mimi' }, false],
  ['{ a|cased|contains: MIMI }', { a: 'xMIMI' }, true],
  ['{ a|cased: Abc }', { a: 'abc' }, false],
  ["{ a|contains: '' }", { a: 'x' }, true],
  ["{ a|contains: '' }", {}, false],
  // null, empty, exists
  ['{ a: null }', {}, true],
  ['{ a: null }', { a: null }, true],
  ['{ a: null }', { a: '' }, false],
  ['{ a: null }', { a: 'x' }, false],
  ['{ a: }', {}, true],
  ["{ a: '' }", { a: '' }, true],
  ["{ a: '' }", {}, false],
  ["{ a: '' }", { a: null }, false],
  ["{ a: [null, ''] }", { a: '' }, true],
  ['{ a: [] }', {}, true],
  ['{ a: null }', { a: [] }, true],
  ['{ a|exists: true }', { a: null }, true],
  ['{ a|exists: true }', {}, false],
  ['{ a|exists: false }', {}, true],
  ["{ a|exists: 'false' }", { a: '' }, false],
  // lists, nested objects, odd names
  ['{ a: y }', { a: ['x', 'Y'] }, true],
  ['{ a|contains|all: [x, y] }', { a: ['ax', 'ay'] }, true],
  ['{ a.b: y }', { a: { b: 'Y' } }, true],
  ['{ a.b: y }', { 'a.b': 'Y' }, true],
  ['{ a.b.c: y }', { 'a.b': { c: 'y' } }, true],
  ['{ a.b: y }', { a: [{ b: 'x' }, { b: 'y' }] }, true],
  ['{ a.b: y }', { a: 'y' }, false],
  ["{ 'Product Name': y }", { 'Product Name': 'Y' }, true],
  ["{ 'Product Name|contains': y }", { 'Product Name': 'xYx' }, true],
  ['{ a.b: null }', { a: {} }, true],
  // numbers
  ['{ n|gt: 5 }', { n: 6 }, true],
  ['{ n|gt: 5 }', { n: '6' }, true],
  ['{ n|gt: 5 }', { n: 5 }, false],
  ['{ n|gte: 5 }', { n: 5 }, true],
  ['{ n|lt: 5 }', { n: -1 }, true],
  ['{ n|lt: 5 }', {}, false],
  ['{ n|lt: 5 }', { n: 'abc' }, false],
  ['{ n|lt: 5 }', { n: '' }, false],
  ['{ n|lte: 5.5 }', { n: 5.5 }, true],
  ["{ n|gt: '5' }", { n: 10 }, true],
  ['{ n|neq: 5 }', { n: 6 }, true],
  ['{ n|neq: 5 }', { n: '5' }, false],
  ['{ n|neq: [5, 6] }', { n: 6 }, false],
  ['{ n|neq: [5, 6] }', { n: 7 }, true],
  ['{ a|contains|neq: x }', { a: 'axb' }, false],
  ['{ a|neq: X }', { a: 'x' }, false],
  // regular expressions
  ["{ a|re: 'a.c' }", { a: 'xabcx' }, true],
  ["{ a|re: 'a.c' }", { a: 'xABCx' }, false],
  ["{ a|re|i: 'a.c' }", { a: 'xABCx' }, true],
  ["{ a|re: '(?i)a.c' }", { a: 'xABCx' }, true],
  ["{ a|re: '^b' }", { a: 'a\nb' }, false],
  ["{ a|re|m: '^b' }", { a: 'a\nb' }, true],
  ["{ a|re: 'a.b' }", { a: 'a\nb' }, false],
  ["{ a|re|s: 'a.b' }", { a: 'a\nb' }, true],
  ["{ a|re|i|m|s: '^B.C' }", { a: 'a\nb\nc' }, true],
  [bs`{ a|re: '\\\\server' }`, { a: bs`\\server` }, true],
  [bs`{ a|re: 'C:\\Temp\\.*' }`, { a: bs`C:\Temp\x` }, true],
  ["{ a|re: ['x', 'y$'] }", { a: 'by' }, true],
  ["{ n|re: '^\\d{4}$' }", { n: 4688 }, true],
  ["{ a|re|startswith: 'b' }", { a: 'ab' }, false],
  ["{ a|re: '.*' }", {}, false],
  // cidr
  ['{ ip|cidr: 10.0.0.0/8 }', { ip: '10.255.1.2' }, true],
  ['{ ip|cidr: 10.0.0.0/8 }', { ip: '11.0.0.1' }, false],
  ['{ ip|cidr: [192.168.0.0/16, 10.0.0.0/9] }', { ip: '10.128.0.1' }, false],
  ["{ ip|cidr: '172.16.0.0/12' }", { ip: '172.31.255.255' }, true],
  ["{ ip|cidr: 'fe80::/10' }", { ip: 'fe80::1%eth0' }, true],
  ["{ ip|cidr: 'fc00::/7' }", { ip: 'fd12:3456::1' }, true],
  ["{ ip|cidr: '::1/128' }", { ip: '0:0:0:0:0:0:0:1' }, true],
  ['{ ip|cidr: 10.0.0.0/8 }', { ip: '::ffff:10.1.2.3' }, true],
  ['{ ip|cidr: 0.0.0.0/0 }', { ip: '::1' }, false],
  ['{ ip|cidr: 10.0.0.0/8 }', { ip: 'host' }, false],
  ['{ ip|cidr: 10.0.0.1 }', { ip: '10.0.0.1' }, true],
  // encodings
  ["{ a|base64: 'foobar' }", { a: 'Zm9vYmFy' }, true],
  ["{ a|base64|contains: 'foobar' }", { a: 'xx Zm9vYmFy xx' }, true],
  ["{ a|base64offset|contains: 'IEX ' }", { a: Buffer.from('..IEX (x').toString('base64') }, true],
  ["{ a|wide|base64offset|contains: 'http://' }", { a: Buffer.from(' http://x', 'utf16le').toString('base64') }, true],
  [
    "{ a|utf16le|base64offset|contains: 'http://' }",
    { a: Buffer.from('xhttp://', 'utf16le').toString('base64') },
    true,
  ],
  ["{ a|utf16be|base64: 'ab' }", { a: Buffer.from([0, 97, 0, 98]).toString('base64') }, true],
  ["{ a|utf16|base64: 'ab' }", { a: Buffer.from([255, 254, 97, 0, 98, 0]).toString('base64') }, true],
  ["{ a|base64: 'é' }", { a: Buffer.from('é').toString('base64') }, true],
  ["{ a|wide|base64: 'é' }", { a: Buffer.from('é', 'utf16le').toString('base64') }, true],
  // windash
  ["{ a|windash|contains: ' -exec ' }", { a: 'find /exec x' }, true],
  ["{ a|contains|windash: ' -exec ' }", { a: 'find \u2014exec x' }, true],
  ["{ a|contains|windash: ' -exec ' }", { a: 'find +exec x' }, false],
  ["{ a|windash|contains|all: [' -a ', ' -b '] }", { a: 'x /a \u2013b y' }, true],
  ["{ a|windash|contains: '-param-name' }", { a: '/param-name' }, true],
  ["{ a|windash|contains: '-param-name' }", { a: '/param/name' }, false],
  ["{ a|windash|contains: ' /f' }", { a: 'x -f' }, true],
  // fieldref
  ['{ a|fieldref: b }', { a: 'X', b: 'x' }, true],
  ['{ a|fieldref: b }', { a: 'X', b: 'y' }, false],
  ['{ a|fieldref: b }', { a: 'X' }, false],
  ['{ a|fieldref|neq: b }', { a: 'X', b: 'y' }, true],
  ['{ a|fieldref|startswith: b }', { a: 'abc', b: 'ab' }, true],
  ['{ a|fieldref|endswith: b }', { a: 'abc', b: 'bc' }, true],
  ['{ a|fieldref|contains: b }', { a: 'abcd', b: 'bc' }, true],
  ['{ a|fieldref: b }', { a: 5, b: '5' }, true],
  // keywords
  ['[evil, worse]', { message: 'so EVIL here' }, true],
  ['[evil]', { message: 'good', deep: { er: ['an evil thing'] } }, true],
  ['[evil]', { evil: 'good' }, false],
  ["['Trojan*FOUND']", { m: 'x: Trojan.Gen FOUND today' }, true],
  ["{ '|all': [a b, c d] }", { m: 'a b', n: 'c d' }, true],
  ["{ '|all': [a b, c d] }", { m: 'a b' }, false],
  ["{ '|re': 'e.il' }", { m: 'EVIL evil' }, true],
  ['evil', { m: 'evil' }, true],
  ['[4688]', { m: 'event 4688 x' }, true],
  // time
  ['{ t|hour: 3 }', { t: '2024-02-29T03:59:00+05:00' }, true],
  ['{ t|hour|gte: 22 }', { t: '2024-02-29 23:10:00' }, true],
  ['{ t|minute: 59 }', { t: '2024-02-29T03:59:00Z' }, true],
  ['{ t|day: 29 }', { t: '2024-02-29' }, true],
  ['{ t|month: 2 }', { t: '2024-02-29' }, true],
  ['{ t|year: 2024 }', { t: 1_709_165_000 }, true],
  ['{ t|week: 9 }', { t: '2024-02-29' }, true],
  ['{ t|week: 53 }', { t: '2021-01-03' }, true],
  ['{ t|hour: 3 }', { t: 'never' }, false],
  // expand
  ["{ a|expand: '%admins%' }", { a: 'ROOT' }, true],
  ["{ a|expand: 'x\\%admins%' }", { a: 'x%admins%' }, true],
  ["{ a|contains|expand: '-%servers%-' }", { a: 'on -srv12- now' }, true],
  ["{ a: '%admins%' }", { a: '%admins%' }, true],
  ["{ a|expand: '%nobody%' }", { a: '' }, false],
]

for (const [selection, event, expected] of cases) {
  test(`${selection} ${expected ? 'fits' : 'does not fit'} ${JSON.stringify(event)}`, () =>
    assert.equal(fits(selection, event), expected))
}

for (const selection of [
  '{ a|nosuch: x }',
  '{ a|toString: x }',
  '{ a|contains|re: x }',
  '{ a|base64|re: x }',
  '{ a|i: x }',
  '{ a|contains|i: x }',
  '{ a|re: "(" }',
  "{ a|re: 'a++b' }",
  '{ a|cidr: 10.0.0.0/33 }',
  '{ a|cidr: 10.* }',
  '{ a|cidr|contains: 10.0.0.0/8 }',
  '{ a|exists: maybe }',
  '{ a|contains|exists: true }',
  '{ a|gt: abc }',
  '{ a|gt: null }',
  '{ a|contains|gt: 5 }',
  '{ a|gt|contains: 5 }',
  '{ a|contains: null }',
  "{ a|base64: 'x*' }",
  '{ a|contains|base64: x }',
  "{ a|fieldref: 'b*' }",
  "{ '|exists': true }",
  '{ a: { b: c } }',
  '{ a: [[x]] }',
  '{}',
  '[]',
]) {
  test(`${selection} is an error`, () => {
    const { errors, rules } = compiled(selection)
    assert.deepEqual([errors.length, rules.length], [1, 0])
  })
}

test('base64offset finds a text at every offset', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme-ascii', minLength: 3 }),
      fc.uint8Array(),
      fc.uint8Array(),
      (text, before, after) => {
        const literal = text.replace(/[\\*?]/g, '\\$&')
        const whole = Buffer.concat([before, Buffer.from(text), after]).toString('base64')
        assert.ok(fits(JSON.stringify({ 'a|base64offset|contains': literal }), { a: whole }))
      },
    ),
    { numRuns: 300 },
  )
})

test('any value and any chain of modifiers is a rule or an error, never a crash', () => {
  const modifier = fc.constantFrom(
    ...'contains all startswith endswith re i m s cidr base64 base64offset wide utf16 windash exists gt neq fieldref expand cased hour'.split(
      ' ',
    ),
  )
  const value = fc.oneof(
    fc.string({ maxLength: 12 }),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.constantFrom('(a+)+$', '%x%', '10.0.0.0/8'),
  )
  fc.assert(
    fc.property(
      fc.array(modifier, { maxLength: 4 }),
      fc.array(value, { maxLength: 3 }),
      fc.dictionary(fc.string(), fc.jsonValue()),
      (names, values, event) => {
        const selection = JSON.stringify({ [['a', ...names].join('|')]: values })
        const ruleSet = compiled(selection)
        assert.ok(ruleSet.rules.length + ruleSet.errors.length + ruleSet.warnings.length >= 1)
        evaluate(ruleSet, { ...event, a: Object.values(event) }, { category: 'test' })
      },
    ),
    { numRuns: 500 },
  )
})

function compiled(selection: string) {
  const { rules, errors } = parseRules(
    `title: t\nid: t\nlogsource: { category: test }\ndetection:\n  selection: ${selection}\n  condition: selection\n`,
  )
  assert.deepEqual(errors, [])
  const values: { [name: string]: string[] } = { admins: ['root', 'toor'], servers: ['srv*'] }
  return compileRules(rules, { placeholders: name => values[name] })
}

function fits(selection: string, event: object): boolean {
  const ruleSet = compiled(selection)
  assert.deepEqual(ruleSet.errors, [])
  return evaluate(ruleSet, { ...event }, { category: 'test' }).length > 0
}
