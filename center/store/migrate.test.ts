import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { Client } from 'pg'
import { openTestStore, silentLog, type TestStore } from '../testing/index.ts'
import { migrate, ownMigrations } from './migrate.ts'

describe('migrations', () => {
  let here: TestStore
  let folder: string
  before(async () => {
    here = await openTestStore()
    folder = mkdtempSync(join(tmpdir(), 'davylamp-migrations-'))
    cpSync(ownMigrations, folder, { recursive: true })
  })
  after(async () => {
    rmSync(folder, { recursive: true })
    await here.close()
  })

  test('a second time there is nothing to do', async () => {
    assert.deepEqual(await migrate(here.store.connection, silentLog), [])
  })

  test('several centers that start at once apply a new one once', async () => {
    writeFileSync(
      join(folder, '900-more.sql'),
      'CREATE TABLE more (tenant_id uuid NOT NULL, note text, PRIMARY KEY (tenant_id));',
    )
    const applied = await Promise.all([1, 2, 3, 4].map(() => migrate(here.store.connection, silentLog, folder)))
    assert.deepEqual(applied.flat(), [900])
  })

  test('one that fails leaves nothing of it, and says which', async () => {
    writeFileSync(join(folder, '901-wrong.sql'), 'CREATE TABLE half (a int); SELECT nothing_such;')
    await assert.rejects(migrate(here.store.connection, silentLog, folder), {
      name: 'StoreError',
      message: '901-wrong.sql could not be applied, and nothing of it was: column "nothing_such" does not exist',
    })
    rmSync(join(folder, '901-wrong.sql'))
    assert.deepEqual(await rowsOf(here, `SELECT to_regclass('half') AS half`), [{ half: null }])
  })

  test('a file that was changed after it was applied is refused', async () => {
    writeFileSync(join(folder, '900-more.sql'), 'CREATE TABLE other (a int);')
    await assert.rejects(
      migrate(here.store.connection, silentLog, folder),
      /900-more\.sql is not the file that this store/,
    )
  })

  test('a store of a newer program is refused', async () => {
    rmSync(join(folder, '900-more.sql'))
    await assert.rejects(migrate(here.store.connection, silentLog, folder), /newer Davylamp \(it has 900-more\.sql/)
  })
})

describe('the tables as the program knows them', () => {
  let here: TestStore
  before(async () => {
    here = await openTestStore()
  })
  after(() => here.close())

  test('are the tables that there are: names, what may be missing, what has a default, kinds', async () => {
    const real = await rowsOf(
      here,
      `SELECT c.relname || '.' || a.attname AS name, NOT a.attnotnull AS nullable,
         (a.atthasdef OR a.attidentity <> '') AS preset, format_type(a.atttypid, NULL) AS kind
       FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
       WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace AND c.relname <> 'migration'
       ORDER BY 1`,
    )
    const wanted = real.map(
      ({ name, nullable, preset, kind }) => `${name}: ${shape(nullable === true, preset === true, String(kind))}`,
    )
    assert.ok(wanted.length > 300, `only ${wanted.length} columns`)
    assert.deepEqual(declared().sort(), wanted.sort())
  })
})

const kinds: Readonly<Record<string, string>> = {
  uuid: 'string',
  text: 'string',
  inet: 'string',
  date: 'string',
  smallint: 'number',
  integer: 'number',
  bigint: 'number',
  real: 'number',
  'double precision': 'number',
  boolean: 'boolean',
  bytea: 'Buffer',
  jsonb: 'Json',
  'timestamp with time zone': 'Time',
  'text[]': 'string[]',
  'uuid[]': 'string[]',
  'integer[]': 'number[]',
}

function shape(nullable: boolean, preset: boolean, kind: string): string {
  return `${kinds[kind] ?? kind}${nullable ? ' or missing' : ''}${preset && !nullable ? ' with default' : ''}`
}

/** Read from the sources, since types are gone when the program runs. */
function declared(): string[] {
  const folder = join(import.meta.dirname, 'tables')
  const text = readdirSync(folder)
    .filter(name => name.endsWith('.ts'))
    .map(name => readFileSync(join(folder, name), 'utf8'))
    .join('\n')
  const interfaces = new Map(
    [...text.matchAll(/^export interface (\w+Table) \{\n([\s\S]*?)^\}/gm)].map(([, name = '', body = '']) => [
      name,
      body,
    ]),
  )
  return [...text.matchAll(/^ {2}(\w+): (\w+Table)$/gm)].flatMap(([, table = '', name = '']) =>
    [...(interfaces.get(name) ?? '').matchAll(/^ {2}(\w+): ([^\n]+?)(?: *\/[/*].*)?$/gm)].map(
      ([, column = '', type = '']) => `${table}.${column}: ${declaredShape(type)}`,
    ),
  )
}

function declaredShape(type: string): string {
  const nullable = type.startsWith('Nullable') || type.includes('null')
  const preset = type.startsWith('Generated')
  const base = type
    .replace(/^Generated<(.*)>$/, '$1')
    .replace(/^(?:Nullable|Generated)(?=Time|Json)/, '')
    .replace(/ \| null$/, '')
  return `${base}${nullable ? ' or missing' : ''}${preset && !nullable ? ' with default' : ''}`
}

async function rowsOf(here: TestStore, text: string): Promise<Record<string, unknown>[]> {
  const client = new Client(here.superuser)
  await client.connect()
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}
