import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'

const mostBytes = 1024 * 1024
const timeoutMs = 10_000

interface Sent {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: ConstructorParameters<typeof Response>[0]
  readonly signal?: AbortSignal | undefined
}

/**
 * `fetch` for an identity provider: https only, no redirects, at most 1 MiB and 10 s. With `ca` (PEM) only that CA is believed: `fetch` of
 * Node cannot be told one.
 */
export function fetchWithCa(ca: string | undefined): (url: string, sent: Sent) => Promise<Response> {
  return async (url, { method = 'GET', headers = {}, body, signal }) => {
    const bytes = body ? Buffer.from(await new Response(body).arrayBuffer()) : undefined
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const limit = AbortSignal.timeout(timeoutMs)
      const sending = request(url, {
        method,
        headers: { ...headers, ...(bytes ? { 'content-length': bytes.length } : {}) },
        signal: signal ? AbortSignal.any([signal, limit]) : limit,
        agent: false,
        ...(ca === undefined ? {} : { ca }),
      })
      sending.on('response', resolve).on('error', reject).end(bytes)
    })
    const content = await readAll(answer)
    const shown = new Headers()
    for (const [name, value] of Object.entries(answer.headers))
      for (const one of typeof value === 'string' ? [value] : (value ?? [])) shown.append(name, one)
    const status = answer.statusCode ?? 502
    return new Response(status === 204 || status === 304 ? null : Uint8Array.from(content), { status, headers: shown })
  }
}

async function readAll(answer: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of answer) {
    if (!(chunk instanceof Buffer)) continue
    size += chunk.length
    if (size > mostBytes) {
      answer.destroy()
      throw new Error(`The identity provider answered with more than ${mostBytes} bytes.`)
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
