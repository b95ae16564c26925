import { createHash } from 'node:crypto'
import { centerPolicy, type CenterPolicy, defaultPolicy } from '../../model/wire/index.ts'
import type { Db, Store } from '../context.ts'
import type { AgentIdentity, Policies, RulePack } from './ports.ts'

/** The policy of the agent's group or of the nearest parent that has one; rule packs as far as their roll-out has come. */
export function groupPolicies(store: Store): Policies {
  return {
    of: agent =>
      store.tenant(agent.tenant, async db => ({ policy: await policyOf(db, agent), packs: await packsOf(db, agent) })),
    pack: (agent, sha256) =>
      store.tenant(agent.tenant, async db => {
        const wanted = (await packsOf(db, agent)).some(pack => pack.sha256 === sha256)
        if (!wanted) return undefined
        const row = await db.selectFrom('rule_pack').select('content').where('sha256', '=', sha256).executeTakeFirst()
        return row?.content
      }),
  }
}

async function policyOf(db: Db, agent: AgentIdentity): Promise<CenterPolicy> {
  const host = await db
    .selectFrom('host')
    .select('group_id')
    .where('host_id', '=', agent.host)
    .executeTakeFirstOrThrow()
  const groups = await db
    .selectFrom('host_group')
    .select(['group_id', 'parent_id', 'policy', 'policy_version'])
    .execute()
  const byId = new Map(groups.map(group => [group.group_id, group]))
  // Each step takes the group away, so that parents in a circle end too.
  for (let id: string | null = host.group_id; id !== null; ) {
    const group = byId.get(id)
    byId.delete(id)
    const policy = centerPolicy.safeParse(group?.policy)
    if (group !== undefined && policy.success) return { ...policy.data, version: group.policy_version }
    id = group?.parent_id ?? null
  }
  return defaultPolicy
}

const share: Readonly<Record<string, number>> = { canary: 0.05, half: 0.5, all: 1 }

/** The newest version of each pack whose stage includes this agent. */
async function packsOf(db: Db, agent: AgentIdentity): Promise<RulePack[]> {
  const rows = await db
    .selectFrom('rule_pack')
    .select(['name', 'version', 'sha256', 'stage'])
    .where('stage', 'in', Object.keys(share))
    .orderBy('version')
    .execute()
  const packs = new Map<string, RulePack>()
  for (const { name, version, sha256, stage } of rows)
    if (placeOf(agent, name) < (share[stage] ?? 0)) packs.set(name, { name, version, sha256 })
  return [...packs.values()]
}

/** Always the same place in 0 … 1, so that who has the canary keeps it when half get it. */
function placeOf({ agent }: AgentIdentity, pack: string): number {
  return createHash('sha256').update(`${pack}\0${agent}`).digest().readUInt32BE(0) / 2 ** 32
}
