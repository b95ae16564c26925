import type { Report } from '../../model/wire/index.ts'
import type { ReportContext } from './report-context.ts'

/** The processes of now take the place of those of before. */
export async function takeProcesses(
  { total, items }: Extract<Report, { kind: 'processes' }>,
  { db, tenant, host, at, tell }: ReportContext,
): Promise<void> {
  const row = { at, total: Math.max(items.length, Math.min(total, mostTotal)), items: JSON.stringify(items) }
  await db
    .insertInto('host_processes')
    .values({ tenant_id: tenant, host_id: host.id, ...row })
    .onConflict(conflict => conflict.columns(['tenant_id', 'host_id']).doUpdateSet(row))
    .execute()
  tell('host', host.id)
}

/** Of Linux: PID_MAX_LIMIT (proc(5), kernel.pid_max). */
const mostTotal = 4_194_304
