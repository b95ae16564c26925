import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import type { Indicator } from '../indicator.ts'
import { readSharedPlaces } from '../shared-places.ts'
import type { ColumnUse } from './columns.ts'
import { readList } from './read-list.ts'
import { EntrySink, timeOf } from './sink.ts'
import type { TableChoice } from './table.ts'

const md5 = 'd41d8cd98f00b204e9800998ecf8427e'
const sha1 = 'da39a3ee5e6b4b0d3255bfef95601890afd80709'
const sha256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
const key = `SHA256:${'k'.repeat(43)}`
const now = '2026-06-01T00:00:00.000Z'

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function read(content: string | Buffer, choice?: TableChoice, size = 7) {
  const found: Indicator[] = []
  const gone: string[] = []
  const sink = new EntrySink(
    { add: one => void found.push(one), remove: (type, value) => void gone.push(`${type} ${value}`) },
    { now },
    readSharedPlaces('104.16.0.0/13\ngithub.com\n'),
  )
  const form = await readList(pieces(Buffer.from(content), size), sink, { choice })
  const left = Object.fromEntries(sink.left.map(one => [one.why, one.count]))
  return {
    form,
    found,
    gone,
    left,
    said: found.map(({ type, value, ...rest }) => [`${type} ${value}`, ...Object.values(rest)].join(' | ')),
  }
}

const misp = {
  Event: {
    info: 'Kinsing wave',
    Tag: [{ name: 'misp:confidence-level="usually-confident"' }],
    Attribute: [
      { type: 'ip-dst|port', value: '198.51.100.7|443', to_ids: true, timestamp: '1767225600' },
      { type: 'filename|sha256', value: `x.sh|${sha256}`, to_ids: true, comment: 'dropper' },
      { type: 'domain|ip', value: 'c2.example|198.51.100.9', to_ids: true },
      { type: 'md5', value: md5, to_ids: false },
      { type: 'email-src', value: 'a@b.example', to_ids: true },
      { type: 'sha1', value: sha1, to_ids: true, deleted: true },
      { type: 5 },
    ],
    Object: [{ Attribute: [{ type: 'xmr', value: `4${'A'.repeat(94)}`, to_ids: true }] }],
  },
}
const stix = {
  type: 'bundle',
  id: 'bundle--1',
  objects: [
    { type: 'malware', id: 'malware--1', name: 'x' },
    {
      type: 'indicator',
      id: 'indicator--1',
      pattern_type: 'stix',
      pattern: `[file:hashes.MD5 = '${md5}']`,
      name: 'XMRig',
      confidence: 90,
      valid_from: '2026-01-01T00:00:00Z',
      valid_until: '2027-01-01T00:00:00Z',
    },
    { type: 'indicator', id: 'indicator--2', pattern_type: 'yara', pattern: 'rule x {}' },
    { type: 'indicator', id: 'indicator--3', pattern: "[domain-name:value = 'old.example']", revoked: true },
    { type: 'indicator', id: 'indicator--4', pattern: "[email-addr:value = 'a@b.example']" },
    { type: 'indicator', id: 'indicator--5', pattern: '[' },
    { type: 'indicator', id: 'indicator--6' },
  ],
}

for (const [name, content, said, left] of [
  [
    'values with remarks',
    `# a list\n${md5}\r\n  198.51.100[.]7  # pool\n\nhxxps://c2[.]example\nevil.example ; x\n${key}\n`,
    [`md5 ${md5}`, 'address 198.51.100.7 | pool', 'domain c2.example', 'domain evil.example | x', `fingerprint ${key}`],
    {},
  ],
  [
    'md5sum and sha256sum',
    `${md5}  a file.bin\n${sha256} *b\n`,
    [`md5 ${md5} | a file.bin`, `sha256 ${sha256} | b`],
    {},
  ],
  [
    'a block list for /etc/hosts',
    '127.0.0.1 localhost\n0.0.0.0 a.example b.example\n',
    ['domain a.example', 'domain b.example'],
    {},
  ],
  ['filters of a browser', '! title\n||a.example^\n', ['domain a.example'], {}],
  [
    'networks and ports',
    '198.51.100.0/24\n203.0.113.9:3333\n[2001:DB8::1]:443\n10.0.0.0/7\n',
    ['address 198.51.100.0/24', 'address 203.0.113.9', 'address 2001:db8::1'],
    { 'it names far too many hosts at once': 1 },
  ],
  [
    'what many share',
    'github.com\n104.16.1.1\nraw.github.com\ngithub.io\n',
    ['domain raw.github.com'],
    { 'it is shared by many who have nothing to do with each other': 2, 'it names far too many hosts at once': 1 },
  ],
  [
    'names in the first line',
    `type,value,confidence,date,expires,about\nsha256,${sha256},90,2026-05-01,2027-01-01,"a, b"\nip:port,203.0.113.9:443,,,,\nbogus,x,,,,\n`,
    [`sha256 ${sha256} | 2026-05-01T00:00:00.000Z | 90 | 2027-01-01T00:00:00.000Z | a, b`, 'address 203.0.113.9'],
    { 'nothing here is a "bogus"': 1 },
  ],
  [
    'names of columns in a remark',
    `# "first_seen_utc","sha256_hash","signature"\n"2026-05-01 10:00:00", "${sha256}", "XMRig"\n`,
    [`sha256 ${sha256} | 2026-05-01T10:00:00.000Z | XMRig`],
    {},
  ],
  ['several hashes of a row', `name;md5;sha1;sha256\nx;${md5};${sha1};\n`, [`md5 ${md5} | x`, `sha1 ${sha1} | x`], {}],
  [
    "the center's columns",
    `hash,${md5.toUpperCase()},high,our note,2027-01-31\nkey,${key},,,\n`,
    [`md5 ${md5} | 2027-01-31T00:00:00.000Z | our note`, `fingerprint ${key}`],
    {},
  ],
  ['one column with a name', `sha256\n${sha256}\n`, [`sha256 ${sha256}`], {}],
  [
    'URLs',
    'url\nhttp://203.0.113.9/x.sh\nhttps://many.example/x\nhttps://one.example/\n',
    ['address 203.0.113.9', 'domain one.example'],
    { 'it is a URL with a path: its host alone would accuse too much': 1 },
  ],
  [
    'names of other alphabets',
    'münchen.example\nXN--MNCHEN-3YA.example.\n',
    ['domain xn--mnchen-3ya.example', 'domain xn--mnchen-3ya.example'],
    {},
  ],
  ['nothing that is known', 'hello\n12\n', [], { 'what it is cannot be told by its looks': 2 }],
  ['a list in JSON', JSON.stringify([md5, 'a.example']), [`md5 ${md5}`, 'domain a.example'], {}],
  [
    'MISP',
    JSON.stringify(misp),
    [
      'address 198.51.100.7 | 2026-01-01T00:00:00.000Z | 75 | Kinsing wave',
      `sha256 ${sha256} | 75 | Kinsing wave; dropper`,
      'domain c2.example | 75 | Kinsing wave',
      'address 198.51.100.9 | 75 | Kinsing wave',
      `wallet 4${'A'.repeat(94)} | 75 | Kinsing wave`,
    ],
    {
      'its source does not want it used for detection (to_ids)': 1,
      "MISP's email-src is nothing that is looked for here": 1,
      'an attribute that is not as MISP writes them': 1,
    },
  ],
  [
    'STIX',
    JSON.stringify(stix),
    [`md5 ${md5} | 2026-01-01T00:00:00.000Z | 90 | 2027-01-01T00:00:00.000Z | XMRig`],
    {
      'a pattern in the language yara, not in that of STIX': 1,
      'nothing here has email-addr:value': 1,
      'a pattern with a fault: a name was expected at character 2': 1,
      'an indicator that is not as STIX writes them': 1,
    },
  ],
] as const)
  test(`reads ${name}, whole, packed and in any pieces`, async () => {
    for (const form of [
      Buffer.from(content),
      gzipSync(content),
      zstdCompressSync(content),
      Buffer.from(`\ufeff${content}`),
      Buffer.from(`\ufeff${content}`, 'utf16le'),
    ]) {
      const got = await read(form)
      assert.deepEqual([got.said, got.left], [said, left])
    }
    assert.deepEqual((await read(content, undefined, 100_000)).said, said)
  })

test('what a source takes back is taken back', async () => {
  assert.deepEqual((await read(JSON.stringify(misp))).gone, [`sha1 ${sha1}`])
  assert.deepEqual((await read(JSON.stringify(stix))).gone, ['domain old.example'])
})

const nsrl = `"SHA-1","MD5","CRC32","FileName","FileSize","ProductCode","OpSystemCode","SpecialCode"\n"${sha1}","${md5}","00000000","a.txt",1,2,"3",""\n`
for (const [name, content, says] of [
  ['ordinary files', nsrl, /files of ordinary programs/],
  ['a web page', '<!DOCTYPE html><html>', /a web page/],
  ['XML', '<?xml version="1.0"?><stix:STIX_Package>', /XML \(STIX 1/],
  ['a zip', 'PK\u0003\u0004abc', /zip archive/],
  ['broken JSON', '{"type": "bundle"', /begins like JSON/],
  ['other JSON', '{"a": 1}', /neither a STIX 2 bundle nor/],
  ['a manifest', '{"5c6f8d2a-1b2c-4d3e-8f4a-5b6c7d8e9f00": {"timestamp": "1"}}', /manifest of a MISP feed/],
  ['a broken archive', Buffer.from([0x1f, 0x8b, 1, 2, 3]), /cannot be unpacked/],
] as const)
  test(`refuses ${name} and says why`, () => assert.rejects(read(content), says))

test('columns that are named count, by name or number', async () => {
  const chosen = (...pairs: (readonly [ColumnUse, string])[]) => ({ columns: pairs })
  assert.deepEqual((await read(nsrl, chosen(['sha1', 'SHA-1'], ['about', 'FileName']))).said, [`sha1 ${sha1} | a.txt`])
  const bare = `x|${md5}|50\n`
  assert.deepEqual((await read(bare, { ...chosen(['md5', '2'], ['confidence', '3']), delimiter: '|' })).said, [
    `md5 ${md5} | 50`,
  ])
  const certificates = `# Listingdate,SHA1,Listingreason\n2026-01-01 00:00:00,${sha1},Kinsing C2\n`
  assert.deepEqual((await read(certificates, chosen(['fingerprint', 'SHA1'], ['about', 'Listingreason']))).said, [
    `fingerprint ${sha1} | Kinsing C2`,
  ])
  await assert.rejects(read(nsrl, chosen(['sha1', 'hash'])), /there is no column "hash": there are SHA-1, MD5/)
})

test('CSV cells come back as they were written, in any pieces', async () => {
  const cell = fc
    .string({ unit: fc.constantFrom('a', '"', ',', '\n', ' ', 'ü', ';', "'"), maxLength: 12 })
    .map(text => `x${text.trim()}x`)
  await fc.assert(
    fc.asyncProperty(
      fc.array(cell, { minLength: 1, maxLength: 20 }),
      fc.integer({ min: 1, max: 60 }),
      async (abouts, size) => {
        const rows = abouts.map((about, at) => `${at.toString(16).padStart(32, '0')},"${about.replaceAll('"', '""')}"`)
        const { found } = await read(`md5,about\n${rows.join('\n')}\n`, undefined, size)
        assert.deepEqual(
          found.map(one => one.about),
          abouts.map(about => about.replaceAll(/\s+/g, ' ')),
        )
      },
    ),
    { numRuns: 60 },
  )
})

test('any bytes are a list, or are refused in words', async () => {
  const text = fc.string({
    unit: fc.constantFrom('a', '"', ',', '\n', '#', '{', '}', '[', ']', ':', '1', '.', '|', '\u0000', 'é'),
    maxLength: 300,
  })
  await fc.assert(
    fc.asyncProperty(text, async content => {
      try {
        await read(content)
      } catch (error) {
        assert.equal(error instanceof Error && error.name, 'WrongListError')
      }
    }),
    { numRuns: 200 },
  )
})

test('any document of JSON is one of these forms, or is refused in words', async () => {
  const keys = fc.constantFrom(
    'type',
    'objects',
    'Event',
    'response',
    'Attribute',
    'Object',
    'value',
    'to_ids',
    'id',
    'pattern',
    'Tag',
    'name',
  )
  const leaf = fc.oneof(
    fc.constantFrom(
      'bundle',
      'indicator',
      'md5',
      md5,
      'ip-dst|port',
      '|',
      "[domain-name:value = 'a.example']",
      '',
      'x'.repeat(300),
    ),
    fc.boolean(),
    fc.integer(),
    fc.constant(null),
  )
  const { document } = fc.letrec<{ document: unknown }>(tie => ({
    document: fc.oneof(
      { depthSize: 'small' },
      leaf,
      fc.array(tie('document'), { maxLength: 4 }),
      fc.dictionary(keys, tie('document'), { maxKeys: 5 }),
    ),
  }))
  await fc.assert(
    fc.asyncProperty(document, async content => {
      try {
        await read(JSON.stringify(content))
        await read(JSON.stringify({ Event: content }))
        await read(JSON.stringify({ type: 'bundle', objects: [content] }))
      } catch (error) {
        assert.equal(error instanceof Error && error.name, 'WrongListError', String(error))
      }
    }),
    { numRuns: 200 },
  )
})

test('every attribute of MISP that is used comes back under its own type', async () => {
  const attribute = fc.oneof(
    fc
      .record({ type: fc.constantFrom('md5', 'filename|md5'), hex: fc.stringMatching(/^[0-9a-f]{32}$/) })
      .map(({ type, hex }) => [type, type === 'md5' ? hex : `x|${hex}`, `md5 ${hex}`]),
    fc
      .ipV4()
      .filter(one => !one.startsWith('104.'))
      .map(one => ['ip-dst', one, `address ${one}`]),
    fc.stringMatching(/^[a-z][a-z0-9]{2,10}$/).map(one => ['hostname', `${one}.example`, `domain ${one}.example`]),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(attribute, { maxLength: 20 }), async all => {
      const Attribute = all.map(([type, value]) => ({ type, value, to_ids: true }))
      const { said } = await read(JSON.stringify({ response: [{ Event: { Attribute } }] }))
      assert.deepEqual(
        said,
        all.map(one => one[2]),
      )
    }),
    { numRuns: 60 },
  )
})

test('a line without end does not fill the memory', async () => {
  const { left, said } = await read(
    Buffer.concat([Buffer.alloc(300_000, 'a'), Buffer.from(`\n${md5}\n`)]),
    undefined,
    65_536,
  )
  assert.ok((left['a line longer than 64 KiB'] ?? 0) >= 1)
  assert.deepEqual(said, [`md5 ${md5}`])
})

for (const [text, expected] of [
  ['2026-05-01', '2026-05-01T00:00:00.000Z'],
  ['2026-05-01 10:11:12 UTC', '2026-05-01T10:11:12.000Z'],
  ['2026-05-01T10:11:12.5+02:00', '2026-05-01T08:11:12.500Z'],
  ['1767225600', '2026-01-01T00:00:00.000Z'],
  ['soon', undefined],
  ['2026-13-45', undefined],
] as const)
  test(`the date ${text}`, () => assert.equal(timeOf(text), expected))
