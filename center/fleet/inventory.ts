import { sql } from 'kysely'
import { z } from 'zod'
import type { hostRoutes } from '../../model/api/index.ts'
import { beyond, keyset } from '../api/keyset.ts'
import type { Handlers } from '../context.ts'
import { uuid7Floor } from '../uuid7.ts'
import { containing, inGroupsOf } from './host-object.ts'
import { groupsIn, hostRow } from './hosts.ts'

type InventoryHandlers = Pick<Handlers<typeof hostRoutes>, 'listInventory' | 'listInventoryChanges'>

const byFact = keyset('inventory', [z.string().max(60), z.string().max(300)])
const byChange = keyset('inventory-changes', [z.uuid()])
const changes = ['appeared', 'changed', 'gone'] as const

export const inventoryHandlers: InventoryHandlers = {
  async listInventory({ params, query }, { caller, db }) {
    await hostRow(db, caller, params.host)
    let items = db.selectFrom('inventory_item').where('host_id', '=', params.host)
    if (query.kind !== undefined) items = items.where('kind', '=', query.kind)
    if (query.text !== undefined) items = items.where(sql<boolean>`body::text ILIKE ${containing(query.text)}`)
    const rows = await items
      .where(beyond(['kind', 'fact_id'], byFact.read(query.after), 'asc'))
      .select(['fact_id', 'kind', 'body', 'first_seen', 'changed_at'])
      .orderBy('kind')
      .orderBy('fact_id')
      .limit(query.limit + 1)
      .execute()
    const { items: page, ...next } = byFact.page(rows, query.limit, row => [row.kind, row.fact_id])
    return {
      items: page.map(row => ({
        id: row.fact_id,
        kind: row.kind,
        fact: row.body,
        firstSeen: row.first_seen.toISOString(),
        changedAt: row.changed_at.toISOString(),
      })),
      ...next,
    }
  },

  async listInventoryChanges({ query }, { caller, db }) {
    const groups = await groupsIn(db, query.group)
    let found = db
      .selectFrom('inventory_change')
      .innerJoin('host', join =>
        join
          .onRef('host.tenant_id', '=', 'inventory_change.tenant_id')
          .onRef('host.host_id', '=', 'inventory_change.host_id'),
      )
      .where(inGroupsOf(caller, 'hosts:read'))
    if (query.host !== undefined) found = found.where('inventory_change.host_id', '=', query.host)
    if (groups !== undefined) found = found.where('host.group_id', 'in', groups)
    if (query.kind !== undefined) found = found.where('inventory_change.kind', '=', query.kind)
    // By id, which is of the time the change came in: only the days that are meant are looked at.
    if (query.since !== undefined) found = found.where('change_id', '>=', uuid7Floor(new Date(query.since)))
    if (query.until !== undefined) found = found.where('change_id', '<', uuid7Floor(new Date(query.until)))
    const rows = await found
      .where(beyond(['change_id'], byChange.read(query.after), 'desc'))
      .select(['change_id', 'fact_id', 'kind', 'change', 'before', 'after', 'at', 'host.host_id', 'host.name'])
      .orderBy('change_id', 'desc')
      .limit(query.limit + 1)
      .execute()
    const { items, ...next } = byChange.page(rows, query.limit, row => [row.change_id])
    return {
      items: items.map(row => ({
        id: row.change_id,
        fact: row.fact_id,
        kind: row.kind,
        change: changes.find(one => one === row.change) ?? 'changed',
        ...(row.before === null ? {} : { before: row.before }),
        ...(row.after === null ? {} : { after: row.after }),
        at: row.at.toISOString(),
        host: { id: row.host_id, name: row.name },
      })),
      ...next,
    }
  },
}
