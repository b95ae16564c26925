import assert from 'node:assert/strict'
import type { z } from 'zod'
import type { CallOf, AnswerOf, Permission, RouteTable } from '../../model/api/index.ts'
import type { Caller, Center, Db, Handlers, Request } from '../context.ts'
import { uuid7 } from '../uuid7.ts'
import type { TestStore } from './test-store.ts'

/** In which groups the caller has each right; what is not named it does not have. */
export type May = 'all' | readonly string[] | Partial<Record<Permission, 'all' | readonly string[]>>

export interface HandlerCaller<T extends RouteTable> {
  /** As the server calls a handler: input through its schemas, one transaction, the answer checked. */
  <K extends keyof T & string>(name: K, given?: Partial<CallOf<T[K]>>, may?: May, who?: string): Promise<AnswerOf<T[K]>>
  /** Actions in the audit log. */
  readonly audited: string[]
}

/** Calls handlers without the HTTP around them. */
export function handlerCaller<T extends RouteTable>(
  table: T,
  handlers: Handlers<T> | Partial<Handlers<T>>,
  store: TestStore,
  center: Center,
): HandlerCaller<T> {
  const audited: string[] = []
  const call = async (name: keyof T & string, given: Given = {}, may: May = 'all', who = 'mira') => {
    const route = table[name]
    const handler = handlers[name] as ((input: unknown, request: Request) => Promise<unknown>) | undefined
    assert.ok(route !== undefined && handler !== undefined, `there is no ${name}`)
    const parse = (schema: z.ZodType | undefined, value: unknown) => schema?.parse(value ?? {})
    const input = {
      params: parse(route.params, given.params),
      query: parse(route.query, given.query),
      body: parse(route.body, given.body),
    }
    const answer = await store.store.tenant(store.tenant, db =>
      handler(input, requestOf(db, center, callerOf(store.tenant, may, who), audited)),
    )
    route.answer?.parse(answer)
    return answer
  }
  return Object.assign(call, { audited }) as HandlerCaller<T>
}

interface Given {
  readonly params?: unknown
  readonly query?: unknown
  readonly body?: unknown
}

export function callerOf(tenant: string, may: May, name = 'mira'): Caller {
  return {
    tenant,
    kind: 'user',
    id: name,
    name,
    groupsFor: right => (typeof may === 'object' && !isList(may) ? (may[right] ?? []) : may),
    address: '127.0.0.1',
  }
}

function isList(may: object): may is readonly string[] {
  return Array.isArray(may)
}

export function requestOf(db: Db, center: Center, caller: Caller, audited: string[] = []): Request {
  const none = () => assert.fail('the server does this')
  return {
    caller,
    db,
    center,
    audit: async action => void audited.push(action),
    reply: { header: none, status: none, send: none },
    signal: new AbortController().signal,
  }
}

/** For tests: an id that nothing has. */
export const nobody = uuid7(0)
