import { sql } from 'kysely'
import type { Db } from '../context.ts'
import { appRole, systemRole } from './row-security.ts'

/**
 * Does one thing within a tenant's transaction as the role that sees all tenants, where row-level security would keep a condition
 * from its index. `work` asks for ids only and names the tenant itself; what is shown is read as the tenant.
 */
export async function asSystem<T>(db: Db, work: (db: Db) => Promise<T>): Promise<T> {
  await become(db, systemRole)
  try {
    return await work(db)
  } finally {
    // After a failed statement this fails too, and so does everything else in the transaction.
    await become(db, appRole)
  }
}

async function become(db: Db, role: string): Promise<void> {
  await sql`SELECT set_config('role', ${role}, true)`.execute(db)
}
