import { sql } from 'kysely'
import { z } from 'zod'
import type { orderRoutes } from '../../model/api/index.ts'
import { actionState, run as runSchema } from '../../model/index.ts'
import { keyset } from '../api/keyset.ts'
import type { Handlers } from '../context.ts'
import { conflict, notFound } from '../problem-error.ts'
import { inGroups } from './in-groups.ts'
import { hostToCommand, orderOne } from './order-one.ts'

type BoxHandlers = Pick<
  Handlers<typeof orderRoutes>,
  'listRuns' | 'getRun' | 'undoRun' | 'listQuarantine' | 'restoreQuarantined' | 'listBlocked'
>

const byRun = keyset('runs', [z.int(), z.uuid(), z.string()])
const byEntry = keyset('quarantine', [z.int(), z.uuid(), z.string()])
const byAddress = keyset('blocked', [z.string(), z.uuid()])

/** Times in whole microseconds, so that a page ends exactly where the next begins. */
const micros = (column: string) => sql<number>`(extract(epoch FROM ${sql.ref(column)}) * 1000000)::bigint`

const runStates = ['running', 'complete', 'partial', 'undone', 'partly-undone'] as const
const proofs = ['clean', 'left', 'unproven', 'rebuild-advised'] as const

interface RunRow {
  readonly host_id: string
  readonly host_name: string
  readonly run_id: string
  readonly order_id: string | null
  readonly plan_id: string
  readonly state: string
  readonly incidents: string[]
  readonly proof_result: string | null
  readonly started_at: Date
  readonly changed_at: Date
  readonly body: unknown
  readonly place: number
}

export const boxHandlers: BoxHandlers = {
  async listRuns({ query }, { caller, db }) {
    const after = byRun.read(query.after)
    const { rows } = await sql<RunRow>`
      SELECT r.host_id, h.name AS host_name, r.run_id, r.order_id, r.plan_id, r.state, r.incidents, r.proof_result, r.started_at,
        r.changed_at, ${micros('r.started_at')} AS place
      FROM run r JOIN host h ON h.tenant_id = r.tenant_id AND h.host_id = r.host_id
      WHERE r.tenant_id = ${caller.tenant} AND ${inGroups(caller, 'hosts:read', 'h.group_id')}
        AND (${query.host ?? null}::uuid IS NULL OR r.host_id = ${query.host ?? null}::uuid)
        AND (${query.state ?? null}::text IS NULL OR r.state = ${query.state ?? null}::text)
        AND ${after === undefined ? sql`true` : sql`(${micros('r.started_at')}, r.host_id, r.run_id) < (${after[0]}::bigint, ${after[1]}::uuid, ${after[2]}::text)`}
      ORDER BY ${micros('r.started_at')} DESC, r.host_id DESC, r.run_id DESC LIMIT ${query.limit + 1}`.execute(db)
    const { items, ...next } = byRun.page(rows, query.limit, row => [row.place, row.host_id, row.run_id])
    return { items: items.map(runObjectOf), ...next }
  },

  async getRun({ params }, { caller, db }) {
    const { rows } = await sql<RunRow>`
      SELECT r.*, h.name AS host_name, 0 AS place FROM run r JOIN host h ON h.tenant_id = r.tenant_id AND h.host_id = r.host_id
      WHERE r.tenant_id = ${caller.tenant} AND r.host_id = ${params.host} AND r.run_id = ${params.run}
        AND ${inGroups(caller, 'hosts:read', 'h.group_id')}`.execute(db)
    const row = rows[0]
    if (row === undefined) throw notFound('run')
    const { rows: actions } = await sql<{ body: unknown }>`
      SELECT body FROM run_action WHERE tenant_id = ${caller.tenant} AND host_id = ${params.host} AND run_id = ${params.run}
      ORDER BY number`.execute(db)
    // A run of which only steps came so far has no body yet.
    const run = runObjectOf(row)
    const proven = run.proof && runSchema.shape.proof.safeParse((row.body as { proof?: unknown }).proof).data
    return {
      ...run,
      actions: actions.map(one => actionState.parse(one.body)),
      ...(proven === undefined ? {} : { proven }),
    }
  },

  async undoRun({ params, body }, request) {
    const action = {
      kind: 'undo' as const,
      run: params.run,
      ...(body.action === undefined ? {} : { action: body.action }),
    }
    const step = body.action === undefined ? '' : `, action ${body.action}`
    const known = await request.db
      .selectFrom('run')
      .select('run_id')
      .where('tenant_id', '=', request.caller.tenant)
      .where('host_id', '=', params.host)
      .where('run_id', '=', params.run)
      .executeTakeFirst()
    const name = await hostToCommand(request, params.host)
    if (known === undefined) throw notFound('run')
    return await orderOne(request, { title: `Undo run ${params.run}${step} on ${name}`, host: params.host, action })
  },

  async listQuarantine({ query }, { caller, db }) {
    const after = byEntry.read(query.after)
    const text = query.text === undefined ? null : `%${query.text.replace(/[\\%_]/g, '\\$&')}%`
    const { rows } = await sql<{
      entry_id: string
      host_id: string
      host_name: string
      sha256: string
      path: string
      size: number
      at: Date
      run_id: string | null
      reason: string
      place: number
    }>`
      SELECT q.entry_id, q.host_id, h.name AS host_name, q.sha256, q.path, q.size, q.at, q.run_id, q.reason, ${micros('q.at')} AS place
      FROM quarantined q JOIN host h ON h.tenant_id = q.tenant_id AND h.host_id = q.host_id
      WHERE q.tenant_id = ${caller.tenant} AND q.gone_at IS NULL AND ${inGroups(caller, 'hosts:read', 'h.group_id')}
        AND (${query.host ?? null}::uuid IS NULL OR q.host_id = ${query.host ?? null}::uuid)
        AND (${query.sha256 ?? null}::text IS NULL OR q.sha256 = ${query.sha256 ?? null}::text)
        AND (${text}::text IS NULL OR q.path ILIKE ${text}::text OR h.name ILIKE ${text}::text)
        AND ${after === undefined ? sql`true` : sql`(${micros('q.at')}, q.host_id, q.entry_id) < (${after[0]}::bigint, ${after[1]}::uuid, ${after[2]}::text)`}
      ORDER BY ${micros('q.at')} DESC, q.host_id DESC, q.entry_id DESC LIMIT ${query.limit + 1}`.execute(db)
    const { items, ...next } = byEntry.page(rows, query.limit, row => [row.place, row.host_id, row.entry_id])
    return {
      items: items.map(row => ({
        id: row.entry_id,
        host: { id: row.host_id, name: row.host_name },
        sha256: row.sha256,
        path: row.path,
        size: row.size,
        at: row.at.toISOString(),
        ...(row.run_id === null ? {} : { run: row.run_id }),
        reason: row.reason,
      })),
      ...next,
    }
  },

  async restoreQuarantined({ params }, request) {
    const name = await hostToCommand(request, params.host)
    const entry = await request.db
      .selectFrom('quarantined')
      .select(['sha256', 'path'])
      .where('tenant_id', '=', request.caller.tenant)
      .where('host_id', '=', params.host)
      .where('entry_id', '=', params.entry)
      .where('gone_at', 'is', null)
      .executeTakeFirst()
    if (entry === undefined) throw notFound('quarantined file')
    if (!/^[0-9a-f]{64}$/.test(entry.sha256))
      throw conflict('This entry is no file', 'Links and directories come back with their run: undo it.')
    const action = { kind: 'restore' as const, entry: params.entry, sha256: entry.sha256 }
    const title = `Restore ${entry.path.slice(0, 200)} on ${name}`
    return await orderOne(request, { title, host: params.host, action })
  },

  async listBlocked({ query }, { caller, db, center }) {
    const after = byAddress.read(query.after)
    // nftables lets go by itself, long before the host tells again what it blocks; iptables only when Davylamp comes by.
    const still = sql`(b.expires_at > ${center.clock()} OR b.way = 'iptables')`
    const { rows } = await sql<{
      host_id: string
      host_name: string
      address: string
      expires_at: Date
      packets: number | null
      way: string
      reported_at: Date
    }>`
      SELECT b.host_id, h.name AS host_name, host(b.address) AS address, b.expires_at, b.packets, b.way, b.reported_at
      FROM blocked b JOIN host h ON h.tenant_id = b.tenant_id AND h.host_id = b.host_id
      WHERE b.tenant_id = ${caller.tenant} AND ${inGroups(caller, 'hosts:read', 'h.group_id')} AND ${still}
        AND (${query.host ?? null}::uuid IS NULL OR b.host_id = ${query.host ?? null}::uuid)
        AND (${query.address ?? null}::text IS NULL OR host(b.address) = lower(${query.address ?? null}::text))
        AND ${after === undefined ? sql`true` : sql`(host(b.address), b.host_id) > (${after[0]}::text, ${after[1]}::uuid)`}
      ORDER BY host(b.address), b.host_id LIMIT ${query.limit + 1}`.execute(db)
    const { items, ...next } = byAddress.page(rows, query.limit, row => [row.address, row.host_id])
    return {
      items: items.map(row => ({
        host: { id: row.host_id, name: row.host_name },
        address: row.address,
        expiresAt: row.expires_at.toISOString(),
        ...(row.packets === null ? {} : { packets: row.packets }),
        way: row.way,
        reportedAt: row.reported_at.toISOString(),
      })),
      ...next,
    }
  },
}

function runObjectOf(row: RunRow) {
  const state = runStates.find(one => one === row.state) ?? 'running'
  const takenBack = state === 'undone' || state === 'partly-undone'
  const proof = takenBack ? undefined : proofs.find(one => one === row.proof_result)
  return {
    id: row.run_id,
    host: { id: row.host_id, name: row.host_name },
    ...(row.order_id === null ? {} : { order: row.order_id }),
    plan: row.plan_id,
    state,
    incidents: row.incidents,
    ...(proof === undefined ? {} : { proof }),
    startedAt: row.started_at.toISOString(),
    changedAt: row.changed_at.toISOString(),
  }
}
