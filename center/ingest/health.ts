import { sql } from 'kysely'
import { watchState } from '../../model/index.ts'
import type { Report } from '../../model/wire/index.ts'
import type { ReportContext } from './report-context.ts'
import { ReportRefused } from './report-refused.ts'
import { troublesOf } from './watch-troubles.ts'

/** There are as many as there are names of sensors; a hostile agent could send thousands. */
const mostSensors = 20

/** The last one is kept: what the agent costs, what it lost, which policy is in force, how it watches. */
export async function takeHealth(
  { health }: Extract<Report, { kind: 'health' }>,
  context: ReportContext,
): Promise<void> {
  const { db, tenant, agent, at, tell } = context
  const { watch } = health
  if (watch !== undefined && watch.sensors.length > mostSensors)
    throw new ReportRefused(`the report has more than ${mostSensors} sensors`)
  await db
    .updateTable('agent')
    .set({
      health: JSON.stringify(health),
      health_at: at,
      policy_version: Math.min(health.policy.version, 2_147_483_647),
      watch_mode: watch?.prevention.mode ?? null,
      watch_troubles: watch === undefined ? [] : troublesOf(watch, await watchBefore(context)),
    })
    .where('tenant_id', '=', tenant)
    .where('agent_id', '=', agent.agent)
    .execute()
  tell('agent', agent.agent)
}

async function watchBefore({ db, tenant, agent }: ReportContext) {
  const row = await db
    .selectFrom('agent')
    .select(sql<unknown>`health->'watch'`.as('watch'))
    .where('tenant_id', '=', tenant)
    .where('agent_id', '=', agent.agent)
    .executeTakeFirst()
  return watchState.safeParse(row?.watch).data
}
