import { sql } from 'kysely'
import { z } from 'zod'
import { type blockObject, type huntRoutes, scope as scopeSchema } from '../../model/api/index.ts'
import { beyond, keyset } from '../api/index.ts'
import type { Caller, Db, Handlers } from '../context.ts'
import { hostsInScope, scopeReaches } from '../fleet/index.ts'
import { createOrders } from '../orders/index.ts'
import { badRequest, conflict, notAllowed, notFound } from '../problem-error.ts'
import { noteBlocks, orderBlocks } from './block-addresses.ts'

type BlockHandlers = Pick<Handlers<typeof huntRoutes>, 'listBlocks' | 'createBlock' | 'removeBlock'>

const byId = keyset('blocks', [z.uuid()])

export const blockHandlers: BlockHandlers = {
  async listBlocks({ query }, { caller, db }) {
    let found = blocksOf(db, caller)
    if (query.address !== undefined) found = found.where(sql<boolean>`host(block_entry.address) = ${query.address}`)
    const rows = await found
      .where(beyond(['block_entry.block_id'], byId.read(query.after), 'desc'))
      .orderBy('block_entry.block_id', 'desc')
      .limit(query.limit + 1)
      .execute()
    const { items, ...next } = byId.page(rows, query.limit, row => [row.block_id])
    return { items: items.map(blockObjectOf), ...next }
  },

  async createBlock({ body }, { caller, db, center, audit }) {
    const hosts = await hostsInScope(db, caller, 'alerts:handle', body.scope)
    if (hosts.length === 0)
      throw badRequest('There is no host in that scope', 'Name hosts, groups or tags that you may change.')
    const addresses = [...new Set(body.addresses)]
    const task = await orderBlocks(
      { caller, db, center },
      hosts,
      addresses,
      body.seconds,
      `Block ${addresses.join(', ').slice(0, 300)}`,
    )
    const blocks = await noteBlocks({ caller, db, center }, { ...body, addresses, task })
    await audit('block.created', { kind: 'block', id: blocks[0] ?? '' }, { ...body, hosts: hosts.length })
    return { blocks, ...(task === undefined ? {} : { task }) }
  },

  async removeBlock({ params }, { caller, db, center, audit }) {
    const row = await blocksOf(db, caller).where('block_entry.block_id', '=', params.block).executeTakeFirst()
    if (row === undefined) throw notFound('block')
    if (row.removed_at !== null) throw conflict('This block was lifted already')
    const scope = scopeSchema.parse(row.scope)
    const wanted = await hostsInScope(db, { ...caller, groupsFor: () => 'all' }, 'alerts:read', scope)
    const may = new Set((await hostsInScope(db, caller, 'alerts:handle', scope)).map(one => one.host))
    if (wanted.some(one => !may.has(one.host)))
      throw notAllowed('This block is in force on hosts that you may not change.')
    await db
      .updateTable('block_entry')
      .where('block_id', '=', params.block)
      .set({ removed_at: center.clock() })
      .execute()
    const blocked = await db
      .selectFrom('blocked')
      .where(sql<boolean>`address = ${row.address}::inet`)
      .where('expires_at', '>', center.clock())
      .where(sql<boolean>`host_id = any(${sql.val([...may])}::uuid[])`)
      .select('host_id')
      .execute()
    if (blocked.length > 0)
      await createOrders(db, center, {
        tenant: caller.tenant,
        title: `Lift the block of ${row.address}`,
        by: caller.name,
        orders: blocked.map(one => ({ host: one.host_id, action: { kind: 'unblock', addresses: [row.address] } })),
      })
    await audit('block.removed', { kind: 'block', id: params.block }, { address: row.address, hosts: blocked.length })
  },
}

/** Blocks that are still to end, and those lifted before their time, with what hosts say of them. */
function blocksOf(db: Db, caller: Caller) {
  const groups = caller.groupsFor('alerts:read')
  const visible = groups === 'all' ? sql`true` : sql`host.group_id = any(${sql.val([...groups])}::uuid[])`
  return db
    .selectFrom('block_entry')
    .select([
      'block_id',
      sql<string>`host(block_entry.address)`.as('address'),
      'scope',
      'reason',
      'created_by',
      'created_at',
      'expires_at',
      'removed_at',
      'task_id',
      sql<number>`(SELECT count(*)::int FROM blocked JOIN host USING (tenant_id, host_id)
        WHERE blocked.address = block_entry.address AND blocked.expires_at > now() AND ${visible})`.as('hosts'),
      sql<number | null>`(SELECT sum(packets)::bigint FROM blocked JOIN host USING (tenant_id, host_id)
        WHERE blocked.address = block_entry.address AND blocked.expires_at > now() AND ${visible})`.as('packets'),
    ])
    .where('removed_at', 'is', null)
    .where(scopeReaches(caller, 'alerts:read', 'block_entry.scope'))
}

function blockObjectOf(
  row: Awaited<ReturnType<ReturnType<typeof blocksOf>['execute']>>[number],
): z.output<typeof blockObject> {
  return {
    id: row.block_id,
    address: row.address,
    scope: scopeSchema.parse(row.scope),
    reason: row.reason,
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
    expiresAt: row.expires_at.toISOString(),
    hosts: row.hosts,
    ...(row.packets === null ? {} : { packets: row.packets }),
    ...(row.task_id === null ? {} : { task: row.task_id }),
  }
}
