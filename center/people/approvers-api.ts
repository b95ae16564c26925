import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import { stringify } from 'yaml'
import { canonicalJson } from '../../engine/index.ts'
import type { approverRoutes } from '../../model/api/index.ts'
import type { PinnedApprover } from '../../model/wire/index.ts'
import type { ApiHandlers } from '../api/index.ts'
import type { Caller, Db } from '../context.ts'
import { badRequest, conflict, notFound } from '../problem-error.ts'
import { uuid7 } from '../uuid7.ts'
import { ownSession } from './authenticate.ts'
import { needRelyingParty } from './security-key.ts'
import { requireWholeUser } from './user.ts'

export const approverHandlers: ApiHandlers<typeof approverRoutes> = {
  async listApproverKeys(_, { caller, db }) {
    const rows = await keys(db, caller.tenant).where('approver_key.revoked_at', 'is', null).execute()
    return { items: rows.map(shown) }
  },

  async registerApproverKey({ body }, { caller, db, center, audit }) {
    ownSession(caller)
    const columns =
      body.kind === 'ed25519'
        ? { kind: body.kind, credential: null, public_key: ownEd25519(body), relying_party: null, origin: null }
        : await ownSecurityKey(db, caller, body.credential, center.settings.address)
    const id = uuid7(center.clock())
    const made = await db
      .insertInto('approver_key')
      .values({ tenant_id: caller.tenant, key_id: id, user_id: caller.id, name: body.name, ...columns })
      .onConflict(same => same.columns(['tenant_id', 'name']).doNothing())
      .returning('key_id')
      .executeTakeFirst()
    if (!made)
      throw conflict('This name is taken', 'Names of revoked keys stay taken, because hosts may still pin them.')
    await audit('approver-key.registered', { kind: 'approver-key', id }, { name: body.name, kind: body.kind })
    return shown(await keys(db, caller.tenant).where('approver_key.key_id', '=', id).executeTakeFirstOrThrow())
  },

  async revokeApproverKey({ params }, { caller, db, center, audit }) {
    ownSession(caller)
    const row = await keys(db, caller.tenant).where('approver_key.key_id', '=', params.key).executeTakeFirst()
    if (!row || row.revoked_at !== null) throw notFound('approver key')
    if (row.user_id !== caller.id) await requireWholeUser(db, caller, row.user_id)
    await db
      .updateTable('approver_key')
      .set({ revoked_at: center.clock() })
      .where('tenant_id', '=', caller.tenant)
      .where('key_id', '=', params.key)
      .execute()
    await audit('approver-key.revoked', { kind: 'approver-key', id: params.key }, { name: row.name })
  },
}

/** What shows that an Ed25519 key is one's own: signed over the RFC 8785 form of this. */
export function approverKeyStatement(name: string, key: string): Buffer {
  return Buffer.from(canonicalJson({ format: 'davylamp-approver-key', key, name }))
}

/** A key as it was registered, and whose it is. */
export interface ApproverKey {
  /** User id. */
  readonly user: string
  /** By somebody, or because its owner's account is not in use any more. */
  readonly revoked: boolean
  readonly pinned: PinnedApprover
}

/**
 * The key that has this name; `undefined`: nobody registered one. What people register is the one source of keys that the center
 * checks approvals with, and what `agentYml` shows for hosts to pin. Names are never given twice, revoked ones included.
 */
export async function approverKeyNamed(db: Db, tenant: string, name: string): Promise<ApproverKey | undefined> {
  const row = await keys(db, tenant).where('approver_key.name', '=', name).executeTakeFirst()
  return (
    row && { user: row.user_id, revoked: row.revoked_at !== null || row.user_state !== 'active', pinned: pinned(row) }
  )
}

function ownEd25519(body: { readonly name: string; readonly key: string; readonly signature: string }): Buffer {
  const der = Buffer.from(body.key, 'base64')
  const key = ed25519(der)
  if (!key)
    throw badRequest(
      'This is no Ed25519 public key',
      'It must be SubjectPublicKeyInfo in DER, base64: `davylamp approver key` prints it.',
    )
  if (!verify(null, approverKeyStatement(body.name, body.key), key, Buffer.from(body.signature, 'base64')))
    throw badRequest('The signature is not by this key', 'Sign name and key as `davylamp approver key` does.')
  return der
}

function ed25519(der: Buffer): KeyObject | undefined {
  try {
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' })
    return key.asymmetricKeyType === 'ed25519' ? key : undefined
  } catch {
    return undefined
  }
}

async function ownSecurityKey(db: Db, caller: Caller, credential: string, address: string) {
  const party = needRelyingParty(address)
  const row = await db
    .selectFrom('webauthn_credential')
    .select(['credential_id', 'public_key'])
    .where('tenant_id', '=', caller.tenant)
    .where('user_id', '=', caller.id)
    .where('credential_id', '=', credential)
    .executeTakeFirst()
  if (!row) throw notFound('security key')
  return {
    kind: 'webauthn',
    credential: row.credential_id,
    public_key: row.public_key,
    relying_party: party.id,
    origin: party.origin,
  }
}

function keys(db: Db, tenant: string) {
  return db
    .selectFrom('approver_key')
    .innerJoin('user_account', join =>
      join
        .onRef('user_account.tenant_id', '=', 'approver_key.tenant_id')
        .onRef('user_account.user_id', '=', 'approver_key.user_id'),
    )
    .selectAll('approver_key')
    .select(['user_account.name as user_name', 'user_account.state as user_state'])
    .where('approver_key.tenant_id', '=', tenant)
    .orderBy('approver_key.name')
    .limit(1_000)
}

type Row = Awaited<ReturnType<ReturnType<typeof keys>['execute']>>[number]

function shown(row: Row) {
  const key = pinned(row)
  return {
    id: row.key_id,
    name: row.name,
    user: row.user_name,
    kind: key.kind,
    ...(key.kind === 'webauthn' ? { securityKey: { credential: key.credential, origin: key.origin } } : {}),
    createdAt: row.created_at.toISOString(),
    agentYml: stringify({ orders: { approvers: [key] } }),
  }
}

function pinned(row: Row): PinnedApprover {
  const { name } = row
  const key = row.public_key.toString('base64')
  if (row.kind !== 'webauthn') return { name, kind: 'ed25519', key }
  const { credential, relying_party: relyingParty, origin } = row
  return {
    name,
    kind: 'webauthn',
    credential: credential ?? '',
    key,
    relyingParty: relyingParty ?? '',
    origin: origin ?? '',
  }
}
