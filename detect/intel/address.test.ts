import assert from 'node:assert/strict'
import { BlockList, isIP } from 'node:net'
import { test } from 'node:test'
import fc from 'fast-check'
import { normalAddress, normalNetwork } from './address.ts'
import type { Indicator } from './indicator.ts'
import { listedIndicators } from './indicators.ts'
import { guessType, hostOfUrl, normalValue, refang } from './value.ts'

for (const [text, expected] of [
  ['198.51.100.7', '198.51.100.7'],
  ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
  ['fe80::1%eth0', 'fe80::1'],
  ['::ffff:198.51.100.7', '198.51.100.7'],
  ['::FFFF:c633:6407', '198.51.100.7'],
  ['198.51.100.256', undefined],
  ['198.51.100', undefined],
] as const)
  test(`address ${text}`, () => assert.equal(normalAddress(text), expected))

for (const [text, expected] of [
  ['198.51.100.7/24', '198.51.100.0/24'],
  ['198.51.100.7/32', '198.51.100.7'],
  ['0.0.0.0/0', '0.0.0.0/0'],
  ['2001:db8:1:2::7/48', '2001:db8:1::/48'],
  ['2001:db8::7/128', '2001:db8::7'],
  ['2001:db8::ffff/113', '2001:db8::8000/113'],
  ['198.51.100.7/33', undefined],
  ['198.51.100.7/a', undefined],
  ['198.51.100.7/24/1', undefined],
] as const)
  test(`network ${text}`, () => assert.equal(normalNetwork(text), expected))

test('an address is found in exactly the networks that hold it', () => {
  // Few bits differ, so that networks meet addresses.
  const byte = fc.constantFrom(0, 1, 127, 128, 255)
  const four = fc.tuple(byte, byte, byte, byte).map(bytes => bytes.join('.'))
  const six = fc
    .array(fc.constantFrom(0, 1, 0x7fff, 0x8000, 0xffff), { minLength: 8, maxLength: 8 })
    .map(words => words.map(word => word.toString(16)).join(':'))
  const network = fc.oneof(
    fc.tuple(four, fc.integer({ min: 0, max: 32 })),
    fc.tuple(six, fc.integer({ min: 0, max: 128 })),
  )
  fc.assert(
    fc.property(
      fc.array(network, { minLength: 1, maxLength: 6 }),
      fc.array(fc.oneof(four, six), { maxLength: 10 }),
      (networks, addresses) => {
        const known = networks.flatMap(([address, prefix]): Indicator[] => {
          // Mapped addresses are IPv4 here, and a network around them is none.
          if (normalAddress(address) !== address && isIP(normalAddress(address) ?? '') === 4) return []
          return [{ type: 'address', value: normalNetwork(`${address}/${prefix}`) ?? '' }]
        })
        const store = listedIndicators('list', known, '2026-01-01')
        for (const text of addresses) {
          const address = normalAddress(text) ?? ''
          const version = isIP(address) === 4 ? 'ipv4' : 'ipv6'
          const expected = known.some(({ value }) => {
            const [start = '', prefix] = value.split('/')
            if (isIP(start) !== isIP(address)) return false
            const list = new BlockList()
            list.addSubnet(start, Number(prefix ?? (version === 'ipv4' ? 32 : 128)), version)
            return list.check(address, version)
          })
          assert.equal(store.find('address', text).length > 0, expected, `${text} in ${known.map(one => one.value)}`)
        }
      },
    ),
    { numRuns: 300 },
  )
})

for (const [text, type, value] of [
  ['D41D8CD98F00B204E9800998ECF8427E', 'md5', 'd41d8cd98f00b204e9800998ecf8427e'],
  [`sha256:${'a'.repeat(43)}`, 'fingerprint', `SHA256:${'a'.repeat(43)}`],
  [
    'DA:39:A3:EE:5E:6B:4B:0D:32:55:BF:EF:95:60:18:90:AF:D8:07:09',
    'fingerprint',
    'da39a3ee5e6b4b0d3255bfef95601890afd80709',
  ],
  ['*.Evil.example.', 'domain', 'evil.example'],
  ['例え.example', 'domain', 'xn--r8jz45g.example'],
  ['0xDE0B295669A9FD93D5F28D9EC85E40F4CB697BAE', 'wallet', '0xde0b295669a9fd93d5f28d9ec85e40f4cb697bae'],
  ['1.2.3', undefined, undefined],
  ['hello', undefined, undefined],
] as const)
  test(`what ${text} is shows by its looks`, () => {
    assert.equal(guessType(text), type)
    if (type !== undefined) assert.equal(normalValue(type, text), value)
  })

for (const [text, expected] of [
  ['hxxps://c2[.]example', 'https://c2.example'],
  ['c2 [dot] example', 'c2.example'],
  ['198[.]51(.)100{.}7[:]80', '198.51.100.7:80'],
  ['  plain.example ', 'plain.example'],
] as const)
  test(`refang ${text}`, () => assert.equal(refang(text), expected))

for (const [text, expected] of [
  ['https://c2.example:8443/', { type: 'domain', value: 'c2.example' }],
  ['stratum+tcp://pool.example:3333', { type: 'domain', value: 'pool.example' }],
  ['http://user:x@198.51.100.7/a/b?c', { type: 'address', value: '198.51.100.7' }],
  ['http://[2001:db8::1]:80/x', { type: 'address', value: '2001:db8::1' }],
  ['https://many.example/one', undefined],
  ['https://many.example?one', undefined],
  ['not a url', undefined],
] as const)
  test(`host of ${text}`, () => assert.deepEqual(hostOfUrl(text), expected))
