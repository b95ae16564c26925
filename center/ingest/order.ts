import { sql } from 'kysely'
import type { Report } from '../../model/wire/index.ts'
import { afterOrders } from './after-order.ts'
import { shortText } from './clean-value.ts'
import type { ReportContext } from './report-context.ts'

/** Later states never go back to earlier ones; what the host did counts more than that the center gave up waiting. */
const rank: Readonly<Record<string, number>> = { queued: 0, sent: 0, expired: 0, cancelled: 0, accepted: 1, running: 2 }
const ended = 3

/** What became of an order, as its host says it. Of an order of another host it says nothing. */
export async function takeOrderState(
  report: Extract<Report, { kind: 'order' }>,
  context: ReportContext,
): Promise<void> {
  const { db, tenant, agent, host, now, tell } = context
  const row = await db
    .selectFrom('host_order')
    .select(['state', 'task_id'])
    .where('tenant_id', '=', tenant)
    .where('order_id', '=', report.order)
    .where('host_id', '=', host.id)
    .where('agent_id', '=', agent.agent)
    .forUpdate()
    .executeTakeFirst()
  if (row === undefined || row.state === 'waiting-approval') return
  const isEnd = !(report.state in rank) || report.state === 'cancelled'
  const next = isEnd ? ended : (rank[report.state] ?? ended)
  if (next <= (rank[row.state] ?? ended)) return
  await sql`
    UPDATE host_order SET state = ${report.state}, refusal = ${report.refusal ?? null},
      reason = ${report.reason === undefined ? null : shortText(report.reason, 2_000)},
      run_id = coalesce(${report.run ?? null}, run_id), scan_origin = coalesce(${report.scan ?? null}, scan_origin),
      ended_at = ${isEnd ? now : null}
    WHERE tenant_id = ${tenant} AND order_id = ${report.order}`.execute(db)
  await afterOrders(db, tenant, [report.order], now)
  tell('order', report.order)
  tell('task', row.task_id)
}
