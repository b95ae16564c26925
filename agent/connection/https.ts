import { once } from 'node:events'
import { request as httpsRequest } from 'node:https'
import type { IncomingMessage } from 'node:http'

/** How to speak TLS with the center: whom to believe, and who we are. */
export interface CenterTls {
  /** PEM of the one CA that is believed. */
  readonly ca: string
  readonly cert?: string
  readonly key?: string
}

export interface Ask {
  readonly url: URL
  readonly tls: CenterTls
  /** Sent as JSON by POST. */
  readonly body?: unknown
  /** Sent as they are, by PUT. Without a body and without bytes: GET. */
  readonly bytes?: Uint8Array
  readonly mostBytes: number
  /** Without a byte for so long it is given up. */
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
  /** Each part as it comes, for what is too large to hold; the answer's `body` is then empty. Only for status 200. */
  readonly sink?: (part: Buffer) => void
}

export interface Answer {
  readonly status: number
  readonly body: Buffer
}

/** One HTTPS request over TLS 1.3 to a server that the given CA vouches for. Follows no redirect, knows no proxy. */
export async function ask({ url, tls, mostBytes, timeoutMs = 30_000, signal, sink, ...given }: Ask): Promise<Answer> {
  const content = contentOf(given)
  const request = httpsRequest(url, {
    ...tls,
    minVersion: 'TLSv1.3',
    rejectUnauthorized: true,
    agent: false,
    method: content?.method ?? 'GET',
    timeout: timeoutMs,
    headers:
      content === undefined ? {} : { 'content-type': content.type, 'content-length': String(content.bytes.length) },
    ...(signal === undefined ? {} : { signal }),
  })
  request.on('timeout', () => request.destroy(new Error(`no answer for ${timeoutMs / 1_000} s`)))
  request.end(content?.bytes)
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  const parts: Buffer[] = []
  let size = 0
  for await (const part of response as AsyncIterable<Buffer>) {
    size += part.length
    if (size > mostBytes) {
      request.destroy()
      throw new Error(`the answer is larger than ${mostBytes} bytes`)
    }
    if (sink !== undefined && response.statusCode === 200) sink(part)
    else parts.push(part)
  }
  return { status: response.statusCode ?? 0, body: Buffer.concat(parts) }
}

function contentOf({ body, bytes }: Pick<Ask, 'body' | 'bytes'>) {
  if (bytes !== undefined) return { method: 'PUT', type: 'application/octet-stream', bytes }
  if (body === undefined) return undefined
  return { method: 'POST', type: 'application/json', bytes: Buffer.from(JSON.stringify(body)) }
}

/** What a problem document (RFC 9457) or an old-fashioned error says, at most one line. */
export function saidBy({ status, body }: Answer): string {
  try {
    const said = JSON.parse(body.toString('utf8')) as { detail?: unknown; title?: unknown }
    const text = [said.detail, said.title].find(one => typeof one === 'string')
    if (typeof text === 'string') return oneLine(text)
  } catch {
    // Not JSON: the status has to do.
  }
  return `HTTP status ${status}`
}

/** Text of others for a log or a terminal: no control characters, no end of line, not endless. */
export function oneLine(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').slice(0, 500)
}
