import { sql } from 'kysely'
import { routeRate } from '../../model/api/index.ts'
import { digestOf, type Language, type Notice, notice, type OpenChannel } from '../../notify/index.ts'
import type { Db } from '../context.ts'
import { uuid7 } from '../uuid7.ts'
import { type Allowance, type Due, planSending } from './plan-sending.ts'
import { languageOf } from './route-set.ts'

/** How long a claim lasts without being renewed: a process that died holds a channel no longer. */
export const claimSeconds = 60
/** Of one channel in one round. */
const mostDue = 2_000

export interface ClaimedChannel {
  readonly tenant_id: string
  readonly channel_id: string
  readonly kind: string
  readonly settings: unknown
  readonly secrets: Buffer | null
}

/** One channel that has something to send and that no other process works on. */
export async function claimChannel(db: Db, node: string, at: Date): Promise<ClaimedChannel | undefined> {
  const { rows } = await sql<ClaimedChannel>`
    UPDATE channel SET busy_by = ${node}, busy_until = ${later(at, claimSeconds)}
    WHERE (tenant_id, channel_id) = (
      SELECT c.tenant_id, c.channel_id FROM channel c
      WHERE c.enabled AND (c.busy_until IS NULL OR c.busy_until < ${at}) AND (c.rest_until IS NULL OR c.rest_until <= ${at})
        AND EXISTS (SELECT FROM delivery d WHERE d.tenant_id = c.tenant_id AND d.channel_id = c.channel_id AND d.state = 'due' AND d.due_at <= ${at})
      ORDER BY c.last_at NULLS FIRST LIMIT 1 FOR UPDATE OF c SKIP LOCKED)
    RETURNING tenant_id, channel_id, kind, settings, secrets`.execute(db)
  return rows[0]
}

/** False: somebody else has it by now, so stop. */
export async function renewClaim(
  db: Db,
  { tenant_id, channel_id }: ClaimedChannel,
  node: string,
  at: Date,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('channel')
    .set({ busy_until: later(at, claimSeconds) })
    .where('tenant_id', '=', tenant_id)
    .where('channel_id', '=', channel_id)
    .where('busy_by', '=', node)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** One message: a delivery, or several of a machine. */
export interface Message {
  readonly deliveries: readonly {
    readonly id: string
    readonly tries: number
    readonly purpose: string
    readonly createdAt: Date
  }[]
  readonly notices: readonly Notice[]
  readonly language: Language
}

interface DueRow {
  readonly delivery_id: string
  readonly route_id: string | null
  readonly purpose: string
  readonly notice: unknown
  readonly alert_id: string | null
  readonly language: string
  readonly gather: boolean
  readonly tries: number
  readonly created_at: Date
}

/** What to send now. Notices that go together become one delivery of their own, in this transaction, and remember it. */
export async function messagesOf(db: Db, channel: ClaimedChannel, open: OpenChannel, at: Date): Promise<Message[]> {
  const rows = await dueRows(db, channel, at)
  const byId = new Map(rows.map(row => [row.delivery_id, row]))
  const allowance = await allowanceOf(db, channel, open, rows, at)
  const plan = planSending(rows.map(dueOf), allowance, open.forMachines, open.mostAtOnce)
  await postpone(db, channel, plan.later, at)
  const messages: Message[] = []
  for (const part of plan.messages) {
    const own = part.flatMap(one => byId.get(one.id) ?? [])
    messages.push(open.forMachines || own.length === 1 ? messageOf(own) : await merged(db, channel, own, at))
  }
  return messages
}

async function dueRows(db: Db, { tenant_id, channel_id }: ClaimedChannel, at: Date): Promise<DueRow[]> {
  return db
    .selectFrom('delivery')
    .select(['delivery_id', 'route_id', 'purpose', 'notice', 'alert_id', 'language', 'gather', 'tries', 'created_at'])
    .where('tenant_id', '=', tenant_id)
    .where('channel_id', '=', channel_id)
    .where('state', '=', 'due')
    .where('due_at', '<=', at)
    .orderBy('due_at')
    .orderBy('delivery_id')
    .limit(mostDue)
    .execute()
}

function dueOf(row: DueRow): Due {
  return {
    id: row.delivery_id,
    route: row.route_id ?? undefined,
    language: row.language,
    purpose: row.purpose,
    gather: row.gather,
  }
}

async function allowanceOf(
  db: Db,
  channel: ClaimedChannel,
  open: OpenChannel,
  rows: readonly DueRow[],
  at: Date,
): Promise<Allowance> {
  if (open.forMachines) return { channel: Number.POSITIVE_INFINITY, routes: new Map() }
  const routes = new Map<string, number>()
  const ids = [...new Set(rows.flatMap(row => row.route_id ?? []))]
  const rated =
    ids.length === 0
      ? []
      : await db
          .selectFrom('notify_route')
          .select(['route_id', 'rate'])
          .where('tenant_id', '=', channel.tenant_id)
          .where('route_id', 'in', ids)
          .where('rate', 'is not', null)
          .execute()
  for (const { route_id, rate } of rated) {
    const { most, minutes } = routeRate.parse(rate)
    routes.set(route_id, Math.max(most - (await sentSince(db, channel, later(at, -60 * minutes), route_id)), 0))
  }
  return { channel: Math.max(open.perMinute - (await sentSince(db, channel, later(at, -60))), 0), routes }
}

async function sentSince(
  db: Db,
  { tenant_id, channel_id }: ClaimedChannel,
  since: Date,
  route?: string,
): Promise<number> {
  const { count } = await db
    .selectFrom('delivery')
    .select(eb => eb.fn.countAll<number>().as('count'))
    .where('tenant_id', '=', tenant_id)
    .where('channel_id', '=', channel_id)
    .where('state', '=', 'delivered')
    .where('ended_at', '>', since)
    .$if(route !== undefined, query => query.where('route_id', '=', route ?? ''))
    .executeTakeFirstOrThrow()
  return Number(count)
}

/** What exceeded a rate waits half a minute and joins what comes meanwhile. */
async function postpone(db: Db, { tenant_id }: ClaimedChannel, due: readonly Due[], at: Date): Promise<void> {
  if (due.length === 0) return
  await db
    .updateTable('delivery')
    .set({ due_at: later(at, 30), gather: true })
    .where('tenant_id', '=', tenant_id)
    .where(
      'delivery_id',
      'in',
      due.map(one => one.id),
    )
    .where('purpose', '<>', 'digest')
    .execute()
  await db
    .updateTable('delivery')
    .set({ due_at: later(at, 30) })
    .where('tenant_id', '=', tenant_id)
    .where(
      'delivery_id',
      'in',
      due.map(one => one.id),
    )
    .where('purpose', '=', 'digest')
    .execute()
}

async function merged(db: Db, channel: ClaimedChannel, rows: readonly DueRow[], at: Date): Promise<Message> {
  const [first] = rows
  const id = uuid7(at)
  const digest = digestOf(
    rows.map(row => notice.parse(row.notice)),
    `digest-${id}`,
    at,
  )
  await db
    .insertInto('delivery')
    .values({
      tenant_id: channel.tenant_id,
      delivery_id: id,
      channel_id: channel.channel_id,
      route_id: first?.route_id ?? null,
      purpose: 'digest',
      notice_id: digest.id,
      notice: JSON.stringify(digest),
      alert_id: null,
      language: first?.language ?? 'en',
      gather: false,
      due_at: at,
      merged_into: null,
    })
    .execute()
  await db
    .updateTable('delivery')
    .set({ state: 'merged', merged_into: id, ended_at: at })
    .where('tenant_id', '=', channel.tenant_id)
    .where(
      'delivery_id',
      'in',
      rows.map(row => row.delivery_id),
    )
    .execute()
  return {
    deliveries: [{ id, tries: 0, purpose: 'digest', createdAt: at }],
    notices: [digest],
    language: languageOf(first?.language ?? null) ?? 'en',
  }
}

function messageOf(rows: readonly DueRow[]): Message {
  return {
    deliveries: rows.map(row => ({
      id: row.delivery_id,
      tries: row.tries,
      purpose: row.purpose,
      createdAt: row.created_at,
    })),
    notices: rows.map(row => notice.parse(row.notice)),
    language: languageOf(rows[0]?.language ?? null) ?? 'en',
  }
}

export function later(at: Date, seconds: number): Date {
  return new Date(at.getTime() + seconds * 1_000)
}
