import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Permission, RouteTable } from '../../../model/api/index.ts'
import { pgBus } from '../../bus/index.ts'
import type { Bus, Center, Log } from '../../context.ts'
import { type Keyring, openCenterKeys } from '../../keys/index.ts'
import { openTestStore, type TestStore } from '../../testing/index.ts'
import { uuid7 } from '../../uuid7.ts'
import type { AuditRecord, Authenticate, SignedIn, WriteAudit } from '../ports.ts'
import { type ApiServer, type Served, startApi } from '../server.ts'

export interface LogLine {
  readonly level: 'info' | 'warn' | 'error'
  readonly what: string
  readonly fields: Readonly<Record<string, unknown>> | undefined
}

export interface TestApi {
  readonly center: Center
  readonly store: TestStore
  readonly keys: Keyring
  readonly bus: Bus
  readonly server: ApiServer
  readonly log: LogLine[]
  readonly audited: AuditRecord[]
  /** Who comes with which bearer token, or session cookie. Tests add and remove. */
  readonly people: Map<string, SignedIn>
  request(method: string, path: string, options?: RequestOptions): Promise<Answer>
  close(): Promise<void>
}

export interface RequestOptions {
  readonly as?: string
  readonly headers?: Readonly<Record<string, string>>
  /** A text is sent as it is. */
  readonly body?: unknown
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** `undefined` when it is no JSON. */
  readonly json: unknown
}

export interface TestApiOptions {
  readonly documented?: RouteTable
  readonly timeoutMs?: number
  readonly strictAnswers?: boolean
  readonly authenticate?: (center: Center) => Authenticate
  /** Does it too, in the request's transaction; what is audited is kept in any case. */
  readonly audit?: WriteAudit
  readonly plainHttp?: boolean
  readonly trustedProxies?: readonly string[]
}

/** A whole API server over plain HTTP (or TLS) on 127.0.0.1, with a PostgreSQL, bus and keys of its own. */
export async function startTestApi(served: readonly Served[], options: TestApiOptions = {}): Promise<TestApi> {
  const store = await openTestStore()
  const state = mkdtempSync(join(tmpdir(), 'davylamp-api-'))
  const log: LogLine[] = []
  const keep = (level: LogLine['level']) => (what: string, fields?: LogLine['fields']) =>
    void log.push({ level, what, fields })
  const logger: Log = { info: keep('info'), warn: keep('warn'), error: keep('error') }
  const bus = await pgBus(store.store, store.store.connection, logger)
  const clock = () => new Date()
  const keys = await openCenterKeys({ store: store.store, state, clock })
  const settings = { address: 'https://center.example:8443', agentAddress: 'https://center.example:8444', state }
  const center: Center = { store: store.store, bus, log: logger, clock, node: uuid7(), keys, settings }
  const people = new Map<string, SignedIn>()
  const audited: AuditRecord[] = []
  const server = await startApi(
    {
      center,
      authenticate:
        options.authenticate?.(center) ??
        (async ({ authorization, cookies }) =>
          people.get(authorization?.replace('Bearer ', '') ?? cookies['__Host-davylamp'] ?? '')),
      audit: async (db, record) => {
        audited.push(record)
        await options.audit?.(db, record)
      },
      tls: options.plainHttp === false ? await certificateOf(keys) : 'plain-http',
      listen: { host: '127.0.0.1', port: 0 },
      program: 'test',
      strictAnswers: options.strictAnswers ?? true,
      ...(options.trustedProxies === undefined ? {} : { trustedProxies: options.trustedProxies }),
      ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
      ...(options.documented === undefined ? {} : { documented: options.documented }),
    },
    served,
  )
  return {
    center,
    store,
    keys,
    bus,
    server,
    log,
    audited,
    people,
    request: (method, path, how = {}) => ask(server.address, method, path, how),
    async close() {
      await server.close()
      await bus.close()
      await store.close()
      rmSync(state, { recursive: true, force: true })
    },
  }
}

/** Somebody with the given rights: in all groups, or in some. */
export function someone(
  tenant: string,
  rights: readonly Permission[],
  groups: 'all' | readonly string[] = 'all',
): SignedIn {
  const id = uuid7()
  return {
    tenant,
    kind: 'token',
    id,
    name: `test ${id.slice(-4)}`,
    address: '127.0.0.1',
    groupsFor: right => (rights.includes(right) ? groups : []),
  }
}

async function certificateOf(keys: Keyring) {
  const { certificate, key } = await keys.authority.issueServer(['127.0.0.1', 'localhost'], new Date(), 1)
  return { cert: certificate + keys.authority.certificate, key }
}

async function ask(
  address: string,
  method: string,
  path: string,
  { as, headers, body }: RequestOptions,
): Promise<Answer> {
  const response = await fetch(`${address}${path}`, {
    method,
    redirect: 'manual',
    headers: {
      ...(as === undefined ? {} : { authorization: `Bearer ${as}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, text, json: parsed(text) }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
