import type { Report, ReportedProcess } from '../../model/wire/index.ts'
import { shortText } from './clean-value.ts'
import type { ReportContext } from './report-context.ts'

/** The processes of now take the place of those of before. */
export async function takeProcesses(
  { total, items }: Extract<Report, { kind: 'processes' }>,
  { db, tenant, host, at, tell }: ReportContext,
): Promise<void> {
  const kept = JSON.stringify(items.map(withinBounds))
  const row = { at, total: Math.max(items.length, Math.min(total, mostTotal)), items: kept }
  await db
    .insertInto('host_processes')
    .values({ tenant_id: tenant, host_id: host.id, ...row })
    .onConflict(conflict => conflict.columns(['tenant_id', 'host_id']).doUpdateSet(row))
    .execute()
  tell('host', host.id)
}

/** Of Linux: PID_MAX_LIMIT (proc(5), kernel.pid_max). */
const mostTotal = 4_194_304

/** A text that was made clean may have become longer than the contract lets it be, and is read by that again. */
function withinBounds(one: ReportedProcess): ReportedProcess {
  const { executable, trust, container, hiddenFrom } = one
  return {
    ...one,
    user: shortText(one.user, 100),
    command: shortText(one.command, 1_000),
    ...(executable === undefined ? {} : { executable: shortText(executable, 1_000) }),
    ...(trust === undefined ? {} : { trust: shortText(trust, 40) }),
    ...(container === undefined ? {} : { container: shortText(container, 100) }),
    ...(hiddenFrom === undefined ? {} : { hiddenFrom: hiddenFrom.map(view => shortText(view, 60)) }),
  }
}
