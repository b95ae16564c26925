import { sql } from 'kysely'
import type { OrderAction } from '../../model/wire/index.ts'
import type { Caller, Center, Db } from '../context.ts'
import { hostsInScope, type Scope, type ScopedHost } from '../fleet/index.ts'
import { createOrders } from '../orders/index.ts'
import { uuid7 } from '../uuid7.ts'
import type { Prepared } from './prepare-handling.ts'

interface Surroundings {
  readonly caller: Caller
  readonly db: Db
  readonly center: Center
}

/** What is written down about a block, so that it is listed and can be lifted again. */
export interface NewBlock {
  readonly addresses: readonly string[]
  readonly scope: Scope
  readonly seconds: number
  readonly reason: string
  readonly alert?: string | undefined
  readonly task?: string | undefined
}

/** A block that came from an alert is written down, and carried to the other hosts of the scope that it was given. */
export async function blockElsewhere(
  around: Surroundings,
  how: { readonly seconds: number; readonly scope?: Scope | undefined },
  all: readonly Prepared[],
  task: string,
): Promise<void> {
  const { caller, db } = around
  for (const { row, item } of all.filter(one => one.action !== undefined))
    await noteBlocks(around, {
      addresses: item.addresses ?? [],
      scope: how.scope ?? { hosts: [row.host_id] },
      seconds: how.seconds,
      reason: row.title,
      alert: row.alert_id,
      task,
    })
  if (how.scope === undefined) return
  const done = new Set(all.filter(one => one.action !== undefined).map(one => one.row.host_id))
  const hosts = (await hostsInScope(db, caller, 'alerts:handle', how.scope)).filter(one => !done.has(one.host))
  const addresses = [...new Set(all.flatMap(one => one.item.addresses ?? []))]
  if (hosts.length > 0) await orderBlocks(around, hosts, addresses, how.seconds, 'Block addresses of an alert')
}

export async function noteBlocks({ caller, db, center }: Surroundings, block: NewBlock): Promise<string[]> {
  const now = center.clock()
  const ids: string[] = []
  for (const address of block.addresses) {
    const id = uuid7(now)
    ids.push(id)
    await db
      .insertInto('block_entry')
      .values({
        tenant_id: caller.tenant,
        block_id: id,
        address,
        scope: JSON.stringify(block.scope),
        reason: block.reason,
        alert_id: block.alert ?? null,
        task_id: block.task ?? null,
        created_by: caller.name,
        created_at: now,
        expires_at: new Date(now.getTime() + block.seconds * 1_000),
      })
      .execute()
  }
  return ids
}

/**
 * Orders to block on hosts. A host takes the center's word for an address that an incident of its own names; for others it
 * wants an approver's signature, so such orders wait for one.
 */
export async function orderBlocks(
  { caller, db, center }: Surroundings,
  hosts: readonly ScopedHost[],
  addresses: readonly string[],
  seconds: number,
  title: string,
): Promise<string | undefined> {
  const named = await incidentsNaming(db, hosts, addresses)
  const orders = hosts.flatMap(({ host }) => {
    const incidents = named.get(host) ?? new Map<string, string[]>()
    const covered = new Set([...incidents.values()].flat())
    const own = [...incidents].map(([incident, list]) => ({ host, action: blockOf(list, seconds, incident) }))
    const foreign = addresses.filter(one => !covered.has(one))
    return foreign.length === 0 ? own : [...own, { host, action: blockOf(foreign, seconds), approvals: 1 as const }]
  })
  if (orders.length === 0) return undefined
  const { task } = await createOrders(db, center, { tenant: caller.tenant, title, by: caller.name, orders })
  return task
}

function blockOf(addresses: readonly string[], seconds: number, incident?: string): OrderAction {
  return { kind: 'block', addresses: [...addresses], seconds, ...(incident === undefined ? {} : { incident }) }
}

/** By host: incidents that are not gone, with those of the addresses that they would block. */
async function incidentsNaming(
  db: Db,
  hosts: readonly ScopedHost[],
  addresses: readonly string[],
): Promise<Map<string, Map<string, string[]>>> {
  const { rows } = await sql<{ host_id: string; address: string; incident: string }>`
    SELECT DISTINCT ON (plan.host_id, action.address) plan.host_id, action.address, plan.incident
    FROM plan, LATERAL (SELECT item->'action'->>'address' AS address FROM jsonb_array_elements(plan.body->'actions') AS item
      WHERE item->'action'->>'kind' = 'block-address') AS action
    WHERE plan.current AND plan.finding = '' AND plan.handling = 'in-depth'
      AND plan.host_id = any(${sql.val(hosts.map(one => one.host))}::uuid[])
      AND action.address = any(${sql.val([...addresses])}::text[])
    ORDER BY plan.host_id, action.address, plan.incident`.execute(db)
  const found = new Map<string, Map<string, string[]>>()
  for (const { host_id, address, incident } of rows) {
    const incidents = found.get(host_id) ?? new Map<string, string[]>()
    found.set(host_id, incidents.set(incident, [...(incidents.get(incident) ?? []), address]))
  }
  return found
}
