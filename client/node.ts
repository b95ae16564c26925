import { X509Certificate } from 'node:crypto'
import { Agent, type RequestOptions, request } from 'node:https'
import { Readable } from 'node:stream'
import { checkServerIdentity, connect, type TLSSocket } from 'node:tls'
import type { Fetch } from './send.ts'

export interface Trust {
  /** PEM of the authority, or of the certificate itself. */
  readonly ca?: string
  /** SHA-256 of the authority's or the server's certificate, in hex; colons and `sha256:` may be there. */
  readonly fingerprint?: string
}

/** What answered has another certificate than it should. */
export class UntrustedError extends Error {}

/** A fetch for programs that believes a center's own authority. Not a byte of the request is sent before the certificate was found good. */
export function trustingFetch({ ca, fingerprint }: Trust): Fetch {
  const agent =
    fingerprint === undefined
      ? new Agent({ keepAlive: true, ...(ca === undefined ? {} : { ca }) })
      : pinningAgent(fingerprint, ca)
  return (url, init) => ask(agent, url, init)
}

function pinningAgent(fingerprint: string, ca: string | undefined): Agent {
  const wanted = plainHex(fingerprint)
  const agent = new Agent({ keepAlive: true })
  // Sessions that are resumed show no certificate, so there are none: each connection is checked.
  agent.createConnection = (options: RequestOptions, ready) => {
    const host = String(options.host ?? 'localhost')
    const socket = connect({
      host,
      port: Number(options.port ?? 443),
      ...(/^[\d.]+$|:/.test(host) ? {} : { servername: host }),
      ...(ca === undefined ? {} : { ca }),
      minVersion: 'TLSv1.2',
      rejectUnauthorized: false,
    })
    socket.once('error', error => ready?.(error, socket))
    socket.once('secureConnect', () => {
      const wrong = complaint(socket, host, wanted)
      if (wrong === undefined) return void ready?.(null, socket)
      socket.destroy()
      ready?.(new UntrustedError(wrong), socket)
    })
    return undefined
  }
  return agent
}

function plainHex(fingerprint: string): string {
  const hex = fingerprint
    .toLowerCase()
    .replace(/^sha-?256:/, '')
    .replaceAll(':', '')
  if (/^[0-9a-f]{64}$/.test(hex)) return hex
  throw new TypeError('A fingerprint is the SHA-256 of a certificate: 64 hexadecimal digits.')
}

/** What is wrong with the certificate that the server showed; `undefined` when nothing is. */
function complaint(socket: TLSSocket, host: string, wanted: string): string | undefined {
  const chain = chainOf(socket)
  const leaf = chain[0]
  if (leaf === undefined) return 'The server showed no certificate.'
  if (hexOf(leaf) === wanted) return undefined
  const at = chain.findIndex(one => hexOf(one) === wanted)
  if (at < 0)
    return `The certificate's fingerprint is ${hexOf(chain.at(-1) ?? leaf)}, not ${wanted}: this is another center, or somebody between.`
  for (let below = 0; below < at; below++) {
    const [one, above] = [chain[below], chain[below + 1]]
    if (
      one === undefined ||
      above === undefined ||
      !above.ca ||
      !one.checkIssued(above) ||
      !one.verify(above.publicKey)
    )
      return 'The certificate was not made by the authority with this fingerprint.'
  }
  const now = Date.now()
  if (chain.slice(0, at + 1).some(one => now < one.validFromDate.getTime() || now > one.validToDate.getTime()))
    return 'The certificate is not valid today. Check the clocks on both sides.'
  return checkServerIdentity(host, socket.getPeerCertificate())?.message
}

function chainOf(socket: TLSSocket): X509Certificate[] {
  const chain: X509Certificate[] = []
  let one = socket.getPeerCertificate(true)
  while (one?.raw !== undefined && chain.length < 10 && !chain.some(known => known.raw.equals(one.raw))) {
    chain.push(new X509Certificate(one.raw))
    one = one.issuerCertificate
  }
  return chain
}

function hexOf(certificate: X509Certificate): string {
  return certificate.fingerprint256.toLowerCase().replaceAll(':', '')
}

function ask(agent: Agent, url: string, init: RequestInit): Promise<Response> {
  const { promise, resolve, reject } = Promise.withResolvers<Response>()
  const headers = Object.fromEntries(new Headers(init.headers))
  const asked = request(url, {
    agent,
    method: init.method ?? 'GET',
    headers,
    ...(init.signal == null ? {} : { signal: init.signal }),
  })
  asked.once('error', reject)
  asked.once('response', answer => {
    const status = answer.statusCode ?? 500
    const empty = status === 204 || status === 304
    if (empty) answer.resume()
    const answered = new Headers()
    for (let at = 0; at + 1 < answer.rawHeaders.length; at += 2)
      answered.append(answer.rawHeaders[at] ?? '', answer.rawHeaders[at + 1] ?? '')
    resolve(
      new Response(empty ? null : (Readable.toWeb(answer) as ReadableStream<Uint8Array>), {
        status,
        headers: answered,
      }),
    )
  })
  asked.end(typeof init.body === 'string' ? init.body : undefined)
  return promise
}
