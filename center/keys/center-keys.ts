import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import { canonicalJson } from '../../engine/index.ts'
import type { CenterKeys, Db, Store } from '../context.ts'
import { type Authority, makeAuthority, openAuthority } from './authority.ts'
import { MasterKeyError, makeMasterKey, readMasterKey } from './master-key.ts'
import { type Seal, SealError, sealWith } from './seal.ts'

/** An order key as agents are told of it: `signedBy` and `signature` let those that pin an older key believe in it. */
export interface OrderKey {
  readonly key: string
  /** SubjectPublicKeyInfo, base64 DER. */
  readonly publicKey: string
  readonly signedBy?: string
  /** Base64, over the RFC 8785 form of `{ key, publicKey }`. */
  readonly signature?: string
}

export interface Keyring extends CenterKeys {
  readonly authority: Authority
  /** Oldest first; all that agents may still pin, and those that are to sign later. */
  orderKeys(): Promise<readonly OrderKey[]>
  /**
   * Makes an order key, signed by the one before. Agents learn of it when they enrol or renew their certificate (after 60 of its 90 days
   * at the latest), so it signs only from `activeFrom` on.
   */
  rotateOrderKey(activeFrom: Date): Promise<OrderKey>
}

export interface KeysOptions {
  readonly store: Store
  /** `<state>/center/master.key` is the master key. */
  readonly state: string
  readonly clock: () => Date
}

/**
 * Opens the keys of this center; makes them at the first start. Throws `MasterKeyError` when the store's keys were sealed with another
 * master key than that of this state folder: nothing is made anew then, since all agents trust the old ones.
 */
export async function openCenterKeys({ store, state, clock }: KeysOptions): Promise<Keyring> {
  const path = join(state, 'center', 'master.key')
  const seal = sealWith(await masterKeyFor(store, path))
  await store.owner.transaction().execute(db => makeMissing(db, seal, clock()))
  const authority = await readAuthority(store, seal, path)
  const signers = signersOf(store, seal, clock)
  return {
    authority,
    ...seal,
    signOrder: async bytes => {
      const { key, privateKey } = await signers()
      return { key, signature: sign(null, bytes, privateKey).toString('base64') }
    },
    orderKeys: async () => (await orderKeyRows(store.owner)).map(shownOrderKey),
    rotateOrderKey: activeFrom => rotate(store, seal, activeFrom),
  }
}

async function masterKeyFor(store: Store, path: string): Promise<Buffer> {
  const key = await readMasterKey(path)
  if (key !== undefined) return key
  const any = await store.owner.selectFrom('center_key').select('key_id').limit(1).executeTakeFirst()
  if (any === undefined) return makeMasterKey(path)
  // Another process may have made both between the two looks.
  if (existsSync(path)) return makeMasterKey(path)
  throw new MasterKeyError(
    `The store has keys, but ${path} is absent. Copy master.key from a center that works on this store, or restore a backup.`,
  )
}

/** At the first start of the first center. The lock lets only one of several make them. */
async function makeMissing(db: Db, seal: Seal, at: Date): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(hashtext('davylamp center keys'))`.execute(db)
  const present = await db.selectFrom('center_key').select('kind').execute()
  if (!present.some(({ kind }) => kind === 'authority')) {
    const { certificate, privateKey, publicKey } = await makeAuthority(at)
    const key_id = newKeyId('ca')
    await db
      .insertInto('center_key')
      .values({
        key_id,
        kind: 'authority',
        sealed: seal.seal(privateKey, contextOf(key_id)),
        public_key: publicKey,
        certificate,
        signed_by: null,
        signature: null,
        active_from: at,
      })
      .execute()
  }
  if (!present.some(({ kind }) => kind === 'order')) await insertOrderKey(db, seal, at, undefined)
}

async function readAuthority(store: Store, seal: Seal, path: string): Promise<Authority> {
  const row = await store.owner
    .selectFrom('center_key')
    .selectAll()
    .where('kind', '=', 'authority')
    .executeTakeFirstOrThrow()
  try {
    return await openAuthority(row.certificate ?? '', seal.open(row.sealed, contextOf(row.key_id)))
  } catch (error) {
    if (!(error instanceof SealError)) throw error
    throw new MasterKeyError(
      `${path} is not the master key of this store. Copy master.key from a center that works on this store, or restore a backup.`,
    )
  }
}

type OrderKeyRow = Awaited<ReturnType<typeof orderKeyRows>>[number]

function orderKeyRows(db: Store['owner'] | Db) {
  return db
    .selectFrom('center_key')
    .selectAll()
    .where('kind', '=', 'order')
    .orderBy('active_from')
    .orderBy('created_at')
    .execute()
}

function shownOrderKey(row: OrderKeyRow): OrderKey {
  return {
    key: row.key_id,
    publicKey: row.public_key.toString('base64'),
    ...(row.signed_by === null ? {} : { signedBy: row.signed_by }),
    ...(row.signature === null ? {} : { signature: row.signature.toString('base64') }),
  }
}

/** The key that signs now. Looked up again each minute, so that a rotation by one center reaches the others. */
function signersOf(store: Store, seal: Seal, clock: () => Date) {
  let known: { readonly key: string; readonly privateKey: KeyObject; readonly until: number } | undefined
  return async () => {
    const now = clock()
    if (known !== undefined && now.getTime() < known.until) return known
    const row = (await orderKeyRows(store.owner)).findLast(one => one.active_from <= now)
    if (row === undefined) throw new Error('No order key is active: is the clock of this machine right?')
    const privateKey = openOrderKey(seal, row)
    known = { key: row.key_id, privateKey, until: now.getTime() + 60_000 }
    return known
  }
}

async function rotate(store: Store, seal: Seal, activeFrom: Date): Promise<OrderKey> {
  return store.owner.transaction().execute(async db => {
    await sql`SELECT pg_advisory_xact_lock(hashtext('davylamp center keys'))`.execute(db)
    const before = (await orderKeyRows(db)).at(-1)
    if (before !== undefined && before.active_from >= activeFrom)
      throw new Error(
        `Order key ${before.key_id} already begins at ${before.active_from.toISOString()}. Choose a later time.`,
      )
    return insertOrderKey(db, seal, activeFrom, before)
  })
}

async function insertOrderKey(db: Db, seal: Seal, at: Date, before: OrderKeyRow | undefined): Promise<OrderKey> {
  const pair = generateKeyPairSync('ed25519')
  const key_id = newKeyId('order')
  const publicKey = pair.publicKey.export({ format: 'der', type: 'spki' })
  const statement = Buffer.from(canonicalJson({ key: key_id, publicKey: publicKey.toString('base64') }))
  const signature = before === undefined ? null : sign(null, statement, openOrderKey(seal, before))
  const row = await db
    .insertInto('center_key')
    .values({
      key_id,
      kind: 'order',
      sealed: seal.seal(pair.privateKey.export({ format: 'der', type: 'pkcs8' }), contextOf(key_id)),
      public_key: publicKey,
      certificate: null,
      signed_by: before?.key_id ?? null,
      signature,
      active_from: at,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  return shownOrderKey(row)
}

function openOrderKey(seal: Seal, row: OrderKeyRow): KeyObject {
  return createPrivateKey({ key: seal.open(row.sealed, contextOf(row.key_id)), format: 'der', type: 'pkcs8' })
}

function newKeyId(kind: string): string {
  return `${kind}-${randomBytes(6).toString('hex')}`
}

/** A sealed key put into another row does not open there. */
function contextOf(keyId: string): string {
  return `center_key:${keyId}`
}
