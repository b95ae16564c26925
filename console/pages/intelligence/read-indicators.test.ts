import assert from 'node:assert/strict'
import { test } from 'node:test'
import { guessKind, refang } from './indicator-kind.ts'
import { readIndicators } from './read-indicators.ts'
import { patternValues } from './stix.ts'

const now = new Date('2026-11-22T03:00:00Z')
const hash = 'a'.repeat(64)
const wallet = '4'.padEnd(95, 'B')
const key = `SHA256:${'k'.repeat(43)}`

test('kinds are told by their looks', () => {
  const seen = [hash, 'b'.repeat(32), '203.0.113.7', '2001:db8::1', 'pool.example.org', wallet, key, 'x', '/etc/passwd']
  assert.deepEqual(seen.map(guessKind), [
    'hash',
    'hash',
    'address',
    'address',
    'domain',
    'wallet',
    'key',
    undefined,
    undefined,
  ])
  assert.equal(refang(' pool[.]example(dot)org '), 'pool.example.org')
})

test('one on each line, with what is wrong said by line', () => {
  const { items, problems } = readIndicators(
    `# a list\n${hash}\npool[.]example.org\r\n\n203.0.113.0/24\nhxxp://evil.example.org/x\nwhat is this\n${hash.toUpperCase()}\n`,
    now,
  )
  assert.deepEqual(
    items.map(({ kind, value }) => [kind, value.toLowerCase()]),
    [
      ['hash', hash],
      ['domain', 'pool.example.org'],
    ],
  )
  assert.deepEqual(
    problems.map(({ place, what }) => [place, what]),
    [
      ['5', 'network'],
      ['6', 'url'],
      ['7', 'kind'],
    ],
  )
})

test('CSV with a heading in any order, quotes, and without one', () => {
  const headed = readIndicators(
    `type,indicator,severity,description,valid_until\nSHA256,${hash},High,"miner, the ""big"" one",2027-01-01T00:00:00Z\ndomain,203.0.113.7,,,\nip,203.0.113.7,urgent,,\nip,203.0.113.8,,,yesterday\nip,203.0.113.9,,,2020-01-01\n`,
    now,
  )
  assert.deepEqual(headed.items, [
    { kind: 'hash', value: hash, level: 'high', note: 'miner, the "big" one', expiresAt: '2027-01-01T00:00:00.000Z' },
  ])
  assert.deepEqual(
    headed.problems.map(({ place, what }) => [place, what]),
    [
      ['3', 'not-kind'],
      ['4', 'level'],
      ['5', 'time'],
      ['6', 'ended'],
    ],
  )
  assert.deepEqual(readIndicators('203.0.113.7;address;low;a note', now).items, [
    { kind: 'address', value: '203.0.113.7', level: 'low', note: 'a note' },
  ])
})

test('a STIX bundle gives its single values', () => {
  const object = (more: object) => ({
    type: 'indicator',
    id: `indicator--${JSON.stringify(more).length}`,
    pattern_type: 'stix',
    ...more,
  })
  const { items, problems } = readIndicators(
    JSON.stringify({
      type: 'bundle',
      id: 'bundle--1',
      objects: [
        object({ pattern: `[file:hashes.'SHA-256' = '${hash}']`, name: 'Miner', valid_until: '2027-05-01T00:00:00Z' }),
        object({ pattern: "[ipv4-addr:value = '203.0.113.7'] OR [domain-name:value = 'pool.example.org']" }),
        object({ pattern: "[ipv4-addr:value = '203.0.113.8' AND network-traffic:dst_port = 3333]" }),
        object({ pattern: 'rule x {}', pattern_type: 'yara' }),
        object({ pattern: "[ipv4-addr:value = '203.0.113.9']", revoked: true }),
        object({ pattern: "[domain-name:value = 'old.example.org']", valid_until: '2020-01-01T00:00:00Z' }),
        { type: 'malware', id: 'malware--1', name: 'x' },
        'nonsense',
      ],
    }),
    now,
  )
  assert.deepEqual(items, [
    { kind: 'hash', value: hash, note: 'Miner', expiresAt: '2027-05-01T00:00:00.000Z' },
    { kind: 'address', value: '203.0.113.7' },
    { kind: 'domain', value: 'pool.example.org' },
  ])
  assert.deepEqual(
    problems.map(({ what }) => what),
    ['pattern', 'pattern', 'ended'],
  )
  assert.deepEqual(readIndicators('{"type":"bundle"', now).problems, [{ place: 'JSON', value: '', what: 'stix' }])
})

test('patterns of STIX', () => {
  const values = (pattern: string) => patternValues(pattern)?.map(({ value }) => value)
  assert.deepEqual(values("[ipv4-addr:value IN ('203.0.113.7', '203.0.113.8')]"), ['203.0.113.7', '203.0.113.8'])
  assert.deepEqual(values("[(domain-name:value = 'a.example' OR domain-name:value = 'b AND c.example')]"), [
    'a.example',
    'b AND c.example',
  ])
  assert.deepEqual(values("[domain-name:value = 'it\\'s']"), ["it's"])
  assert.equal(values("[domain-name:value LIKE '%.example']"), undefined)
  assert.equal(values("[url:value = 'http://a.example/x']"), undefined)
  assert.equal(values("[ipv4-addr:value = '203.0.113.7'] FOLLOWEDBY [domain-name:value = 'a.example']"), undefined)
  assert.equal(values("[ipv4-addr:value != '203.0.113.7']"), undefined)
  assert.equal(values(''), undefined)
})
