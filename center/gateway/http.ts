import type { IncomingMessage, ServerResponse } from 'node:http'
import { ProblemError } from '../problem-error.ts'
import { parseJson } from './json.ts'

/** Reads a JSON body. Throws `ProblemError` 411, 413, 415 or 400. */
export async function readJson(request: IncomingMessage, most: number): Promise<unknown> {
  const parsed = parseJson((await readBytes(request, most, 'application/json')).toString('utf8'))
  if (parsed === undefined) throw new ProblemError(400, 'bad-request', 'The body is not JSON, or nested too deep')
  return parsed.value
}

/** Reads a body of that type whole. Throws `ProblemError` 413 or 415. */
export async function readBytes(request: IncomingMessage, most: number, type: string): Promise<Buffer> {
  const said = (request.headers['content-type'] ?? '').toLowerCase()
  if (said !== type && !said.startsWith(`${type};`))
    throw new ProblemError(415, 'unsupported-media-type', `Send ${type}`)
  if (Number(request.headers['content-length'] ?? 0) > most) throw tooLarge(most)
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    const bytes: Buffer = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk))
    size += bytes.length
    if (size > most) throw tooLarge(most)
    chunks.push(bytes)
  }
  return Buffer.concat(chunks)
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  send(response, status, 'application/json', JSON.stringify(body))
}

/** RFC 9457. What is no `ProblemError` says nothing of our insides. */
export function sendProblem(response: ServerResponse, error: unknown, retrySeconds?: number): void {
  const known = error instanceof ProblemError ? error : undefined
  const status = known?.status ?? 503
  if (status === 503 || retrySeconds !== undefined) response.setHeader('retry-after', Math.ceil(retrySeconds ?? 10))
  const body = {
    type: `urn:davylamp:problem:${known?.kind ?? 'unavailable'}`,
    title: known?.message ?? 'The center cannot do this now',
    status,
    ...(known === undefined ? { detail: 'Try again in a few seconds.' } : {}),
    ...(known?.detail === undefined ? {} : { detail: known.detail }),
  }
  // What is left of a refused body is not read.
  response.setHeader('connection', 'close')
  send(response, status, 'application/problem+json', JSON.stringify(body))
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  if (response.headersSent) return void response.destroy()
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  })
  response.end(body)
}

function tooLarge(most: number): ProblemError {
  return new ProblemError(413, 'too-large', `The body is larger than ${most} bytes`)
}
