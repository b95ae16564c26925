import { sql } from 'kysely'
import type { UpgradeHindrance, UpgradeObject, upgradeRoutes } from '../../model/api/index.ts'
import type { Release } from '../../model/wire/index.ts'
import type { Db, Handlers } from '../context.ts'
import { hostsInScope, type ScopedHost } from '../fleet/index.ts'
import type { Downloads } from '../gateway/index.ts'
import { createOrders, readSetting } from '../orders/index.ts'
import { badRequest, conflict, notFound } from '../problem-error.ts'
import { upgradeFor, versionOf } from './upgrade-for.ts'

export interface UpgradeParts {
  readonly downloads: Pick<Downloads, 'releases'>
}

export function upgradeHandlers({ downloads }: UpgradeParts): Handlers<typeof upgradeRoutes> {
  return {
    async previewUpgrade({ body }, { caller, db }) {
      const hosts = await hostsInScope(db, caller, 'alerts:handle', body.scope)
      if (hosts.length === 0)
        throw badRequest('There is no host in that scope', 'Name hosts, groups or tags that you may change.')
      const items = await upgradesOf(db, hosts, await downloads.releases())
      const { kinds, approvals } = await readSetting(db, caller.tenant, 'second-approver')
      return { items, approvalsNeeded: kinds.includes('upgrade') ? approvals : 0 }
    },

    async upgradeAgents({ body }, { caller, db, center, audit }) {
      const asked = new Map(body.hosts.map(one => [one.host, one.sha256]))
      const hosts = await hostsInScope(db, caller, 'alerts:handle', { hosts: [...asked.keys()] })
      if (hosts.length < asked.size) throw notFound('host')
      const upgrades = await upgradesOf(db, hosts, await downloads.releases())
      const wanted = upgrades.flatMap(({ host, to }) =>
        to !== undefined && to.sha256 === asked.get(host.id) ? [{ host, to }] : [],
      )
      const others = upgrades.filter(({ host }) => !wanted.some(one => one.host.id === host.id))
      if (wanted.length === 0)
        throw conflict('Nothing can be upgraded as it was shown', others.map(whyNot)[0] ?? 'Look at it again.')
      const { task, orders } = await createOrders(db, center, {
        tenant: caller.tenant,
        title: wanted.length === 1 ? `Upgrade the agent of ${wanted[0]?.host.name}` : `Upgrade ${wanted.length} agents`,
        by: caller.name,
        orders: wanted.map(({ host, to }) => ({ host: host.id, action: { kind: 'upgrade', ...to } })),
      })
      await audit(
        'agents.upgrade',
        { kind: 'task', id: task },
        { hosts: wanted.map(({ host, to }) => [host.id, to.version]) },
      )
      const refused = [
        ...others.map(one => ({ host: one.host.id, reason: whyNot(one) })),
        ...orders.flatMap(({ host, state, reason = '' }) => (state === 'refused' ? [{ host, reason }] : [])),
      ]
      return { task, hosts: hosts.length - refused.length, refused }
    },
  }
}

const reasons: Readonly<Record<UpgradeHindrance, string>> = {
  'not-allowed': 'its agent does not say that it lets a center replace it: see Upgrades in docs/agent.md',
  'no-release': 'this center has no signed release for its processor',
  newest: 'no newer release is here',
  'step-missing': 'the newer releases replace later versions only: put the one between into the package folder',
  'under-way': 'it is being upgraded already',
}

function whyNot({ hindrance }: UpgradeObject): string {
  return hindrance === undefined ? 'another release is the newest by now: look at it again' : reasons[hindrance]
}

async function upgradesOf(
  db: Db,
  hosts: readonly ScopedHost[],
  releases: readonly Release[],
): Promise<UpgradeObject[]> {
  const { rows } = await sql<AgentRow>`
    SELECT h.host_id, h.architecture, a.program, a.capabilities, a.online, EXISTS (
      SELECT FROM host_order o WHERE o.tenant_id = h.tenant_id AND o.host_id = h.host_id AND o.kind = 'upgrade' AND o.ended_at IS NULL
    ) AS under_way
    FROM host h JOIN agent a ON a.tenant_id = h.tenant_id AND a.agent_id = h.agent_id AND a.state = 'active'
    WHERE h.host_id = ANY(${hosts.map(one => one.host)}::uuid[])`.execute(db)
  const agents = new Map(rows.map(row => [row.host_id, row]))
  return hosts.map(({ host: id, name }) => {
    const row = agents.get(id)
    const from = versionOf(row?.program ?? '')
    const found = row === undefined ? 'not-allowed' : upgradeFor({ ...row, underWay: row.under_way }, releases)
    return {
      host: { id, name },
      online: row?.online === true,
      ...(from === undefined ? {} : { from }),
      ...(typeof found === 'string' ? { hindrance: found } : { to: { version: found.program, sha256: found.sha256 } }),
    }
  })
}

interface AgentRow {
  readonly host_id: string
  readonly architecture: string
  readonly program: string
  readonly capabilities: readonly string[]
  readonly online: boolean
  readonly under_way: boolean
}
