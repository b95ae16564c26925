import type { ClientBase } from 'pg'
import { StoreError } from './store-error.ts'

/** Bound to one tenant by row-level security; owns nothing. */
export const appRole = 'davylamp_app'
/** Sees all tenants, owns nothing. */
export const systemRole = 'davylamp_system'

/**
 * Under this policy PostgreSQL gives an index only conditions that cannot leak rows ("leakproof"): `=`, `<`, `^@` on text,
 * uuid, numbers and times. LIKE, array `@>` and jsonb operators are looked at row by row within the tenant; so a prefix is
 * asked with `^@`, and ids are searched as the system role with the tenant as a condition, then read under this policy.
 */
const own = `tenant_id = nullif(current_setting('davylamp.tenant', true), '')::uuid`

/**
 * Both roles, which nobody can log in as; the login of the center becomes a member, so it needs CREATEROLE once (or an
 * administrator makes them: `CREATE ROLE davylamp_app NOLOGIN; CREATE ROLE davylamp_system NOLOGIN; GRANT davylamp_app, davylamp_system TO <login>`).
 */
export async function ensureRoles(client: ClientBase): Promise<void> {
  if (await hasRoles(client)) return
  try {
    for (const role of [appRole, systemRole]) await ensureRole(client, role)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new StoreError(
      `The store's login may not make the roles that keep tenants apart (${reason}). As an administrator of that PostgreSQL: CREATE ROLE ${appRole} NOLOGIN; CREATE ROLE ${systemRole} NOLOGIN; GRANT ${appRole}, ${systemRole} TO the login.`,
      { cause },
    )
  }
}

/** Row-level security, its two policies and the grants for every table with a tenant; tables that have them already are left alone. */
export async function secureTables(client: ClientBase, all: boolean): Promise<void> {
  const tables = all ? await tenantTables(client) : await unsecuredTables(client)
  if (tables.length === 0 && !all) return
  await client.query('BEGIN')
  try {
    await secureThese(client, tables)
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {})
    throw error
  }
}

/** All of them, within the caller's transaction. */
export async function secureTablesWithin(client: ClientBase): Promise<void> {
  await secureThese(client, await tenantTables(client))
}

/** For COPY FROM, which row-level security forbids: only within a transaction that secures them again. */
export async function unsecureTables(client: ClientBase): Promise<void> {
  for (const table of await tenantTables(client))
    await client.query(`ALTER TABLE ${client.escapeIdentifier(table)} DISABLE ROW LEVEL SECURITY`)
}

async function hasRoles(client: ClientBase): Promise<boolean> {
  const { rows } = await client.query(
    `SELECT count(*) AS count FROM pg_roles WHERE rolname = ANY($1) AND pg_has_role(current_user, oid, $2)
       AND pg_has_role(current_user, oid, 'USAGE')`,
    [[appRole, systemRole], await setRight(client)],
  )
  return Number(rows[0]?.count) === 2
}

/** PostgreSQL 16 tells apart who may administer a role and who may become it. */
async function setRight(client: ClientBase): Promise<string> {
  const { rows } = await client.query(`SELECT current_setting('server_version_num')::int >= 160000 AS split`)
  return rows[0]?.split === true ? 'SET' : 'MEMBER'
}

/** Roles belong to all databases of a server, so another center may make them at this moment. */
async function ensureRole(client: ClientBase, role: string): Promise<void> {
  await client.query(`DO $$ BEGIN CREATE ROLE ${role} NOLOGIN;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`)
  for (let attempt = 1; ; attempt++) {
    try {
      await client.query(`GRANT ${role} TO CURRENT_USER`)
      return
    } catch (error) {
      // "tuple concurrently updated", or the same row inserted by another.
      if (attempt === 5 || !(error instanceof Error && 'code' in error && /^(?:XX000|23505)$/.test(String(error.code))))
        throw error
    }
  }
}

const isTenantTable = `c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace
  AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped)`

async function tenantTables(client: ClientBase): Promise<string[]> {
  const { rows } = await client.query(`SELECT c.relname AS name FROM pg_class c WHERE ${isTenantTable} ORDER BY 1`)
  return rows.map(row => String(row.name))
}

async function unsecuredTables(client: ClientBase): Promise<string[]> {
  const { rows } = await client.query(`SELECT c.relname AS name FROM pg_class c WHERE ${isTenantTable}
    AND NOT (c.relrowsecurity AND c.relforcerowsecurity
      AND 2 = (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname IN ('${appRole}', '${systemRole}')))
    ORDER BY 1`)
  return rows.map(row => String(row.name))
}

async function secureThese(client: ClientBase, tables: readonly string[]): Promise<void> {
  for (const table of tables) await secure(client, client.escapeIdentifier(table))
  await grantRest(client)
}

async function secure(client: ClientBase, table: string): Promise<void> {
  await client.query(`
    ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY;
    ALTER TABLE ${table} FORCE ROW LEVEL SECURITY;
    DROP POLICY IF EXISTS ${appRole} ON ${table};
    DROP POLICY IF EXISTS ${systemRole} ON ${table};
    CREATE POLICY ${appRole} ON ${table} TO ${appRole} USING (${own}) WITH CHECK (${own});
    CREATE POLICY ${systemRole} ON ${table} TO ${systemRole} USING (true) WITH CHECK (true);
    GRANT SELECT, INSERT, UPDATE, DELETE ON ${table} TO ${appRole}`)
}

/** Tables without a tenant are for the center itself only. */
async function grantRest(client: ClientBase): Promise<void> {
  await client.query(`
    GRANT USAGE ON SCHEMA public TO ${appRole}, ${systemRole};
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${systemRole};
    REVOKE INSERT, UPDATE, DELETE ON migration FROM ${systemRole};
    GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO ${appRole}, ${systemRole}`)
}
