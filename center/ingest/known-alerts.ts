import { sql } from 'kysely'
import type { SeenAlert } from './alert-rows.ts'
import type { ReportContext } from './report-context.ts'

/** An alert of this host that the center has, as it is in the table. */
export interface KnownAlert {
  readonly alertId: string
  readonly about: string
  readonly origin: string
  /** Mark of what the host sent last; `undefined` when the scan before this one did not see it. */
  readonly mark: Buffer | undefined
  readonly status: string
  readonly handledAs: string | undefined
  readonly parentId: string | undefined
  readonly gone: boolean
  readonly group: string
  readonly type: string
  readonly level: number
  readonly verdict: string
  readonly families: readonly string[]
}

interface KeyRow {
  readonly about: string
  readonly origin: string
  readonly alert_id: string
  readonly body_hash: Buffer | null
}

interface AlertRow {
  readonly alert_id: string
  readonly status: string
  readonly handled_as: string | null
  readonly parent_id: string | null
  readonly gone_at: Date | null
  readonly group_id: string
  readonly type: string
  readonly level: number
  readonly verdict: string
  readonly families: string[]
}

/**
 * What the center knows of what this scan sees, and what the scan before saw; by `keyOf`. Locked until the commit. An alert
 * whose partition was dropped meanwhile is not known any more.
 */
export async function knownAlerts(
  seen: readonly SeenAlert[],
  { db, tenant, host }: ReportContext,
): Promise<ReadonlyMap<string, KnownAlert>> {
  const origins = [...new Set(seen.flatMap(one => [one.origin, ...one.mergedFrom]))]
  const { rows: keys } = await sql<KeyRow>`
    SELECT k.about, k.origin, k.alert_id, s.body_hash FROM alert_key k
    LEFT JOIN alert_seen s ON s.tenant_id = k.tenant_id AND s.host_id = k.host_id AND s.about = k.about AND s.origin = k.origin
    WHERE k.tenant_id = ${tenant} AND k.host_id = ${host.id} AND k.about IN ('incident', 'finding')
      AND (s.origin IS NOT NULL OR k.origin = ANY(${origins}::text[]))`.execute(db)
  if (keys.length === 0) return new Map()
  const { rows } = await sql<AlertRow>`
    SELECT alert_id, status, handled_as, parent_id, gone_at, group_id, type, level, verdict, families FROM alert
    WHERE tenant_id = ${tenant} AND alert_id = ANY(${keys.map(one => one.alert_id)}::uuid[])
    ORDER BY alert_id FOR UPDATE`.execute(db)
  const alerts = new Map(rows.map(one => [one.alert_id, one]))
  const known = new Map<string, KnownAlert>()
  for (const key of keys) {
    const row = alerts.get(key.alert_id)
    if (row !== undefined) known.set(keyOf(key), knownFrom(key, row))
  }
  return known
}

export function keyOf({ about, origin }: { readonly about: string; readonly origin: string }): string {
  return `${about} ${origin}`
}

function knownFrom(key: KeyRow, row: AlertRow): KnownAlert {
  return {
    alertId: key.alert_id,
    about: key.about,
    origin: key.origin,
    mark: key.body_hash ?? undefined,
    status: row.status,
    handledAs: row.handled_as ?? undefined,
    parentId: row.parent_id ?? undefined,
    gone: row.gone_at !== null,
    group: row.group_id,
    type: row.type,
    level: row.level,
    verdict: row.verdict,
    families: row.families,
  }
}
