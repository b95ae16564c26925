import assert from 'node:assert/strict'
import { generateKeyPairSync, sign } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { approval, type Approval, type PinnedApprover } from '../../model/wire/index.ts'
import { VirtualKey } from '../people/testing/virtual-key.ts'
import { approvalChallenge, approvalText, isSignedBy } from './verify-approval.ts'

const origin = 'https://center.example:8443'
const relyingParty = 'center.example'

const approved: Approval['approved'] = {
  format: 'davylamp-approval',
  version: 1,
  digests: ['ab'.repeat(32), 'cd'.repeat(32)],
  expiresAt: '2030-01-01T00:00:00Z',
}
const other: Approval['approved'] = { ...approved, digests: ['ab'.repeat(32)] }

for (const algorithm of ['ES256', 'EdDSA'] as const)
  test(`a touch of a security key (${algorithm}) approves exactly what was shown`, async () => {
    const key = new VirtualKey(algorithm)
    const document = touched(key)
    assert.equal(await isSignedBy(document, pinned(key)), true)
    assert.equal(await isSignedBy({ ...document, approved: other }, pinned(key)), false, 'another batch')
    assert.equal(await isSignedBy({ ...document, approver: 'bob' }, pinned(key)), false, 'another name')
    assert.equal(await isSignedBy(document, pinned(new VirtualKey(algorithm))), false, 'another credential')
    const swapped = { ...pinned(new VirtualKey(algorithm)), credential: key.id }
    assert.equal(await isSignedBy(document, swapped), false, 'another key under the same credential')
  })

const lies: Readonly<Record<string, (key: VirtualKey) => Approval>> = {
  'another origin': key => touched(key, { origin: 'https://center.example.evil.example' }),
  'the same name on another port': key => touched(key, { origin: 'https://center.example:9443' }),
  'another relying party': key => touched(key, { rpId: 'evil.example' }),
  'another challenge': key => touched(key, { challenge: approvalChallenge(other) }),
  'no challenge': key => touched(key, { challenge: '' }),
  'nobody touched it': key => touched(Object.assign(key, { touched: false })),
  'inside a foreign page': key => touched(Object.assign(key, { clientLies: { crossOrigin: true } })),
  'a registration': key => touched(Object.assign(key, { clientLies: { type: 'webauthn.create' } })),
  'an origin that is no text': key => touched(Object.assign(key, { clientLies: { origin: [origin] } })),
}
for (const [name, document] of Object.entries(lies))
  test(`a security key's answer does not approve: ${name}`, async () => {
    const key = new VirtualKey()
    assert.equal(await isSignedBy(document(key), pinned(key)), false)
  })

test('a touch without PIN or finger counts: hosts ask for presence', async () => {
  const key = Object.assign(new VirtualKey(), { verifiesUser: false })
  assert.equal(await isSignedBy(touched(key), pinned(key)), true)
})

test('no byte of a proof can be another', async () => {
  const key = new VirtualKey()
  const { proof } = touched(key)
  assert.ok(proof.kind === 'webauthn')
  const parts = ['authenticatorData', 'clientDataJson', 'signature'] as const
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...parts),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      async (part, at, change) => {
        const bytes = Buffer.from(proof[part], 'base64')
        const place = at % bytes.length
        bytes.writeUInt8(bytes.readUInt8(place) ^ change, place)
        const forged = { ...document(), proof: { ...proof, [part]: bytes.toString('base64') } }
        assert.equal(await isSignedBy(forged, pinned(key)), false)
      },
    ),
    { numRuns: 300, seed: 3 },
  )
})

test('any bytes in the places of proof and key are false, never an error', async () => {
  const base64 = fc.uint8Array({ maxLength: 300 }).map(bytes => Buffer.from(bytes).toString('base64'))
  const credential = fc.constantFrom('credential', 'other')
  const client = fc.oneof(
    base64,
    fc.json().map(text => Buffer.from(text).toString('base64')),
  )
  const proofs = fc.oneof(
    fc.record({ kind: fc.constant('ed25519' as const), signature: base64 }),
    fc.record({
      kind: fc.constant('webauthn' as const),
      credential,
      authenticatorData: base64,
      clientDataJson: client,
      signature: base64,
    }),
  )
  const keys = fc.oneof(
    fc.record({ name: fc.constant('ada'), kind: fc.constant('ed25519' as const), key: base64 }),
    fc.record({
      name: fc.constant('ada'),
      kind: fc.constant('webauthn' as const),
      credential,
      key: base64,
      relyingParty: fc.constant(relyingParty),
      origin: fc.constant(origin),
    }),
  )
  await fc.assert(
    fc.asyncProperty(proofs, keys, async (proof, key) => {
      const document = approval.parse({ approved, approver: 'ada', proof })
      assert.equal(await isSignedBy(document, key), false)
    }),
    { numRuns: 500, seed: 5 },
  )
})

test('an Ed25519 key signs the text; other keys in its place sign nothing', async () => {
  const pair = generateKeyPairSync('ed25519')
  const spki = (key: typeof pair.publicKey) => key.export({ format: 'der', type: 'spki' }).toString('base64')
  const signature = sign(null, Buffer.from(approvalText(approved)), pair.privateKey).toString('base64')
  const signed: Approval = { approved, approver: 'ada', proof: { kind: 'ed25519', signature } }
  const key: PinnedApprover = { name: 'ada', kind: 'ed25519', key: spki(pair.publicKey) }
  assert.equal(await isSignedBy(signed, key), true)
  assert.equal(await isSignedBy({ ...signed, approved: other }, key), false)
  assert.equal(await isSignedBy(signed, pinned(new VirtualKey())), false, 'of another kind')
  const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const ecdsa = sign(null, Buffer.from(approvalText(approved)), curve.privateKey).toString('base64')
  const foreign: Approval = { ...signed, proof: { kind: 'ed25519', signature: ecdsa } }
  assert.equal(await isSignedBy(foreign, { ...key, key: spki(curve.publicKey) }), false)
})

function document(): Omit<Approval, 'proof'> {
  return { approved, approver: 'ada' }
}

function touched(key: VirtualKey, asked: { challenge?: string; rpId?: string; origin?: string } = {}): Approval {
  const { challenge = approvalChallenge(approved), rpId = relyingParty } = asked
  const { id, response } = key.get({ challenge, rpId }, asked.origin ?? origin)
  const base64 = (text: string) => Buffer.from(text, 'base64url').toString('base64')
  return {
    ...document(),
    proof: {
      kind: 'webauthn',
      credential: id,
      authenticatorData: base64(response.authenticatorData),
      clientDataJson: base64(response.clientDataJSON),
      signature: base64(response.signature),
    },
  }
}

function pinned(key: VirtualKey): Extract<PinnedApprover, { kind: 'webauthn' }> {
  return { name: 'ada', kind: 'webauthn', credential: key.id, key: key.publicKey, relyingParty, origin }
}
