import { allRoutes, type AnswerOf, type CallOf, type RouteContract, type RouteTable } from '../model/api/index.ts'
import { errorOf } from './api-error.ts'
import { type ClientOptions, send } from './send.ts'

export interface CallOptions {
  readonly signal?: AbortSignal
  /** Unsafe methods get a new one for each call; give your own to repeat a call of an earlier process. */
  readonly idempotencyKey?: string
}

type Result<R extends RouteContract> = R extends { raw: string } ? Response : AnswerOf<R>

/** Nothing needs to be given when an empty object would do. */
type Arguments<R extends RouteContract> =
  Record<never, never> extends CallOf<R>
    ? [call?: CallOf<R>, options?: CallOptions]
    : [call: CallOf<R>, options?: CallOptions]

/** One function for each of the table's routes. */
export type ClientOf<T extends RouteTable> = {
  readonly [K in keyof T]: (...given: Arguments<T[K]>) => Promise<Result<T[K]>>
}

export type ApiClient = ClientOf<typeof allRoutes>

/**
 * A client of the whole API. Functions reject with ApiError (the center said no, and why) or UnreachableError. Lost connections are tried again:
 * changes carry an idempotency key, so they happen once.
 */
export function apiClient(options: ClientOptions): ApiClient {
  return clientOf(allRoutes, options)
}

export function clientOf<T extends RouteTable>(table: T, options: ClientOptions): ClientOf<T> {
  const functions = Object.entries(table).map(([name, route]) => [name, functionOf(route, options)])
  return Object.fromEntries(functions) as ClientOf<T>
}

interface AnyCall {
  readonly params?: Readonly<Record<string, unknown>>
  readonly query?: Readonly<Record<string, unknown>>
  readonly body?: unknown
}

function functionOf(route: RouteContract, options: ClientOptions) {
  return async (call: AnyCall = {}, { signal, idempotencyKey }: CallOptions = {}): Promise<unknown> => {
    const once = route.method !== 'GET' && route.needs !== 'public' && route.raw === undefined
    const response = await send(options, {
      method: route.method,
      path: pathOf(route.path, call.params ?? {}) + queryOf(call.query ?? {}),
      body: call.body,
      repeatable: once || route.method === 'GET',
      ...(once ? { idempotencyKey: idempotencyKey ?? crypto.randomUUID() } : {}),
      ...(signal === undefined ? {} : { signal }),
    })
    if (!response.ok) throw await errorOf(response)
    if (route.raw !== undefined) return response
    if (route.answer === undefined) return void (await response.arrayBuffer())
    // What the center says is taken as it is: it checks its answers by the same contract, and may know fields that we do not.
    return response.json()
  }
}

function pathOf(path: string, params: Readonly<Record<string, unknown>>): string {
  return path.replaceAll(/:(\w+)/g, (_, name: string) => {
    const value = String(params[name] ?? '')
    // A dot segment would be taken away, and so name another function.
    if (value === '' || value === '.' || value === '..')
      throw new TypeError(`"${value}" cannot be the ${name} of ${path}`)
    return encodeURIComponent(value)
  })
}

function queryOf(query: Readonly<Record<string, unknown>>): string {
  const text = new URLSearchParams()
  for (const [name, value] of Object.entries(query))
    for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined) text.append(name, String(one))
  return text.size === 0 ? '' : `?${text}`
}
