import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { findWallet, findWallets } from './find-wallets.ts'

/** Examples of specifications and documentation, and addresses that projects publish as their own. */
const published: readonly (readonly [coin: string, address: string])[] = [
  ['monero', '44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3A'],
  ['bitcoin', '1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2'],
  ['bitcoin', '3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy'],
  ['bitcoin', 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4'],
  ['bitcoin', 'bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0'],
  ['ethereum', '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed'],
  ['ethereum', '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359'],
  ['bitcoin cash', 'bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a'],
  ['conflux', 'cfx:aaejuaaaaaaaaaaaaaaaaaaaaaaaaaaaaegg2r16ar'],
  ['xelis', 'xel:vs3mfyywt0fjys0rgslue7mm4wr23xdgejsjk0ld7f2kxng4d4nqqnkdufz'],
  ['qubic', 'AFZPUAIYVPNUYGJRQVLUKOPPVLHAZQTGLYAAUUNBXFTVTAMSBKQBLEIEPCVJ'],
  ['ergo', '9fRAWhdxEsTcdb8PhGNrZfwqa65zfkuYHAMmkQLcic1gdLSV5vA'],
]

for (const [coin, address] of published)
  describe(coin, () => {
    test(`${address.slice(0, 16)}… is found in a command line`, () =>
      assert.deepEqual(findWallets(Buffer.from(`-o 192.0.2.1:443 -u ${address}.worker1 -p x`)), [{ coin, address }]))

    test(`${address.slice(0, 16)}… with one letter changed is none`, () => {
      const at = address.length - 8
      const other = address[at] === 'A' ? 'B' : address[at] === 'B' ? 'A' : address[at] === 'q' ? 'p' : 'q'
      const letter = /[A-Z]/.test(address[at] ?? '') && coin === 'qubic' ? (other === 'q' ? 'C' : other) : other
      const changed = address.slice(0, at) + letter + address.slice(at + 1)
      assert.deepEqual(findWallets(Buffer.from(changed)), [])
    })
  })

test('an address of Ethereum in one case has no checksum', () =>
  assert.deepEqual(findWallets(Buffer.from(published[5]?.[1].toLowerCase() ?? '')), []))

test('addresses that contracts have too are no proof of a payout', () => {
  const contract = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed'
  const payout = '1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2'
  assert.equal(findWallet(Buffer.from(contract)), undefined)
  assert.equal(findWallet(Buffer.from(`${contract} ${payout}`)), payout)
})

const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

/** An encoder of the test's own: Base58Check as the Bitcoin wiki describes it. */
function base58Check(body: Uint8Array): string {
  const sum = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest()
  const whole = Buffer.concat([body, sum(sum(body)).subarray(0, 4)])
  let value = BigInt(`0x${whole.toString('hex')}`)
  let text = ''
  for (; value > 0n; value /= 58n) text = (alphabet[Number(value % 58n)] ?? '') + text
  const zeros = whole.findIndex(byte => byte !== 0)
  return '1'.repeat(zeros) + text
}

test('what is encoded is found, of every version that is known', () => {
  const versions: readonly (readonly [coin: string, version: number[]])[] = [
    ['bitcoin', [0]],
    ['ravencoin, raptoreum or verus', [60]],
    ['neurai', [53]],
    ['clore', [23]],
    ['dash', [76]],
    ['litecoin', [48]],
    ['zcash or flux', [0x1c, 0xb8]],
  ]
  fc.assert(
    fc.property(fc.constantFrom(...versions), fc.uint8Array({ minLength: 20, maxLength: 20 }), (one, hash) => {
      const address = base58Check(Buffer.from([...one[1], ...hash]))
      assert.deepEqual(findWallets(Buffer.from(`"user":"${address}"`)), [{ coin: one[0], address }])
    }),
  )
})

test('random words are no wallets', () => {
  const letter = fc.constantFrom(...alphabet)
  const word = fc.oneof(
    fc.string({ unit: letter, minLength: 26, maxLength: 36 }),
    fc.string({ unit: letter, minLength: 94, maxLength: 97 }),
    fc.string({ unit: letter, minLength: 51, maxLength: 51 }).map(text => `9${text.slice(1)}`),
    fc
      .string({ unit: fc.constantFrom(...'qpzry9x8gf2tvdw0s3jn54khce6mua7l'), minLength: 61 })
      .map(text => `kaspa:${text}`),
  )
  fc.assert(fc.property(word, text => assert.deepEqual(findWallets(Buffer.from(text)), [])))
})

test('bytes of any kind and a table of what looks like addresses take little time', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), bytes => void findWallets(Buffer.from(bytes))))
  const started = process.cpuUsage()
  const row = '4AfUP827TeRZ1cck3tZThgZbRCEwBrpcJTkA1LCiyFVuMH4b5y59bKMZHGb9y58K3gSjWDCBsB4RkGsGDhsmMG5R2qmbLeX '
  assert.deepEqual(findWallets(Buffer.from(row.repeat(50_000))), [])
  // Processor time, because other tests run beside this one.
  const { user, system } = process.cpuUsage(started)
  assert.ok(user + system < 8_000_000)
})
