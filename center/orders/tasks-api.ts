import { type RawBuilder, type SqlBool, sql } from 'kysely'
import { z } from 'zod'
import type { orderRoutes, TaskObject } from '../../model/api/index.ts'
import type { OrderKind } from '../../model/wire/index.ts'
import { beyond, keyset } from '../api/keyset.ts'
import type { Caller, Db, Handlers } from '../context.ts'
import { notAllowed, notFound } from '../problem-error.ts'
import { cancelTask } from './cancel-task.ts'
import { inGroups } from './in-groups.ts'

type TaskHandlers = Pick<Handlers<typeof orderRoutes>, 'listTasks' | 'getTask' | 'cancelTask'>

const byTask = keyset('tasks', [z.uuid()])

export const taskHandlers: TaskHandlers = {
  async listTasks({ query }, { caller, db }) {
    const running =
      query.running === undefined
        ? sql<SqlBool>`true`
        : query.running
          ? sql<SqlBool>`t.ended_at IS NULL`
          : sql<SqlBool>`t.ended_at IS NOT NULL`
    const kind = query.kind === undefined ? sql<SqlBool>`true` : sql<SqlBool>`t.kind = ${query.kind}`
    const behind = beyond(['t.task_id'], byTask.read(query.after), 'desc')
    const rows = await tasksWhere(db, caller, sql<SqlBool>`${running} AND ${kind} AND ${behind}`, query.limit + 1)
    const { items, ...next } = byTask.page(rows, query.limit, row => [row.task_id])
    return { items: items.map(taskObjectOf), ...next }
  },

  async getTask({ params }, { caller, db }) {
    return taskObjectOf(await taskRow(db, caller, params.task))
  },

  async cancelTask({ params }, { caller, db, center, audit }) {
    await taskRow(db, caller, params.task)
    const { rows } = await sql<{ host_id: string; kind: string; group_id: string }>`
      SELECT o.host_id, o.kind, h.group_id FROM host_order o
      JOIN host h ON h.tenant_id = o.tenant_id AND h.host_id = o.host_id
      WHERE o.tenant_id = ${caller.tenant} AND o.task_id = ${params.task} AND o.ended_at IS NULL`.execute(db)
    const mine = rows.filter(one => mayCommand(caller, one))
    if (rows.length > 0 && mine.length === 0) throw notAllowed('You may see this task but not cancel it.')
    const hosts = [...new Set(mine.map(one => one.host_id))]
    const cancelled = await cancelTask(db, center, { tenant: caller.tenant, task: params.task, by: caller.name, hosts })
    await audit('task.cancelled', { kind: 'task', id: params.task }, cancelled)
    return cancelled
  },
}

const looks: ReadonlySet<string> = new Set<OrderKind>([
  'scan',
  'report-inventory',
  'report-processes',
  'prove',
  'cancel',
])

function mayCommand(caller: Caller, { kind, group_id }: { kind: string; group_id: string }): boolean {
  const groups = caller.groupsFor(looks.has(kind) ? 'scans:start' : 'alerts:handle')
  return groups === 'all' || groups.includes(group_id)
}

interface TaskRow {
  readonly task_id: string
  readonly kind: string
  readonly title: string
  readonly created_by: string
  readonly created_at: Date
  readonly ended_at: Date | null
  readonly detail: unknown
  readonly orders: number
  readonly states: Record<string, number>
}

/** Tasks with what became of those of their orders that the caller may see; a task without any is not theirs. */
async function tasksWhere(db: Db, caller: Caller, condition: RawBuilder<SqlBool>, limit: number): Promise<TaskRow[]> {
  const visible = inGroups(caller, 'hosts:read', 'h.group_id')
  const { rows } = await sql<TaskRow>`
    SELECT t.task_id, t.kind, t.title, t.created_by, t.created_at, t.ended_at, t.detail, s.orders, s.states
    FROM task t, LATERAL (
      SELECT coalesce(sum(n), 0)::int AS orders, coalesce(jsonb_object_agg(state, n), '{}') AS states FROM (
        SELECT o.state, count(*)::int AS n FROM host_order o
        JOIN host h ON h.tenant_id = o.tenant_id AND h.host_id = o.host_id
        WHERE o.tenant_id = t.tenant_id AND o.task_id = t.task_id AND ${visible} GROUP BY o.state) AS counted) AS s
    WHERE t.tenant_id = ${caller.tenant} AND ${condition}
      AND EXISTS (
        SELECT FROM host_order o JOIN host h ON h.tenant_id = o.tenant_id AND h.host_id = o.host_id
        WHERE o.tenant_id = t.tenant_id AND o.task_id = t.task_id AND ${visible})
    ORDER BY t.task_id DESC LIMIT ${limit}`.execute(db)
  return rows
}

async function taskRow(db: Db, caller: Caller, task: string): Promise<TaskRow> {
  const [row] = await tasksWhere(db, caller, sql<SqlBool>`t.task_id = ${task}`, 1)
  if (row === undefined) throw notFound('task')
  return row
}

function taskObjectOf(row: TaskRow): TaskObject {
  return {
    id: row.task_id,
    kind: row.kind,
    title: row.title,
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
    ...(row.ended_at === null ? {} : { endedAt: row.ended_at.toISOString() }),
    detail: row.detail,
    orders: row.orders,
    states: row.states,
  }
}
