import { UnreachableError } from './api-error.ts'

export type Fetch = (url: string, init: RequestInit) => Promise<Response>

export interface ClientOptions {
  /** `https://center.example:8443`; in a page of the center: `location.origin`. */
  readonly address: string
  /** An API token. Without it the browser's cookie counts, or `headers`. */
  readonly token?: string
  /** Of the session, for changes from a browser; asked for each time, since a new sign-in has a new one. */
  readonly csrf?: () => string | undefined
  /** Default: that of the runtime. client/node.ts has one that trusts a center's own authority. */
  readonly fetch?: Fetch
  /** How often something is tried again when the center cannot be reached or asks to come later; default 3. */
  readonly retries?: number
  readonly headers?: Readonly<Record<string, string>>
}

export interface Sending {
  readonly method: string
  readonly path: string
  readonly body?: unknown
  readonly idempotencyKey?: string
  /** It does no harm when it arrives twice. */
  readonly repeatable: boolean
  readonly accept?: string
  readonly signal?: AbortSignal
}

/** Waits between tries; a center that restarts is back within them. */
const pausesMs = [300, 1_000, 3_000, 5_000]
const longestPauseMs = 10_000

/** Sends one request, again if it may be. Gives any answer there is, or rejects with UnreachableError or the signal's reason. */
export async function send(options: ClientOptions, sending: Sending): Promise<Response> {
  const url = new URL(`/api/v1${sending.path}`, options.address).href
  const retries = sending.repeatable ? (options.retries ?? 3) : 0
  for (let tries = 0; ; tries++) {
    const last = tries >= retries
    const pause = pausesMs[Math.min(tries, pausesMs.length - 1)] ?? longestPauseMs
    try {
      const response = await (options.fetch ?? fetch)(url, requestOf(options, sending))
      const later = last ? undefined : await wantsLater(response, pause)
      if (later === undefined) return response
      await sleep(later, sending.signal)
    } catch (error) {
      sending.signal?.throwIfAborted()
      if (last || isUntrusted(error)) throw new UnreachableError(options.address, error)
      await sleep(pause, sending.signal)
    }
  }
}

/** A certificate that is not believed will not be at the next try either. */
function isUntrusted(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code: unknown = Reflect.get(error, 'code')
  const untrusted = typeof code === 'string' && /CERT|SELF_SIGNED|ALTNAME/.test(code)
  return (
    untrusted ||
    error.name === 'UntrustedError' ||
    error.constructor.name === 'UntrustedError' ||
    isUntrusted(error.cause)
  )
}

function requestOf(options: ClientOptions, { method, body, idempotencyKey, accept, signal }: Sending): RequestInit {
  const csrf = method === 'GET' ? undefined : options.csrf?.()
  return {
    method,
    redirect: 'manual',
    credentials: 'same-origin',
    headers: {
      accept: accept ?? 'application/json, application/problem+json',
      ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
      ...(csrf === undefined ? {} : { 'x-csrf-token': csrf }),
      ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...options.headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  }
}

/** How long to wait before another try; `undefined`: this answer is final. */
async function wantsLater(response: Response, pause: number): Promise<number | undefined> {
  if (response.status === 409) {
    const text = await response.clone().text()
    return text.includes('urn:davylamp:problem:in-progress') ? pause : undefined
  }
  if (response.status !== 429 && response.status !== 503) return undefined
  const seconds = Number(response.headers.get('retry-after') ?? 'none')
  if (!Number.isFinite(seconds)) return response.status === 503 ? pause : undefined
  return seconds * 1000 <= longestPauseMs ? seconds * 1000 : undefined
}

async function sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, milliseconds)
  const stop = () => reject(signal?.reason)
  signal?.addEventListener('abort', stop, { once: true })
  try {
    signal?.throwIfAborted()
    await promise
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', stop)
  }
}
