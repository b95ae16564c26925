import assert from 'node:assert/strict'
import { createPublicKey, verify } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { canonicalHash, canonicalJson } from '../../engine/index.ts'
import type { Plan } from '../../model/index.ts'
import type { OrderAction } from '../../model/wire/index.ts'
import { whatDiffers } from './approve.ts'
import { publicKeyOf, readKey, signed, writeNewKey } from './approver-key.ts'

const agent = '7d1f3c52-6f0e-4f5e-9f43-0d0f6f3b7f11'
const body = {
  format: 'davylamp-plan',
  version: 1,
  target: { root: '/', live: true },
  incidents: ['i'],
  actions: [],
  skipped: [],
  advice: [],
} as const
const plan: Plan = {
  ...body,
  incidents: [...body.incidents],
  actions: [],
  skipped: [],
  advice: [],
  id: canonicalHash(body),
}
const clean = { kind: 'clean', incident: 'i', handling: 'in-depth', plan: plan.id } as const
const digest = (action: OrderAction) => canonicalHash({ agent, action })

test('what is shown is what is signed', () => {
  assert.equal(whatDiffers({ action: clean, digest: digest(clean), plan }, agent), undefined)
  const block: OrderAction = { kind: 'block', addresses: ['198.51.100.7'], seconds: 60 }
  assert.equal(whatDiffers({ action: block, digest: digest(block) }, agent), undefined)
})

const unnamed: OrderAction = { kind: 'clean', incident: 'i', handling: 'in-depth' }
const wrong: readonly (readonly [string, Parameters<typeof whatDiffers>[0], RegExp])[] = [
  [
    'another action than the digest',
    { action: { ...clean, incident: 'j' }, digest: digest(clean), plan },
    /its digest/,
  ],
  [
    'another host than the digest',
    { action: clean, digest: canonicalHash({ agent: 'x', action: clean }), plan },
    /its digest/,
  ],
  ['no plan named', { action: unnamed, digest: digest(unnamed) }, /names no plan/],
  ['a plan that is not shown', { action: clean, digest: digest(clean) }, /does not show/],
  [
    'another plan than the one named',
    { action: clean, digest: digest(clean), plan: { ...plan, id: 'x' } },
    /not the one/,
  ],
  [
    'a plan that was changed',
    { action: clean, digest: digest(clean), plan: { ...plan, incidents: ['k'] } },
    /not the one/,
  ],
]
for (const [what, order, says] of wrong)
  test(`is not signed: ${what}`, () => assert.match(whatDiffers(order, agent) ?? '', says))

test('a key is kept with its name, for its owner only, and signs the RFC 8785 form', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'davylamp-key-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'key.pem')
  const made = writeNewKey(path, 'mira', '')
  assert.throws(() => writeNewKey(path, 'mira', ''), /is there already/)
  const read = await readKey(path)
  assert.deepEqual([read.name, publicKeyOf(read)], ['mira', publicKeyOf(made)])
  const document = { b: 1, a: 'ü' }
  const key = createPublicKey({ key: Buffer.from(publicKeyOf(read), 'base64'), format: 'der', type: 'spki' })
  assert.ok(verify(null, Buffer.from(canonicalJson(document)), key, Buffer.from(signed(read, document), 'base64')))
  writeNewKey(join(folder, 'locked.pem'), 'mira', 'a secret')
  assert.match(readFileSync(join(folder, 'locked.pem'), 'utf8'), /BEGIN ENCRYPTED PRIVATE KEY/)
  await assert.rejects(readKey(join(folder, 'locked.pem')), /no terminal to ask/)
  writeFileSync(join(folder, 'none.pem'), 'x')
  await assert.rejects(readKey(join(folder, 'none.pem')), /no Ed25519 private key/)
})
