import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import { canonicalJson } from '../../engine/index.ts'
import type { IdentifiedFact } from '../../model/index.ts'
import { inventoryKinds, type Report } from '../../model/wire/index.ts'
import { uuid7 } from '../uuid7.ts'
import { loseTerms, putTerms } from './hunt-store.ts'
import { termsOf } from './hunt-terms.ts'
import type { ReportContext } from './report-context.ts'
import { ReportRefused } from './report-refused.ts'

/** Things in the inventory of one host at most. */
export const mostItems = 50_000

type Inventory = Extract<Report, { kind: 'inventory' }>

interface StoredItem {
  readonly fact_id: string
  readonly kind: string
  readonly body: unknown
  readonly body_hash: Buffer
}

interface Item {
  readonly id: string
  readonly kind: string
  readonly body: Omit<IdentifiedFact, 'id'>
  readonly hash: Buffer
  readonly fact: IdentifiedFact
}

interface Change {
  readonly id: string
  readonly kind: string
  readonly change: 'appeared' | 'changed' | 'gone'
  readonly before?: unknown
  readonly after?: unknown
}

/** A part of a snapshot, or what changed since. What differs from before is told, but for the first snapshot of a host. */
export async function takeInventory(report: Inventory, context: ReportContext): Promise<void> {
  const items = itemsOf(report.present)
  const stored = await storedItems([...items.map(one => one.id), ...report.gone.map(one => one.id)], context)
  const first = await isFirst(report, context)
  const fresh = items.filter(one => !stored.has(one.id))
  const changed = items.filter(one => stored.get(one.id)?.body_hash.equals(one.hash) === false)
  if (fresh.length > 0) await checkRoom(fresh.length, context)
  await write(items, report.snapshot, context)
  const present = new Set(items.map(one => one.id))
  const gone = [
    ...report.gone.flatMap(one => (present.has(one.id) ? [] : (stored.get(one.id) ?? []))),
    ...(report.last ? await unnamed(report.snapshot, context) : []),
  ]
  await remove(gone, context)
  const changes: Change[] = [
    ...(first ? [] : fresh.map(one => ({ id: one.id, kind: one.kind, change: 'appeared' as const, after: one.body }))),
    ...changed.map(one => ({
      id: one.id,
      kind: one.kind,
      change: 'changed' as const,
      before: stored.get(one.id)?.body,
      after: one.body,
    })),
    ...gone.map(one => ({ id: one.fact_id, kind: one.kind, change: 'gone' as const, before: one.body })),
  ]
  await addChanges(changes, context)
  const { db, tenant, host, now: at } = context
  const where = { tenant, host: host.id, source: 'inventory' as const, at }
  await putTerms(db, where, fresh.map(namedBy), first)
  await putTerms(db, where, changed.map(namedBy))
  await loseTerms(
    db,
    where,
    gone.map(one => one.fact_id),
  )
  if (changes.length > 0) context.tell('host', host.id)
}

function itemsOf(present: readonly IdentifiedFact[]): Item[] {
  const items = new Map<string, Item>()
  for (const fact of present) {
    const { id, ...body } = fact
    if (id === '' || id.length > 200) throw new ReportRefused('id of a fact: has no or more than 200 characters')
    if (!inventoryKinds.some(kind => kind === fact.kind))
      throw new ReportRefused(`${fact.kind} is no part of an inventory`)
    const hash = createHash('sha256').update(canonicalJson(body)).digest()
    items.set(id, { id, kind: fact.kind, body, hash, fact })
  }
  return [...items.values()]
}

async function storedItems(
  ids: readonly string[],
  { db, tenant, host }: ReportContext,
): Promise<Map<string, StoredItem>> {
  if (ids.length === 0) return new Map()
  const { rows } = await sql<StoredItem>`
    SELECT fact_id, kind, body, body_hash FROM inventory_item
    WHERE tenant_id = ${tenant} AND host_id = ${host.id} AND fact_id = ANY(${[...ids]}::text[])`.execute(db)
  return new Map(rows.map(one => [one.fact_id, one]))
}

/** True while the center has nothing of the host but parts of this very snapshot. */
async function isFirst({ snapshot }: Inventory, { db, tenant, host }: ReportContext): Promise<boolean> {
  if (snapshot === undefined) return false
  const { rows } = await sql`
    SELECT FROM inventory_item WHERE tenant_id = ${tenant} AND host_id = ${host.id} AND snapshot IS DISTINCT FROM ${snapshot}
    LIMIT 1`.execute(db)
  return rows.length === 0
}

async function checkRoom(more: number, { db, tenant, host }: ReportContext): Promise<void> {
  const { rows } = await sql<{ count: number }>`
    SELECT count(*)::int AS count FROM inventory_item WHERE tenant_id = ${tenant} AND host_id = ${host.id}`.execute(db)
  if ((rows[0]?.count ?? 0) + more > mostItems)
    throw new ReportRefused(`the inventory of this host would have more than ${mostItems} things`)
}

async function write(items: readonly Item[], snapshot: string | undefined, { db, tenant, host, now }: ReportContext) {
  if (items.length === 0) return
  const rows = items.map(({ id, kind, body, hash }) => ({ id, kind, body, hash: hash.toString('hex') }))
  // A change between snapshots keeps the snapshot that the thing was last named in.
  await sql`
    INSERT INTO inventory_item AS i (tenant_id, host_id, fact_id, kind, body, body_hash, snapshot, first_seen, changed_at)
    SELECT ${tenant}::uuid, ${host.id}::uuid, id, kind, body, decode(hash, 'hex'), ${snapshot ?? null}::text, ${now}::timestamptz, ${now}::timestamptz
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS x(id text, kind text, body jsonb, hash text)
    ON CONFLICT (tenant_id, host_id, fact_id) DO UPDATE SET
      kind = excluded.kind, body = excluded.body, body_hash = excluded.body_hash,
      snapshot = coalesce(excluded.snapshot, i.snapshot),
      changed_at = CASE WHEN i.body_hash = excluded.body_hash THEN i.changed_at ELSE excluded.changed_at END`.execute(
    db,
  )
}

/** At the end of a snapshot: what no part of it named. */
async function unnamed(snapshot: string | undefined, { db, tenant, host }: ReportContext): Promise<StoredItem[]> {
  if (snapshot === undefined) return []
  const { rows } = await sql<StoredItem>`
    SELECT fact_id, kind, body, body_hash FROM inventory_item
    WHERE tenant_id = ${tenant} AND host_id = ${host.id} AND snapshot IS DISTINCT FROM ${snapshot}`.execute(db)
  return rows
}

async function remove(gone: readonly StoredItem[], { db, tenant, host }: ReportContext): Promise<void> {
  if (gone.length === 0) return
  await sql`
    DELETE FROM inventory_item
    WHERE tenant_id = ${tenant} AND host_id = ${host.id} AND fact_id = ANY(${gone.map(one => one.fact_id)}::text[])`.execute(
    db,
  )
}

async function addChanges(changes: readonly Change[], { db, tenant, host, now }: ReportContext): Promise<void> {
  if (changes.length === 0) return
  const rows = changes.map(one => ({ ...one, change_id: uuid7(now) }))
  await sql`
    INSERT INTO inventory_change (tenant_id, change_id, host_id, fact_id, kind, change, before, after, at)
    SELECT ${tenant}::uuid, change_id, ${host.id}::uuid, id, kind, change, before, after, ${now}::timestamptz
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      AS x(change_id uuid, id text, kind text, change text, before jsonb, after jsonb)`.execute(db)
}

function namedBy(item: Item) {
  return { id: item.id, terms: termsOf([item.fact]) }
}
