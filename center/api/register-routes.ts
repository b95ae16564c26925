import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { sql } from 'kysely'
import type { RouteContract, RouteTable } from '../../model/api/index.ts'
import type { Center, Db } from '../context.ts'
import { notAllowed, ProblemError } from '../problem-error.ts'
import { type Checked, checkInput } from './checked-input.ts'
import { refuseForgery } from './csrf.ts'
import { idempotencyKey, once, type StoredAnswer } from './idempotency.ts'
import type { Limits } from './limits.ts'
import type { ApiHandlers, ApiRequest, Authenticate, SignedIn, WriteAudit } from './ports.ts'
import { credentialsOf } from './credentials.ts'
import { inTime } from './in-time.ts'
import { instanceOf } from './problems.ts'

export const apiPrefix = '/api/v1'

/** What all routes share. */
export interface ApiParts {
  readonly center: Center
  readonly authenticate: Authenticate
  readonly audit: WriteAudit
  readonly limits: Limits
  /** Tests and development: an answer that does not agree with its contract is an error. Otherwise it is logged and sent. */
  readonly strictAnswers: boolean
  readonly ownOrigins: ReadonlySet<string>
  readonly timeoutMs: number
}

type AnyHandler = (input: Checked, request: ApiRequest) => Promise<unknown>

/** Makes Fastify routes below /api/v1 of a table and its handlers. */
export function registerRoutes<T extends RouteTable>(
  app: FastifyInstance,
  table: T,
  handlers: ApiHandlers<T>,
  parts: ApiParts,
): void {
  for (const [name, route] of Object.entries(table)) {
    // The table ties each handler to its contract; in a loop over names the compiler cannot see which belongs to which.
    const handler = handlers[name] as unknown as AnyHandler | undefined
    if (handler === undefined) throw new Error(`The API function ${name} has no handler`)
    registerRoute(app, name, route, handler, parts)
  }
}

function registerRoute(
  app: FastifyInstance,
  name: string,
  route: RouteContract,
  handler: AnyHandler,
  parts: ApiParts,
): void {
  const limit = parts.limits.route(route)
  const callers = new WeakMap<FastifyRequest, SignedIn>()
  app.route({
    method: route.method,
    url: `${apiPrefix}${route.path}`,
    bodyLimit: route.largestBody ?? 1024 * 1024,
    config: { api: name },
    // Before the body is read: whoever may not call gets nothing parsed.
    async onRequest(request, reply) {
      const caller = await parts.authenticate(credentialsOf(request, false))
      await limit(request, reply, caller)
      refuseForgery(request, caller, parts.ownOrigins)
      callers.set(request, permitted(route, caller, parts.center.clock()) ?? nobody(request.ip))
    },
    async handler(request, reply) {
      const caller = callers.get(request) ?? nobody(request.ip)
      const leave = parts.limits.enter(caller)
      try {
        return await carryOut({ name, route, handler, parts, caller, request, reply })
      } finally {
        leave()
      }
    },
  })
}

function nobody(address: string): SignedIn {
  return { tenant: '', kind: 'nobody', id: address, name: '', groupsFor: () => [], address }
}

function permitted(route: RouteContract, caller: SignedIn | undefined, now: Date): SignedIn | undefined {
  if (route.needs === 'public') return caller
  if (caller === undefined)
    throw new ProblemError(
      401,
      'sign-in',
      'You are not signed in',
      'Sign in, or send a valid API token as Authorization: Bearer.',
    )
  if (route.needs !== 'self') {
    const groups = caller.groupsFor(route.needs)
    if (groups !== 'all' && groups.length === 0)
      throw notAllowed(`It needs the right ${route.needs}. Ask an administrator for a role that has it.`)
  }
  if (route.freshLogin !== undefined) refuseStale(route.freshLogin, caller, now)
  return caller
}

/** API tokens are given for what they may do and lie in no open browser: they are fresh at all times. */
function refuseStale(freshLogin: number, { kind, session }: SignedIn, now: Date): void {
  if (kind === 'token') return
  if (session !== undefined && now.getTime() - session.freshAt.getTime() <= freshLogin * 1000) return
  throw new ProblemError(403, 'login-again', 'Please show again that it is you', 'Sign in once more, then repeat this.')
}

interface Call {
  readonly name: string
  readonly route: RouteContract
  readonly handler: AnyHandler
  readonly parts: ApiParts
  readonly caller: SignedIn
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

type Body = Parameters<ApiRequest['reply']['send']>[0]

async function carryOut(call: Call): Promise<unknown> {
  const { route, parts, request, reply, caller } = call
  const input = checkInput(route, { params: request.params, query: query(request), body: request.body })
  const key = keyed(route) ? idempotencyKey(request.headers['idempotency-key']) : undefined
  const left = new AbortController()
  reply.raw.on('close', () => left.abort(new Error('the caller went away')))
  let said = nothingSaid()
  const work = async (db: Db, signal: AbortSignal) => {
    // It may be the second try, after a lost connection: of what the first one said nothing counts.
    said = nothingSaid()
    await sql`SELECT set_config('statement_timeout', ${String(parts.timeoutMs)}, true)`.execute(db)
    const handle = async (): Promise<StoredAnswer> => {
      const body = await call.handler(input, requestOf(call, db, signal, said))
      return { status: statusOf(route), body: checkAnswer(call, body) }
    }
    if (key === undefined) return { ...(await handle()), replayed: false }
    return once(db, parts.center, { caller, key, method: route.method, path: pathOf(request), input }, handle)
  }
  const done = await inTime(parts.timeoutMs, left.signal, signal =>
    route.needs === 'public'
      ? parts.center.store.system(db => work(db, signal))
      : parts.center.store.tenant(caller.tenant, db => work(db, signal)),
  )
  for (const [name, value] of said.headers) reply.header(name, value)
  if (said.status !== undefined || route.raw === undefined) reply.code(said.status ?? done.status)
  if (route.raw !== undefined) return sendRaw(reply, route.raw, said.body, left.signal)
  if (done.replayed) reply.header('idempotency-replayed', 'true')
  if (route.answer === undefined) return reply.send()
  // A refused sign-in is counted, so its transaction commits: such handlers answer with a problem instead of throwing one.
  if (reply.statusCode < 400)
    return reply.type('application/json; charset=utf-8').send(JSON.stringify(done.body ?? null))
  const problem = { ...(done.body as object | null), instance: instanceOf(request.id) }
  return reply.type('application/problem+json; charset=utf-8').send(JSON.stringify(problem))
}

function query(request: FastifyRequest): Record<string, unknown> {
  return typeof request.query === 'object' && request.query !== null ? { ...request.query } : {}
}

function keyed(route: RouteContract): boolean {
  return route.method !== 'GET' && route.raw === undefined && route.needs !== 'public'
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? ''
}

/** What one try of a handler says besides its answer; it goes out once its transaction is over. */
interface Said {
  status: number | undefined
  readonly headers: [name: string, value: string][]
  body: Body | undefined
}

function nothingSaid(): Said {
  return { status: undefined, headers: [], body: undefined }
}

function requestOf({ parts, caller, request }: Call, db: Db, signal: AbortSignal, said: Said): ApiRequest {
  return {
    caller,
    db,
    center: parts.center,
    audit: (action, object, detail) =>
      parts.audit(db, { tenant: caller.tenant, caller, action, object, detail, request: request.id }),
    reply: {
      header: (name, value) => void said.headers.push([name, value]),
      status: code => {
        said.status = code
      },
      send: body => {
        said.body = body
      },
    },
    signal,
    credentials: credentialsOf(request, false),
    id: request.id,
    headers: request.headers,
  }
}

function statusOf(route: RouteContract): number {
  return route.status ?? (route.answer === undefined ? 204 : 200)
}

/** What leaves is what the contract says: fields beyond it are left out, so that no column goes out by accident. */
function checkAnswer({ name, route, parts }: Call, body: unknown): unknown {
  if (route.answer === undefined || route.raw !== undefined) return undefined
  const checked = route.answer.safeParse(body)
  if (checked.success) return checked.data
  const where = checked.error.issues.slice(0, 5).map(issue => `${issue.path.join('.')}: ${issue.message}`)
  if (parts.strictAnswers) throw new Error(`The answer of ${name} is not as its contract says: ${where.join('; ')}`)
  parts.center.log.warn('An answer of the API is not as its contract says', { function: name, where })
  return body
}

/** The transaction is over by now: a stream may last for hours. It ends when the caller goes away. */
function sendRaw(reply: FastifyReply, type: string, body: Body | undefined, gone: AbortSignal): FastifyReply {
  if (body === undefined) return reply.send()
  if (!reply.hasHeader('content-type')) reply.type(type)
  if (typeof body === 'string' || body instanceof Uint8Array)
    return reply.send(typeof body === 'string' ? body : Buffer.from(body))
  return reply.send(Readable.from(body, { signal: gone, objectMode: false }))
}
