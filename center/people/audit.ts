import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import { canonicalJson } from '../../engine/index.ts'
import type { AuditEntry, AuditHead, AuditVerdict } from '../../model/api/index.ts'
import type { WriteAudit } from '../api/index.ts'
import type { Db } from '../context.ts'

export interface AuditFact {
  readonly tenant: string
  readonly actor: AuditEntry['actor']
  readonly address: string
  readonly action: string
  readonly object: { readonly kind: string; readonly id: string }
  /** JSON, no secrets. */
  readonly detail?: unknown
  readonly request?: string
  readonly at?: Date
}

/** What goes before the first entry. */
const nothing = Buffer.alloc(32)
const lookedAtOnce = 1_000
const longestDetail = 65_536

/**
 * Appends in the caller's transaction. The lock is held until it ends, so entries get their numbers in the order of the commits
 * and none is ever missing: a transaction that fails takes its entry with it.
 */
export async function appendAudit(db: Db, fact: AuditFact): Promise<AuditHead> {
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`davylamp audit ${fact.tenant}`}, 0))`.execute(db)
  const last = await lastEntry(db, fact.tenant)
  const entry = storable(fact, (last?.sequence ?? 0) + 1)
  const previous = last?.hash ?? nothing
  const hash = hashOfEntry(fact.tenant, entry, previous)
  await db
    .insertInto('audit_entry')
    .values({
      tenant_id: fact.tenant,
      sequence: entry.sequence,
      at: entry.at,
      actor_kind: entry.actor.kind,
      actor_id: entry.actor.id,
      actor: entry.actor.name,
      address: entry.address,
      action: entry.action,
      object_kind: entry.object.kind,
      object_id: entry.object.id,
      detail: JSON.stringify(entry.detail),
      request: entry.request,
      previous,
      hash,
    })
    .execute()
  return { sequence: entry.sequence, hash: hash.toString('hex'), at: entry.at }
}

/** The audit function of the API's server. */
export const writeAudit: WriteAudit = async (db, { tenant, caller, action, object, detail, request }) => {
  const actor = { kind: caller.kind, id: caller.id, name: caller.name }
  await appendAudit(db, { tenant, actor, address: caller.address, action, object, detail, request })
}

/**
 * Computes all hashes of a tenant's log again. A changed, deleted, inserted or reordered entry breaks the chain where it lies; a cut end or
 * a log written anew is only found by `heads` that were kept outside of the store.
 */
export async function verifyAudit(db: Db, tenant: string, heads: readonly AuditHead[] = []): Promise<AuditVerdict> {
  const kept = Map.groupBy(heads, head => head.sequence)
  let head: AuditHead = { sequence: 0, hash: nothing.toString('hex') }
  const broken = (brokenAt: number, reason: string): AuditVerdict => {
    return { ok: false, entries: head.sequence, head, brokenAt, reason }
  }
  for await (const row of allEntries(db, tenant)) {
    const expected = head.sequence + 1
    if (row.sequence !== expected) return broken(expected, `Entry ${expected} is missing.`)
    const previous = Buffer.from(head.hash, 'hex')
    if (!row.previous.equals(previous)) return broken(expected, `Entry ${expected} does not follow the one before it.`)
    if (!hashOfEntry(tenant, shownEntry(row), previous).equals(row.hash))
      return broken(expected, `Entry ${expected} was changed.`)
    head = { sequence: expected, hash: row.hash.toString('hex'), at: row.at.toISOString() }
    if (kept.get(expected)?.some(one => one.hash !== row.hash.toString('hex')))
      return broken(expected, `Up to entry ${expected} the log is not the one whose head was kept.`)
  }
  const newest = Math.max(0, ...kept.keys())
  if (newest > head.sequence)
    return broken(head.sequence + 1, `The log ends at entry ${head.sequence}; entry ${newest} was once there.`)
  return { ok: true, entries: head.sequence, head }
}

export async function headOf(db: Db, tenant: string): Promise<AuditHead> {
  const last = await lastEntry(db, tenant)
  if (!last) return { sequence: 0, hash: nothing.toString('hex') }
  return { sequence: last.sequence, hash: last.hash.toString('hex'), at: last.at.toISOString() }
}

type Row = Awaited<ReturnType<typeof entriesAfter>>[number]

export function shownEntry(row: Omit<Row, 'previous'>): AuditEntry {
  return {
    sequence: row.sequence,
    at: row.at.toISOString(),
    actor: { kind: actorKind(row.actor_kind), id: row.actor_id, name: row.actor },
    address: row.address,
    action: row.action,
    object: { kind: row.object_kind, id: row.object_id },
    detail: row.detail,
    request: row.request,
    hash: row.hash.toString('hex'),
  }
}

async function* allEntries(db: Db, tenant: string): AsyncGenerator<Row> {
  for (let after = 0; ; ) {
    const rows = await entriesAfter(db, tenant, after)
    yield* rows
    const last = rows.at(-1)
    if (!last || rows.length < lookedAtOnce) return
    after = last.sequence
  }
}

function entriesAfter(db: Db, tenant: string, after: number) {
  return db
    .selectFrom('audit_entry')
    .selectAll()
    .where('tenant_id', '=', tenant)
    .where('sequence', '>', after)
    .orderBy('sequence')
    .limit(lookedAtOnce)
    .execute()
}

function lastEntry(db: Db, tenant: string) {
  return db
    .selectFrom('audit_entry')
    .select(['sequence', 'hash', 'at'])
    .where('tenant_id', '=', tenant)
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst()
}

/** SHA-256 over the RFC 8785 form of the entry, its tenant and the hash before. */
function hashOfEntry(tenant: string, { hash: _, ...entry }: AuditEntry, previous: Buffer): Buffer {
  return createHash('sha256')
    .update(canonicalJson({ ...entry, tenant, previous: previous.toString('hex') }))
    .digest()
}

/** As it comes back from the store: PostgreSQL keeps no NUL and no half surrogates, and milliseconds are what a Date holds. */
function storable(fact: AuditFact, sequence: number): AuditEntry {
  return {
    sequence,
    at: (fact.at ?? new Date()).toISOString(),
    actor: { kind: fact.actor.kind, id: text(fact.actor.id), name: text(fact.actor.name) },
    address: text(fact.address),
    action: text(fact.action),
    object: { kind: text(fact.object.kind), id: text(fact.object.id) },
    detail: storableDetail(fact.detail),
    request: text(fact.request ?? ''),
    hash: '',
  }
}

function storableDetail(detail: unknown): unknown {
  const json = JSON.stringify(storableValue(JSON.parse(JSON.stringify(detail ?? {}) ?? '{}')))
  return json.length > longestDetail ? { cut: true, beginning: clean(json.slice(0, 1_000)) } : JSON.parse(json)
}

function storableValue(value: unknown): unknown {
  if (typeof value === 'string') return clean(value)
  if (Array.isArray(value)) return value.map(storableValue)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [clean(key), storableValue(one)]))
}

function text(value: string): string {
  return clean(value).slice(0, 1_000).toWellFormed()
}

function clean(value: string): string {
  return value.replaceAll('\0', '\ufffd').toWellFormed()
}

function actorKind(kind: string): AuditEntry['actor']['kind'] {
  return kind === 'user' || kind === 'token' || kind === 'center' || kind === 'offline' ? kind : 'nobody'
}
