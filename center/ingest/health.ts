import type { Report } from '../../model/wire/index.ts'
import type { ReportContext } from './report-context.ts'

/** The last one is kept: what the agent costs, what it lost, which policy is in force. */
export async function takeHealth(
  { health }: Extract<Report, { kind: 'health' }>,
  context: ReportContext,
): Promise<void> {
  const { db, tenant, agent, at, tell } = context
  await db
    .updateTable('agent')
    .set({
      health: JSON.stringify(health),
      health_at: at,
      policy_version: Math.min(health.policy.version, 2_147_483_647),
    })
    .where('tenant_id', '=', tenant)
    .where('agent_id', '=', agent.agent)
    .execute()
  tell('agent', agent.agent)
}
