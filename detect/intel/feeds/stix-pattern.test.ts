import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { NotAValueError, patternValues } from './pattern-values.ts'
import { type Pattern, PatternError, parsePattern } from './stix-pattern.ts'

const md5 = 'd41d8cd98f00b204e9800998ecf8427e'
const sha256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

for (const [pattern, expected] of [
  [`[file:hashes.'SHA-256' = '${sha256}']`, [`sha256 ${sha256}`]],
  [`[file:hashes.MD5 = '${md5}' OR file:hashes."SHA-1" = 'x']`, /cannot be read from character/],
  [`[file:hashes.MD5 = '${md5}'] OR [ipv4-addr:value = '198.51.100.7']`, [`md5 ${md5}`, 'address 198.51.100.7']],
  ["[ipv4-addr:value IN ('198.51.100.7', '198.51.100.8')]", ['address 198.51.100.7', 'address 198.51.100.8']],
  ["[ipv4-addr:value ISSUBSET '198.51.100.0/24']", ['address 198.51.100.0/24']],
  [
    "([domain-name:value = 'a.example'] OR ([domain-name:value='b.example']))",
    ['domain a.example', 'domain b.example'],
  ],
  [`[file:hashes.MD5 = '${md5}' AND file:hashes.'SHA-256' = '${sha256}' AND file:name = 'x']`, [`sha256 ${sha256}`]],
  [
    "[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value = '198.51.100.7']",
    ['address 198.51.100.7'],
  ],
  ["[url:value = 'https://c2.example/']", ['domain c2.example']],
  [
    "[x509-certificate:hashes.'SHA-1' = 'da39a3ee5e6b4b0d3255bfef95601890afd80709']",
    ['fingerprint da39a3ee5e6b4b0d3255bfef95601890afd80709'],
  ],
  ["[cryptocurrency-wallet:value = 'w']", ['wallet w']],
  ["[domain-name:value = 'it\\'s \\\\']", ["domain it's \\"]],
  ["/* a */ [ domain-name:value == 'a.example' ] // b", ['domain a.example']],
  ["[url:value = 'https://github.example/a/b']", /URL with a path/],
  ["[ipv4-addr:value = '198.51.100.7' AND network-traffic:dst_port = 443]", /several things together/],
  [`[file:hashes.MD5 = '${md5}'] AND [ipv4-addr:value = '198.51.100.7']`, /several things together/],
  ["[domain-name:value = 'a.example'] FOLLOWEDBY [domain-name:value = 'b.example']", /one after the other/],
  ["[domain-name:value = 'a.example'] REPEATS 5 TIMES WITHIN 30 SECONDS", /a time or a number/],
  [
    "[domain-name:value = 'a.example'] START t'2026-01-01T00:00:00Z' STOP t'2026-02-01T00:00:00Z'",
    /a time or a number/,
  ],
  ["[domain-name:value NOT = 'a.example']", /compares by NOT =/],
  ["[domain-name:value LIKE '%.example']", /compares by LIKE/],
  ["[domain-name:value != 'a.example']", /compares by !=/],
  ['[EXISTS windows-registry-key:key]', /nothing here has windows-registry-key:key/],
  ["[user-account:account_login = 'hilde']", /nothing here has user-account:account_login/],
  ["[file:name = 'AND [ipv4-addr:value = 1]']", /nothing here has file:name/],
  ["[process:extensions[*].x[0].'a b' = h'00']", /nothing here has process/],
  ["[domain-name:value = 'a.example'", /] was expected/],
  ["domain-name:value = 'a.example'", /\( was expected/],
  ['[domain-name:value = a.example]', /a value was expected/],
  ['', /\( was expected/],
  [`${'('.repeat(100)}[a:b = 1]${')'.repeat(100)}`, /fewer brackets/],
] as const)
  test(`pattern ${pattern.slice(0, 90)}`, () => {
    const values = () => patternValues(parsePattern(pattern)).map(({ type, value }) => `${type} ${value}`)
    if (expected instanceof RegExp)
      assert.throws(
        values,
        error => (error instanceof NotAValueError || error instanceof PatternError) && expected.test(error.message),
      )
    else assert.deepEqual(values(), expected)
  })

const text = fc.string({ unit: fc.constantFrom('a', "'", '\\', ' ', ']', 'é', '[', 'OR'), maxLength: 8 })
const comparison = fc.record({
  object: fc.constantFrom('file', 'ipv4-addr', 'x-own-thing'),
  path: fc.array(fc.constantFrom('value', 'hashes', 'SHA-256', 'a b', '[0]', '[*]'), { minLength: 1, maxLength: 3 }),
  operator: fc.constantFrom('=', '!=', '<', '>=', 'LIKE', 'MATCHES', 'ISSUBSET'),
  negated: fc.boolean(),
  value: text,
})
const { tree } = fc.letrec<{ tree: Tree; comparisons: Tree }>(tie => ({
  comparisons: fc.oneof(
    { depthSize: 'small' },
    comparison.map((one): Tree => ({ kind: 'comparison', ...one })),
    fc
      .tuple(
        fc.constantFrom('and' as const, 'or' as const),
        fc.array(tie('comparisons'), { minLength: 2, maxLength: 3 }),
      )
      .map(([kind, parts]): Tree => ({ kind, parts })),
  ),
  tree: fc.oneof(
    { depthSize: 'small' },
    tie('comparisons').map((part): Tree => ({ kind: 'observation', part })),
    fc
      .tuple(
        fc.constantFrom('and' as const, 'or' as const, 'followed-by' as const),
        fc.array(tie('tree'), { minLength: 2, maxLength: 3 }),
      )
      .map(([kind, parts]): Tree => ({ kind, parts })),
    tie('tree').map((part): Tree => ({ kind: 'qualified', part })),
  ),
}))

type Tree =
  | { kind: 'comparison'; object: string; path: string[]; operator: string; negated: boolean; value: string }
  | { kind: 'and' | 'or' | 'followed-by'; parts: Tree[] }
  | { kind: 'observation' | 'qualified'; part: Tree }

function written(one: Tree): string {
  switch (one.kind) {
    case 'comparison': {
      const [first = '', ...rest] = one.path.map(step => (/^\[|^[a-z]+$/.test(step) ? step : `'${step}'`))
      const path = rest.reduce(
        (all, step) => (step.startsWith('[') ? `${all}${step}` : `${all}.${step}`),
        first.startsWith('[') ? `'${first}'` : first,
      )
      return `${one.object}:${path} ${one.negated ? 'NOT ' : ''}${one.operator} '${one.value.replaceAll(/['\\]/g, '\\$&')}'`
    }
    case 'observation':
      return `[${written(one.part)}]`
    case 'qualified':
      return `(${written(one.part)}) WITHIN 5 SECONDS`
    default: {
      const word = { and: 'AND', or: 'OR', 'followed-by': 'FOLLOWEDBY' }[one.kind]
      return one.parts.map(part => `(${written(part)})`).join(` ${word} `)
    }
  }
}

function plain(one: Tree): unknown {
  if (one.kind === 'comparison') {
    const { value, ...rest } = one
    return { ...rest, values: [value] }
  }
  if ('part' in one) return { kind: one.kind, part: plain(one.part) }
  return { kind: one.kind, parts: one.parts.map(plain) }
}

test('whatever a pattern says is read as it was meant', () => {
  fc.assert(
    fc.property(tree, one => {
      const read: Pattern = parsePattern(written(one))
      assert.deepEqual(JSON.parse(JSON.stringify(read)), JSON.parse(JSON.stringify(plain(one))))
    }),
    { numRuns: 300 },
  )
})

test('any text is a pattern or a fault in words, never a crash', () => {
  const pieces = fc.constantFrom(
    '[',
    ']',
    '(',
    ')',
    'file:',
    'hashes',
    '.',
    "'a'",
    "'",
    '=',
    ' ',
    'AND',
    ' OR ',
    'IN',
    ',',
    'NOT ',
    't',
    'START ',
    '5',
    '\\',
    '/*',
    '*',
  )
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 60 }), parts => {
      try {
        patternValues(parsePattern(parts.join('')))
      } catch (error) {
        assert.ok(error instanceof PatternError || error instanceof NotAValueError, String(error))
      }
    }),
    { numRuns: 500 },
  )
})
