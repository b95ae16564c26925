import { type IncomingHttpHeaders, type IncomingMessage, request as plainRequest } from 'node:http'
import { request as tlsRequest } from 'node:https'
import { checkServerIdentity, type PeerCertificate } from 'node:tls'
import { type Delivery, refused, type Surroundings } from '../channel.ts'
import { cleanText } from '../clean-text.ts'
import { product } from '../product.ts'
import { addressOf } from './address.ts'
import { plainTrouble } from './trouble.ts'

export interface Asked {
  readonly url: string
  readonly method?: 'GET' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** PEM of an authority besides those that Node knows. */
  readonly ca?: string | undefined
  readonly allowLinkLocal?: boolean | undefined
  readonly around: Pick<Surroundings, 'signal' | 'timeoutMs'>
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** At most 64 KiB of it. */
  readonly text: string
}

const usualTimeoutMs = 15_000
const largestAnswer = 65_536

/** One request with a time limit for all of it; redirects are not followed. Throws `ReceiverError`. */
export async function ask(asked: Asked): Promise<Answer> {
  const url = new URL(asked.url)
  const limit = new AbortController()
  const timer = setTimeout(
    () => limit.abort(new DOMException('too slow', 'TimeoutError')),
    asked.around.timeoutMs ?? usualTimeoutMs,
  )
  const signal = AbortSignal.any([asked.around.signal, limit.signal])
  try {
    const address = await addressOf(url.hostname, asked.allowLinkLocal === true)
    return await exchange(url, address, asked, signal)
  } catch (error) {
    throw plainTrouble(limit.signal.aborted ? limit.signal.reason : error, url.host)
  } finally {
    clearTimeout(timer)
  }
}

function exchange(url: URL, address: string, asked: Asked, signal: AbortSignal): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const body = Buffer.from(asked.body ?? '')
  const secure = url.protocol === 'https:'
  const name = url.hostname.replace(/^\[|\]$/g, '')
  const options = {
    host: address,
    port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
    path: `${url.pathname}${url.search}`,
    method: asked.method ?? 'POST',
    // No connection is kept: notices are rare, and a kept one may be dead.
    agent: false as const,
    signal,
    headers: {
      host: url.host,
      'user-agent': `davylamp/${product.version}`,
      ...asked.headers,
      ...(asked.method === 'GET' ? {} : { 'content-length': String(body.length) }),
    },
  }
  const hear = (answer: IncomingMessage) => void collect(answer).then(resolve, reject)
  const sending = secure
    ? tlsRequest(
        {
          ...options,
          servername: /^[\d.]+$|:/.test(name) ? '' : name,
          ...tlsName(name),
          ...(asked.ca ? { ca: asked.ca } : {}),
        },
        hear,
      )
    : plainRequest(options, hear)
  sending.on('error', reject)
  sending.end(asked.method === 'GET' ? undefined : body)
  return promise
}

/** We connect to an address, but the certificate must be for the name. */
function tlsName(name: string): {
  checkServerIdentity: (host: string, certificate: PeerCertificate) => Error | undefined
} {
  return { checkServerIdentity: (_, certificate) => checkServerIdentity(name, certificate) }
}

async function collect(answer: IncomingMessage): Promise<Answer> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of answer as AsyncIterable<Buffer>) {
    parts.push(part)
    size += part.length
    // Enough to know what it says; leaving the loop ends the connection.
    if (size >= largestAnswer) break
  }
  const text = Buffer.concat(parts).subarray(0, largestAnswer).toString()
  return { status: answer.statusCode ?? 0, headers: answer.headers, text }
}

/** What an answer that is not 2xx means. `undefined`: it is 2xx. */
export function refusalOf(answer: Answer, now: Date): Delivery | undefined {
  const { status } = answer
  if (status >= 200 && status < 300) return undefined
  const said = answer.text.trim() === '' ? '' : `: ${cleanText(answer.text, 200)}`
  if (status >= 300 && status < 400)
    return refused(`it answered ${status} (go elsewhere), which is not followed: enter the final address`, false)
  const again = status === 408 || status === 425 || status === 429 || status >= 500
  return refused(
    `it answered ${status}${said}`,
    again,
    again ? retryAfter(answer.headers['retry-after'], now) : undefined,
  )
}

/** RFC 9110 §10.2.3: seconds or a date. At most a day, at least a second. */
export function retryAfter(value: string | undefined, now: Date): number | undefined {
  if (value === undefined) return undefined
  // Date.parse takes `-5` for a year.
  const date = /^\s*[A-Za-z]{3,9},? /.test(value) ? Date.parse(value) : Number.NaN
  const seconds = /^\s*\d{1,9}\s*$/.test(value) ? Number(value) : (date - now.getTime()) / 1_000
  return Number.isFinite(seconds) ? Math.min(Math.max(Math.ceil(seconds), 1), 86_400) : undefined
}

/** The answer as JSON object; `undefined` when it is none. */
export function jsonOf(answer: Answer): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(answer.text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined
  } catch {
    return undefined
  }
}
