import { z } from 'zod'
import { orderKinds } from '../../model/wire/index.ts'
import type { Db } from '../context.ts'

/** What a tenant can decide about orders, by name in `tenant_setting`. */
export const orderSettings = {
  /** Kinds that wait for other people than the one who orders, and how many. */
  'second-approver': z.strictObject({
    kinds: z.array(z.enum(orderKinds)).default([]),
    approvals: z.number().int().min(1).max(2).default(1),
  }),
} as const
export type OrderSetting = keyof typeof orderSettings

/** The setting, or what holds when nobody decided. One that cannot be read holds everything back rather than nothing. */
export async function readSetting<N extends OrderSetting>(
  db: Db,
  tenant: string,
  name: N,
): Promise<z.output<(typeof orderSettings)[N]>> {
  const row = await db
    .selectFrom('tenant_setting')
    .select('value')
    .where('tenant_id', '=', tenant)
    .where('name', '=', name)
    .executeTakeFirst()
  return orderSettings[name].parse(row?.value ?? {}) as z.output<(typeof orderSettings)[N]>
}

export async function writeSetting<N extends OrderSetting>(
  db: Db,
  tenant: string,
  name: N,
  value: z.input<(typeof orderSettings)[N]>,
  by: string,
): Promise<void> {
  const checked = JSON.stringify(orderSettings[name].parse(value))
  await db
    .insertInto('tenant_setting')
    .values({ tenant_id: tenant, name, value: checked, changed_by: by })
    .onConflict(clash =>
      clash.columns(['tenant_id', 'name']).doUpdateSet({ value: checked, changed_by: by, changed_at: new Date() }),
    )
    .execute()
}
