import type { Store } from '../context.ts'
import { uuid7 } from '../uuid7.ts'

export interface FirstTenant {
  readonly tenant: string
  /** The group that all others lie below. */
  readonly group: string
}

/** The tenant of that name with its root group `All hosts`; made when it is not there, once, however many centers start. */
export async function ensureTenant(store: Store, name = 'default'): Promise<FirstTenant> {
  return store.system(async db => {
    await db
      .insertInto('tenant')
      .values({ tenant_id: uuid7(), name })
      .onConflict(found => found.column('name').doNothing())
      .execute()
    const { tenant_id: tenant } = await db
      .selectFrom('tenant')
      .select('tenant_id')
      .where('name', '=', name)
      .forUpdate()
      .executeTakeFirstOrThrow()
    const root = await db
      .selectFrom('host_group')
      .select('group_id')
      .where('tenant_id', '=', tenant)
      .where('parent_id', 'is', null)
      .orderBy('created_at')
      .executeTakeFirst()
    if (root !== undefined) return { tenant, group: root.group_id }
    const group = uuid7()
    await db.insertInto('host_group').values({ tenant_id: tenant, group_id: group, name: 'All hosts' }).execute()
    return { tenant, group }
  })
}
