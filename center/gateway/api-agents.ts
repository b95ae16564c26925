import { z } from 'zod'
import { agentHealth } from '../../model/wire/index.ts'
import { type AgentObject, type agentRoutes, agentStates } from '../../model/api/index.ts'
import { beyond, keyset } from '../api/keyset.ts'
import type { Caller, Db, Handlers } from '../context.ts'
import { inGroupsOf, mayInGroup } from '../fleet/index.ts'
import { conflict, notAllowed, notFound } from '../problem-error.ts'
import { revokeAgent } from './revoke.ts'

type AgentHandlers = Pick<Handlers<typeof agentRoutes>, 'listAgents' | 'getAgent' | 'getHostAgent' | 'revokeAgent'>

const newestFirst = keyset('agents', [z.uuid()])

export const agentListHandlers: AgentHandlers = {
  async listAgents({ query }, { caller, db }) {
    const rows = await agentsOf(db)
      .where(inGroupsOf(caller, 'hosts:read'))
      .where('agent.state', '=', query.state)
      .where(beyond(['agent.agent_id'], newestFirst.read(query.after), 'desc'))
      .$if(query.online !== undefined, some => some.where('agent.online', '=', query.online === true))
      .$if(query.group !== undefined, some => some.where('host.group_id', '=', query.group ?? ''))
      .$if(query.program !== undefined, some => some.where('agent.program', '=', query.program ?? ''))
      .$if(query.tampered !== undefined, some =>
        some.where('agent.tampered_at', query.tampered === true ? 'is not' : 'is', null),
      )
      .orderBy('agent.agent_id', 'desc')
      .limit(query.limit + 1)
      .execute()
    const { items, ...next } = newestFirst.page(rows, query.limit, row => [row.agent_id])
    return { items: items.map(agentObjectOf), ...next }
  },

  async getAgent({ params }, { caller, db }) {
    return agentObjectOf(await agentRow(db, caller, params.agent))
  },

  async getHostAgent({ params }, { caller, db }) {
    const host = await db.selectFrom('host').select('agent_id').where('host_id', '=', params.host).executeTakeFirst()
    if (host === undefined || host.agent_id === null) throw notFound('agent on that host')
    return agentObjectOf(await agentRow(db, caller, host.agent_id))
  },

  async revokeAgent({ params, body }, { caller, db, audit, center }) {
    const row = await agentRow(db, caller, params.agent)
    if (!mayInGroup(caller, 'hosts:enrol', row.group_id)) throw notAllowed('You may see this agent but not revoke it.')
    const revoked = await revokeAgent(db, center.bus, {
      tenant: caller.tenant,
      agent: params.agent,
      because: body.because,
      by: caller.name,
      at: center.clock(),
    })
    if (!revoked) throw conflict(`This agent is ${row.state} already`)
    await audit('agent.revoked', { kind: 'agent', id: params.agent }, { because: body.because })
    return agentObjectOf(await agentRow(db, caller, params.agent))
  },
}

async function agentRow(db: Db, caller: Caller, id: string) {
  const row = await agentsOf(db)
    .where('agent.agent_id', '=', id)
    .where(inGroupsOf(caller, 'hosts:read'))
    .executeTakeFirst()
  if (row === undefined) throw notFound('agent')
  return row
}

function agentsOf(db: Db) {
  return db
    .selectFrom('agent')
    .innerJoin('host', join =>
      join.onRef('host.tenant_id', '=', 'agent.tenant_id').onRef('host.host_id', '=', 'agent.host_id'),
    )
    .innerJoin('host_group', join =>
      join.onRef('host_group.tenant_id', '=', 'host.tenant_id').onRef('host_group.group_id', '=', 'host.group_id'),
    )
    .selectAll('agent')
    .select(['host.name as host_name', 'host.group_id', 'host_group.name as group_name'])
}

function agentObjectOf(row: Awaited<ReturnType<typeof agentRow>>): AgentObject {
  const health = agentHealth.safeParse(row.health)
  return {
    id: row.agent_id,
    host: { id: row.host_id, name: row.host_name },
    group: { id: row.group_id, name: row.group_name },
    state: agentStates.find(state => state === row.state) ?? 'pending',
    program: row.program,
    protocol: row.protocol,
    capabilities: row.capabilities,
    enrolledAt: row.enrolled_at.toISOString(),
    online: row.online,
    acknowledged: row.acknowledged,
    policyVersion: row.policy_version,
    ...timeOf('certificateEnds', row.certificate_ends),
    ...timeOf('revokedAt', row.revoked_at),
    ...timeOf('connectedAt', row.connected_at),
    ...timeOf('lastSeen', row.last_seen),
    ...timeOf('offlineSince', row.offline_since),
    ...timeOf('healthAt', row.health_at),
    ...timeOf('tamperedAt', row.tampered_at),
    ...(row.revoked_because === null ? {} : { revokedBecause: row.revoked_because }),
    ...(row.offline_reason === null ? {} : { offlineReason: row.offline_reason }),
    ...(row.clock_skew_seconds === null ? {} : { clockSkewSeconds: row.clock_skew_seconds }),
    ...(health.success ? { health: health.data } : {}),
  }
}

function timeOf<K extends string>(name: K, at: Date | null): Partial<Record<K, string>> {
  const object: Partial<Record<string, string>> = at === null ? {} : { [name]: at.toISOString() }
  return object as Partial<Record<K, string>>
}
