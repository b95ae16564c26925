import { sql } from 'kysely'
import type { ActionState, Run } from '../../model/index.ts'
import type { Report } from '../../model/wire/index.ts'
import { shortText } from './clean-value.ts'
import { type ReportContext, trueTime } from './report-context.ts'
import { ReportRefused } from './report-refused.ts'
import { followRun, type RunBefore } from './run-status.ts'

/** A run, whole: its row, what became of each action, and what that means for its alerts. */
export async function takeRun({ order, run }: Extract<Report, { kind: 'run' }>, context: ReportContext): Promise<void> {
  const { db, tenant, host, now } = context
  if (run.id === '' || run.id.length > 200) throw new ReportRefused('id of a run: has no or more than 200 characters')
  const before = await runBefore(run.id, context)
  const { actions, ...body } = run
  const named = await ownOrder(order, run.id, context)
  const orderId = before?.order ?? named
  await sql`
    INSERT INTO run AS r (tenant_id, host_id, run_id, order_id, plan_id, state, incidents, proof_result, started_at, changed_at, body)
    VALUES (${tenant}, ${host.id}, ${run.id}, ${orderId ?? null}, ${shortText(run.plan, 200)}, ${run.state},
      ${run.incidents.slice(0, 1_000)}::text[], ${run.proof?.result ?? null}, ${trueTime(run.at, now)}, ${now},
      ${JSON.stringify(body)}::jsonb)
    ON CONFLICT (tenant_id, host_id, run_id) DO UPDATE SET order_id = excluded.order_id, plan_id = excluded.plan_id,
      state = excluded.state, incidents = excluded.incidents, proof_result = excluded.proof_result,
      started_at = excluded.started_at, changed_at = excluded.changed_at, body = excluded.body`.execute(db)
  await writeActions(run.id, actions, context)
  await followRun(run, orderId, before, context)
  context.tell('run', run.id)
}

/** One action changed its state. It may come before the run that it belongs to. */
export async function takeRunStep(
  report: Extract<Report, { kind: 'run-step' }>,
  context: ReportContext,
): Promise<void> {
  const { db, tenant, host, at, now } = context
  const orderId = await ownOrder(report.order, report.run, context)
  await sql`
    INSERT INTO run (tenant_id, host_id, run_id, order_id, plan_id, state, incidents, started_at, changed_at, body)
    VALUES (${tenant}, ${host.id}, ${report.run}, ${orderId ?? null}, ${report.plan}, 'running', '{}', ${at}, ${now}, '{}')
    ON CONFLICT (tenant_id, host_id, run_id) DO NOTHING`.execute(db)
  await writeActions(report.run, [report.state], context)
  context.tell('run', report.run)
}

async function runBefore(id: string, { db, tenant, host }: ReportContext): Promise<RunBefore | undefined> {
  const row = await db
    .selectFrom('run')
    .select(['state', 'proof_result', 'order_id'])
    .where('tenant_id', '=', tenant)
    .where('host_id', '=', host.id)
    .where('run_id', '=', id)
    .executeTakeFirst()
  return row && { state: row.state, proof: row.proof_result ?? undefined, order: row.order_id ?? undefined }
}

/** The order that a host names, if it is one of its own. From then on the order shows the steps of that run, long before its end. */
async function ownOrder(
  order: string | undefined,
  run: string,
  { db, tenant, host }: ReportContext,
): Promise<string | undefined> {
  if (order === undefined) return undefined
  const row = await db
    .selectFrom('host_order')
    .select(['order_id', 'run_id'])
    .where('tenant_id', '=', tenant)
    .where('order_id', '=', order)
    .where('host_id', '=', host.id)
    .executeTakeFirst()
  if (row?.run_id === null)
    await db
      .updateTable('host_order')
      .set({ run_id: run })
      .where('tenant_id', '=', tenant)
      .where('order_id', '=', order)
      .execute()
  return row?.order_id
}

/** A run comes again as a whole, when it ends and when it is proven: what was done before keeps its time. */
async function writeActions(run: Run['id'], actions: readonly ActionState[], { db, tenant, host, now }: ReportContext) {
  const rows = [...new Map(actions.map(one => [one.number, one])).values()]
  if (rows.length === 0) return
  await sql`
    INSERT INTO run_action (tenant_id, host_id, run_id, number, outcome, body, changed_at)
    SELECT ${tenant}::uuid, ${host.id}::uuid, ${run}, (one->>'number')::int, one->>'outcome', one, ${now}::timestamptz
    FROM jsonb_array_elements(${JSON.stringify(rows)}::jsonb) AS one
    ON CONFLICT (tenant_id, host_id, run_id, number) DO UPDATE SET outcome = excluded.outcome, body = excluded.body,
      changed_at = CASE WHEN run_action.outcome = excluded.outcome THEN run_action.changed_at ELSE excluded.changed_at END`.execute(
    db,
  )
}
