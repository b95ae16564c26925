import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { getCACertificates } from 'node:tls'

/** An answer that is no list, or none at all. The message says what to do. */
export class FeedError extends Error {
  override readonly name = 'FeedError'
}

export interface Access {
  /** Headers that prove who asks; sent to the origin that was named, and nowhere else. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Certificates (PEM) to trust beside the usual ones. */
  readonly ca?: string | undefined
}

export interface GetOptions extends Access {
  readonly accept?: string | undefined
  /** Bytes of the body. */
  readonly most?: number | undefined
}

export interface Got {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly url: URL
  readonly body: AsyncIterable<Uint8Array>
}

const idleMilliseconds = 60_000
const mostRedirects = 5
const mostBytes = 8 * 1024 ** 3

/** One GET over TLS with a checked certificate. Follows redirects, but without the secret to another origin. Bounded in bytes, and in time without a byte. */
export async function get(address: URL, options: GetOptions = {}): Promise<Got> {
  let url = checked(address)
  for (let hops = 0; hops <= mostRedirects; hops++) {
    const answer = await once(url, { ...options, headers: url.origin === address.origin ? options.headers : undefined })
    const status = answer.statusCode ?? 0
    const location = answer.headers.location
    if ([301, 302, 303, 307, 308].includes(status) && location !== undefined) {
      answer.resume()
      url = checked(new URL(location, url))
      continue
    }
    if (status < 200 || status > 299) {
      answer.resume()
      throw new FeedError(`${shown(url)} answers ${status}${whyOf(status)}`)
    }
    return { status, headers: answer.headers, url, body: bounded(answer, url, options.most ?? mostBytes) }
  }
  throw new FeedError(`${shown(address)} leads on and on to other addresses`)
}

function checked(url: URL): URL {
  if (url.protocol !== 'https:')
    throw new FeedError(`${shown(url)} is not https: anybody on the way could put hashes of harmless programs into it`)
  if (url.username !== '' || url.password !== '')
    throw new FeedError(
      'the address holds a password, which would be kept and shown: put it into a file and name that with --auth',
    )
  return url
}

function once(url: URL, { headers, ca, accept }: GetOptions): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const asked = request(url, {
      method: 'GET',
      headers: { accept: accept ?? '*/*', 'user-agent': 'davylamp', ...headers },
      minVersion: 'TLSv1.2',
      rejectUnauthorized: true,
      agent: false,
      ...(ca === undefined ? {} : { ca: [...getCACertificates('default'), ca] }),
    })
    asked.setTimeout(idleMilliseconds, () => asked.destroy(new FeedError(`${shown(url)} said nothing for a minute`)))
    asked.on('response', resolve)
    asked.on('error', error =>
      reject(error instanceof FeedError ? error : new FeedError(`${shown(url)} cannot be reached: ${reasonOf(error)}`)),
    )
    asked.end()
  })
}

async function* bounded(answer: IncomingMessage, url: URL, most: number): AsyncGenerator<Uint8Array> {
  let length = 0
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      length += chunk.length
      if (length > most) throw new FeedError(`${shown(url)} sends more than ${Math.round(most / 1_048_576)} MiB`)
      yield chunk
    }
  } catch (error) {
    if (error instanceof FeedError) throw error
    throw new FeedError(`${shown(url)} broke off: ${reasonOf(error)}`)
  } finally {
    answer.destroy()
  }
}

export function shown(url: URL): string {
  return `${url.origin}${url.pathname}`
}

function whyOf(status: number): string {
  if (status === 401 || status === 403) return ': it wants to know who asks, or refuses; see --auth'
  if (status === 404) return ': there is nothing at that address'
  return status === 429 ? ': it was asked too often; try again later' : ''
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error ? String(Reflect.get(error, 'code') ?? '') : ''
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME|ISSUER/.test(code))
    return `its certificate is not trusted (${code}); --ca FILE names the one that signed it`
  return error instanceof Error ? error.message : String(error)
}
