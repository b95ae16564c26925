import { sql } from 'kysely'
import type { Detection } from '../../model/index.ts'
import type { Report } from '../../model/wire/index.ts'
import { timeOfUuid7, uuid7 } from '../uuid7.ts'
import { alertOfDetection } from './detection-alert.ts'
import { changeOf, countDetection, hourOf, wordsOf } from './detection-counts.ts'
import { boundedDetection, columnsOf } from './detection-row.ts'
import { type ReportContext, trueTime } from './report-context.ts'
import { ReportRefused } from './report-refused.ts'

/** Of one host: more within an hour is no news for people, and must not fill the store. */
export const mostDetectionsAnHour = 5_000

/** A new one becomes a row and, when it is confirmed, an alert or part of one; one that came already is brought up to date. */
export async function takeDetection(
  report: Extract<Report, { kind: 'detection' }>,
  context: ReportContext,
): Promise<void> {
  const detection = boundedDetection(report.detection)
  const known = await knownDetection(detection.id, context)
  const id = known === undefined ? await addDetection(detection, context) : await change(known, detection, context)
  if (id !== undefined) context.tell('detection', id)
}

interface Known {
  readonly detection_id: string
  readonly verdict: string
  readonly outcomes: readonly string[]
  readonly alert_id: string | null
}

async function knownDetection(origin: string, { db, tenant, host }: ReportContext): Promise<Known | undefined> {
  const { rows } = await sql<{ detection_id: string }>`
    SELECT detection_id FROM detection_key
    WHERE tenant_id = ${tenant} AND host_id = ${host.id} AND origin = ${origin}`.execute(db)
  const id = rows[0]?.detection_id
  if (id === undefined) return undefined
  const found = await sql<Known>`
    SELECT detection_id, verdict, outcomes, alert_id FROM detection
    WHERE tenant_id = ${tenant} AND detection_id = ${id} FOR UPDATE`.execute(db)
  return found.rows[0]
}

async function addDetection(detection: Detection, context: ReportContext): Promise<string> {
  const { db, tenant, host, now } = context
  await refuseTooMany(context)
  const id = uuid7(now)
  const columns = columnsOf(detection)
  const alert = await alertOfDetection(detection, undefined, context)
  await db
    .insertInto('detection')
    .values({
      tenant_id: tenant,
      detection_id: id,
      host_id: host.id,
      group_id: host.group,
      origin: detection.id,
      at: trueTime(detection.at, now),
      ...columns,
      alert_id: alert?.id ?? null,
      explained: alert?.explains ?? false,
    })
    .execute()
  const body = JSON.stringify(detection)
  await db.insertInto('detection_body').values({ tenant_id: tenant, detection_id: id, body }).execute()
  const key = { tenant_id: tenant, host_id: host.id, origin: detection.id, detection_id: id }
  await db
    .insertInto('detection_key')
    .values(key)
    .onConflict(clash => clash.columns(['tenant_id', 'host_id', 'origin']).doUpdateSet({ detection_id: id }))
    .execute()
  const words = ['seen', ...wordsOf(columns.verdict, columns.outcomes)]
  await countDetection(context, hourOf(now), changeOf([], words))
  await exportDetection(id, context)
  return id
}

/** Gives nothing where it says the same as before. */
async function change(before: Known, detection: Detection, context: ReportContext): Promise<string | undefined> {
  const { db, tenant } = context
  const id = before.detection_id
  const body = JSON.stringify(detection)
  const written = await sql`
    UPDATE detection_body SET body = ${body}::jsonb
    WHERE tenant_id = ${tenant} AND detection_id = ${id} AND body <> ${body}::jsonb`.execute(db)
  if (written.numAffectedRows === 0n) return undefined
  const columns = columnsOf(detection)
  const alert = await alertOfDetection(detection, before.alert_id ?? undefined, context)
  await db
    .updateTable('detection')
    .set({ ...columns, ...(alert === undefined ? {} : { alert_id: alert.id, explained: alert.explains }) })
    .where('tenant_id', '=', tenant)
    .where('detection_id', '=', id)
    .execute()
  const words = changeOf(wordsOf(before.verdict, before.outcomes), wordsOf(columns.verdict, columns.outcomes))
  await countDetection(context, hourOf(timeOfUuid7(id)), words)
  await exportDetection(id, context)
  return id
}

async function refuseTooMany({ db, tenant, host, now }: ReportContext): Promise<void> {
  const { rows } = await sql<{ count: number }>`
    SELECT count FROM detection_hour
    WHERE tenant_id = ${tenant} AND hour = ${hourOf(now)} AND host_id = ${host.id} AND what = 'seen'`.execute(db)
  if ((rows[0]?.count ?? 0) >= mostDetectionsAnHour)
    throw new ReportRefused(`this host has told of more than ${mostDetectionsAnHour} detections within an hour`)
}

/** Each change is an event of its own for a SIEM; the detection keeps its id. */
async function exportDetection(id: string, { db, tenant, now }: ReportContext): Promise<void> {
  await sql`
    INSERT INTO export_item (tenant_id, export_id, event_id, detection_id)
    SELECT tenant_id, export_id, ${uuid7(now)}::uuid, ${id}::uuid FROM siem_export
    WHERE tenant_id = ${tenant} AND enabled`.execute(db)
}
