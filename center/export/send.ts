import { sql } from 'kysely'
import { z } from 'zod'
import { levels } from '../../model/index.ts'
import { type Delivery, type Level, type Notice, type OpenChannel, SettingsError } from '../../notify/index.ts'

import type { Center, Db } from '../context.ts'
import {
  alertRows,
  backOffSeconds,
  type DetectionRow,
  noticeOfAlert,
  noticeOfDetection,
  openSettings,
} from '../notify/index.ts'

const claimSeconds = 60
const mostRead = 500

interface Claimed {
  readonly tenant_id: string
  readonly export_id: string
  readonly kind: string
  readonly settings: unknown
  readonly secrets: Buffer | null
  readonly condition: unknown
}

const exportCondition = z.object({ atLeast: z.string().optional(), findings: z.boolean() })

/**
 * Sends the next part of one export. False: nothing is to be done. An item is forgotten only after the receiver has it, so a
 * process that dies in between sends that part again with the same ids. While a receiver does not take anything its items
 * wait in the store, and nothing else waits for them.
 */
export async function exportOnce(center: Center, signal: AbortSignal): Promise<boolean> {
  const claimed = await center.store.system(db => claim(db, center.node, center.clock()))
  if (claimed === undefined) return false
  try {
    await exportNext(center, claimed, signal)
  } finally {
    await center.store.system(db => release(db, claimed, center.node))
  }
  return true
}

async function claim(db: Db, node: string, at: Date): Promise<Claimed | undefined> {
  const { rows } = await sql<Claimed>`
    UPDATE siem_export SET busy_by = ${node}, busy_until = ${later(at, claimSeconds)}
    WHERE (tenant_id, export_id) = (
      SELECT x.tenant_id, x.export_id FROM siem_export x
      WHERE x.enabled AND (x.busy_until IS NULL OR x.busy_until < ${at}) AND (x.rest_until IS NULL OR x.rest_until <= ${at})
        AND EXISTS (SELECT FROM export_item i WHERE i.tenant_id = x.tenant_id AND i.export_id = x.export_id)
      ORDER BY x.last_at NULLS FIRST LIMIT 1 FOR UPDATE OF x SKIP LOCKED)
    RETURNING tenant_id, export_id, kind, settings, secrets, condition`.execute(db)
  return rows[0]
}

async function exportNext(center: Center, claimed: Claimed, signal: AbortSignal): Promise<void> {
  const open = openOr(center, claimed)
  if (typeof open === 'string') return record(center, claimed, [], 0, { result: 'refused', detail: open, again: false })
  const { send, drop } = await center.store.system(db => read(db, claimed, center.settings.address))
  if (drop.length > 0) await center.store.system(db => forget(db, claimed, drop, 0, drop.length))
  for (let place = 0; place < send.length; place += open.mostAtOnce) {
    const part = send.slice(place, place + open.mostAtOnce)
    if (signal.aborted || !(await center.store.system(db => renew(db, claimed, center.node, center.clock())))) return
    const delivery = await open.send(
      part.map(one => one.notice),
      { language: 'en', signal, now: center.clock },
    )
    if (signal.aborted && delivery.result === 'refused') return
    await record(
      center,
      claimed,
      part.map(one => one.event),
      part.length,
      delivery,
    )
    if (delivery.result === 'refused') return
  }
}

function openOr(center: Center, claimed: Claimed): OpenChannel | string {
  try {
    return openSettings(center.keys, `export:${claimed.export_id}`, claimed)
  } catch (error) {
    return error instanceof SettingsError ? error.message : 'its secrets cannot be opened: enter them again'
  }
}

interface Part {
  readonly send: readonly { readonly event: string; readonly notice: Notice }[]
  /** What the condition leaves out, or whose alert is gone by now. */
  readonly drop: readonly string[]
}

interface ItemRow {
  readonly event_id: string
  readonly alert_id: string | null
  readonly detection_id: string | null
  readonly what: string | null
  readonly at: Date | null
}

async function read(db: Db, claimed: Claimed, address: string): Promise<Part> {
  const { rows } = await sql<ItemRow>`
    SELECT i.event_id, i.alert_id, i.detection_id, e.what, e.at
    FROM export_item i LEFT JOIN alert_event e ON e.tenant_id = i.tenant_id AND e.event_id = i.event_id
    WHERE i.tenant_id = ${claimed.tenant_id} AND i.export_id = ${claimed.export_id}
    ORDER BY i.event_id LIMIT ${mostRead}`.execute(db)
  const alerts = await alertRows(
    db,
    claimed.tenant_id,
    rows.flatMap(row => row.alert_id ?? []),
  )
  const detections = await detectionRows(
    db,
    claimed.tenant_id,
    rows.flatMap(row => row.detection_id ?? []),
  )
  const { atLeast, findings } = exportCondition.parse(claimed.condition)
  const least = atLeast === undefined ? 0 : levels.indexOf(atLeast as Level)
  const noticeOf = (row: ItemRow): Notice | undefined => {
    const detection = row.detection_id === null ? undefined : detections.get(row.detection_id)
    if (detection !== undefined)
      return detection.level < least ? undefined : noticeOfDetection(detection, { id: row.event_id }, address)
    const alert = row.alert_id === null ? undefined : alerts.get(row.alert_id)
    if (alert === undefined || row.what === null || row.at === null || alert.level < least) return undefined
    if (!findings && alert.parent_id !== null) return undefined
    return noticeOfAlert(alert, { id: row.event_id, what: row.what, at: row.at }, address)
  }
  const send: { event: string; notice: Notice }[] = []
  const drop: string[] = []
  for (const row of rows) {
    const notice = noticeOf(row)
    if (notice === undefined) drop.push(row.event_id)
    else send.push({ event: row.event_id, notice })
  }
  return { send, drop }
}

async function detectionRows(db: Db, tenant: string, ids: readonly string[]): Promise<Map<string, DetectionRow>> {
  if (ids.length === 0) return new Map()
  const { rows } = await sql<DetectionRow>`
    SELECT d.detection_id, d.host_id, h.name AS host_name, g.name AS group_name, d.at, d.verdict, d.level, d.title,
      d.families, d.attack, d.sha256, b.body
    FROM detection d JOIN detection_body b USING (tenant_id, detection_id)
    LEFT JOIN host h ON h.tenant_id = d.tenant_id AND h.host_id = d.host_id
    LEFT JOIN host_group g ON g.tenant_id = d.tenant_id AND g.group_id = d.group_id
    WHERE d.tenant_id = ${tenant} AND d.detection_id = ANY(${[...new Set(ids)]}::uuid[])
      AND b.detection_id = ANY(${[...new Set(ids)]}::uuid[])`.execute(db)
  return new Map(rows.map(row => [row.detection_id, row]))
}

async function record(
  center: Center,
  claimed: Claimed,
  events: readonly string[],
  count: number,
  delivery: Delivery,
): Promise<void> {
  const at = center.clock()
  const { tenant_id, export_id } = claimed
  await center.store.system(async db => {
    if (delivery.result === 'delivered') await forget(db, claimed, events, count, 0)
    const { tries } = await db
      .selectFrom('siem_export')
      .select('tries')
      .where('tenant_id', '=', tenant_id)
      .where('export_id', '=', export_id)
      .executeTakeFirstOrThrow()
    // Also what seems to be for good is tried again: dropping what a SIEM must have is worse than asking it now and then.
    const wait = delivery.result === 'refused' ? backOffSeconds(tries + 1, delivery.afterSeconds) : 0
    await db
      .updateTable('siem_export')
      .set({
        tries: delivery.result === 'delivered' ? 0 : tries + 1,
        rest_until: delivery.result === 'delivered' ? null : later(at, wait),
        last_result: delivery.result,
        last_detail: delivery.detail.slice(0, 1_000),
        last_at: at,
      })
      .where('tenant_id', '=', tenant_id)
      .where('export_id', '=', export_id)
      .execute()
  })
  if (delivery.result === 'refused')
    center.log.warn('an export was not taken', { export: export_id, detail: delivery.detail })
}

async function forget(
  db: Db,
  { tenant_id, export_id }: Claimed,
  events: readonly string[],
  sent: number,
  dropped: number,
): Promise<void> {
  await sql`DELETE FROM export_item WHERE tenant_id = ${tenant_id} AND export_id = ${export_id} AND event_id = ANY(${events}::uuid[])`.execute(
    db,
  )
  await db
    .updateTable('siem_export')
    .set(eb => ({ sent: eb('sent', '+', sent), dropped: eb('dropped', '+', dropped) }))
    .where('tenant_id', '=', tenant_id)
    .where('export_id', '=', export_id)
    .execute()
}

async function renew(db: Db, { tenant_id, export_id }: Claimed, node: string, at: Date): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('siem_export')
    .set({ busy_until: later(at, claimSeconds) })
    .where('tenant_id', '=', tenant_id)
    .where('export_id', '=', export_id)
    .where('busy_by', '=', node)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

async function release(db: Db, { tenant_id, export_id }: Claimed, node: string): Promise<void> {
  await db
    .updateTable('siem_export')
    .set({ busy_by: null, busy_until: null })
    .where('tenant_id', '=', tenant_id)
    .where('export_id', '=', export_id)
    .where('busy_by', '=', node)
    .execute()
}

function later(at: Date, seconds: number): Date {
  return new Date(at.getTime() + seconds * 1_000)
}
