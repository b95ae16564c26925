import { STATUS_CODES } from 'node:http'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify'
import type { Log } from '../context.ts'
import type { AnswerPage } from './console.ts'
import { ProblemError } from '../problem-error.ts'
import { uuid7 } from '../uuid7.ts'
import { TooSlow } from './in-time.ts'
import { late, problemDocument, problemOf } from './problems.ts'

/** Every error leaves as RFC 9457; what is our fault goes to the log under the same reference. Must be called before routes are made. */
export function answerErrors(app: FastifyInstance, log: Log, pages: AnswerPage = () => false): void {
  const known: KnownPath[] = []
  app.addHook('onRoute', route => void known.push(knownPath(route)))
  app.setErrorHandler<FastifyError>((error, request, reply) => answerError(error, request, reply, log))
  app.setNotFoundHandler((request, reply) =>
    pages(request, reply) ? reply : answerError(nothingThere(request, reply, known), request, reply, log),
  )
}

function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply, log: Log): FastifyReply {
  const { problem, headers, log: wanted } = error instanceof TooSlow ? late(request.id) : problemOf(error, request.id)
  if (wanted !== 'no') {
    const fields = {
      reference: request.id,
      function: request.routeOptions.url ?? 'unknown',
      status: problem.status,
      ...causeOf(error),
    }
    if (wanted === 'fault') log.error('A request could not be answered', fields)
    else log.warn('A request was answered with an error', fields)
  }
  for (const [name, value] of Object.entries(headers)) reply.header(name, value)
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer realm="davylamp"')
  return reply.code(problem.status).type('application/problem+json; charset=utf-8').send(JSON.stringify(problem))
}

/** The stack and code; not the other fields of a database error, which quote values. */
function causeOf(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { error: String(error) }
  return { error: error.stack ?? error.message, ...('code' in error ? { code: error.code } : {}) }
}

/** For addresses that the router cannot even read: no hook runs for these. */
export function answerUnroutable(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const { problem } = problemOf(error, request.id)
  reply.header('x-content-type-options', 'nosniff').header('cache-control', 'no-store')
  reply.code(problem.status).type('application/problem+json; charset=utf-8').send(JSON.stringify(problem))
}

interface KnownPath {
  readonly pattern: RegExp
  readonly methods: readonly string[]
}

function knownPath({ url, method }: RouteOptions): KnownPath {
  const pattern = url
    .split('/')
    .map(part => (part.startsWith(':') ? '[^/]+' : part === '*' ? '.*' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')))
    .join('/')
  return { pattern: new RegExp(`^${pattern}$`), methods: typeof method === 'string' ? [method] : method }
}

function nothingThere(request: FastifyRequest, reply: FastifyReply, known: readonly KnownPath[]): ProblemError {
  const path = request.url.split('?', 1)[0] ?? ''
  const methods = new Set(known.filter(({ pattern }) => pattern.test(path)).flatMap(one => one.methods))
  if (methods.size === 0)
    return new ProblemError(404, 'not-found', 'There is nothing at this address', 'See /api/ for what there is.')
  const allowed = [...methods].sort().join(', ')
  reply.header('allow', allowed)
  return new ProblemError(405, 'wrong-method', `${request.method} is not possible here`, `Possible: ${allowed}.`)
}

interface Breakable {
  readonly writable: boolean
  end(text: string): void
  destroy(): void
}

/** What is not HTTP, or too much of it, never reaches Fastify; it gets the same kind of answer. */
export function refuseBroken(error: Error, socket: Breakable): void {
  const code = 'code' in error ? error.code : undefined
  if (!socket.writable || code === 'ECONNRESET') {
    socket.destroy()
    return
  }
  const [status, title] = brokenAnswers.get(String(code)) ?? [400, 'This is not valid HTTP']
  const body = JSON.stringify(problemDocument(status, 'bad-request', title, undefined, uuid7()))
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/problem+json; charset=utf-8\r\nConnection: close\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
}

const brokenAnswers = new Map<string, readonly [number, string]>([
  ['HPE_HEADER_OVERFLOW', [431, 'The headers of the request are too large']],
  ['ERR_HTTP_REQUEST_TIMEOUT', [408, 'The request was not sent in time']],
])
