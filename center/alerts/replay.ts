import { sql } from 'kysely'
import { finding as findingSchema } from '../../model/index.ts'
import type { Db } from '../context.ts'
import { type AllowCondition, conditionCovers } from '../ingest/allow-match.ts'
import { uuid7Floor } from '../uuid7.ts'

export interface Silenced {
  /** Findings that the condition covers, and incidents all of whose findings it covers. */
  readonly alerts: readonly string[]
  /** Of those, incidents that are confirmed. */
  readonly confirmed: number
  readonly hosts: number
}

export interface ReplayScope {
  readonly hosts: readonly string[]
  readonly since: Date
  /** Only alerts in one of these. */
  readonly statuses: readonly string[]
}

const batch = 2_000

/** Which alerts a condition would have silenced: the same comparison that reports go through when they come in. */
export async function replay(db: Db, condition: AllowCondition, scope: ReplayScope): Promise<Silenced> {
  const findings = await coveredFindings(db, condition, scope)
  const parents = [...new Set(findings.map(one => one.parent_id).filter(one => one !== null))]
  const incidents = await wholly(db, parents, new Set(findings.map(one => one.alert_id)), scope)
  return {
    alerts: [...findings.map(one => one.alert_id), ...incidents.map(one => one.alert_id)],
    confirmed: incidents.filter(one => one.verdict === 'confirmed').length,
    hosts: new Set(findings.map(one => one.host_id)).size,
  }
}

interface Covered {
  readonly alert_id: string
  readonly parent_id: string | null
  readonly host_id: string
}

async function coveredFindings(db: Db, condition: AllowCondition, scope: ReplayScope): Promise<Covered[]> {
  const covered: Covered[] = []
  for (let after = uuid7Floor(scope.since); ; ) {
    const { rows } = await sql<Covered & { body: unknown }>`
      SELECT alert_id, parent_id, host_id, body FROM alert
      WHERE about = 'finding' AND alert_id > ${after} AND host_id = any(${sql.val([...scope.hosts])}::uuid[])
        AND status = any(${sql.val([...scope.statuses])}::text[]) AND ${likely(condition)}
      ORDER BY alert_id LIMIT ${batch}`.execute(db)
    for (const { body, ...row } of rows) {
      const finding = findingSchema.safeParse(body)
      if (finding.success && conditionCovers(condition, finding.data)) covered.push(row)
    }
    const last = rows.at(-1)
    if (last === undefined || rows.length < batch) return covered
    after = last.alert_id
  }
}

/** What an index can tell, so that not every finding of a month is read. */
function likely(condition: AllowCondition) {
  const parts = [sql<boolean>`true`]
  if (condition.rule !== undefined) parts.push(sql`rule_id = ${condition.rule}`)
  if (condition.sha256 !== undefined)
    parts.push(sql`hashes @> array[${condition.sha256}]::text[] AND coalesce(parent_id, alert_id) IN (
    SELECT source_id::uuid FROM hunt_term WHERE kind = 'hash' AND term = ${condition.sha256} AND source = 'alert')`)
  return sql.join(parts, sql` AND `)
}

/** Incidents none of whose findings is left. */
async function wholly(db: Db, parents: readonly string[], covered: ReadonlySet<string>, scope: ReplayScope) {
  if (parents.length === 0) return []
  const { rows } = await sql<{ alert_id: string; verdict: string; findings: string[] }>`
    SELECT incident.alert_id, incident.verdict, array_agg(child.alert_id) AS findings
    FROM alert incident JOIN alert child ON child.tenant_id = incident.tenant_id AND child.parent_id = incident.alert_id
    WHERE incident.alert_id = any(${sql.val([...parents])}::uuid[]) AND child.gone_at IS NULL
      AND incident.status = any(${sql.val([...scope.statuses])}::text[])
    GROUP BY incident.tenant_id, incident.alert_id, incident.verdict`.execute(db)
  return rows.filter(row => row.findings.every(one => covered.has(one)))
}
