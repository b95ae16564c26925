import { once } from 'node:events'
import { connect, type DetailedPeerCertificate, type TLSSocket } from 'node:tls'
import { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { fingerprintOf } from './identity.ts'

/** What stood between this host and the center that was named. `message` says what to do. */
export class JoinError extends Error {
  override readonly name = 'JoinError'
}

/**
 * Fetches the center's CA certificate: the one in the chain that the server shows whose SHA-256 is the fingerprint of the join
 * command. Nothing is said to the server before; the next connections are verified against it. Throws `JoinError`.
 */
export async function fetchAuthority(center: URL, fingerprint: string, timeoutMs = 15_000): Promise<string> {
  const chain = await shownChain(center, timeoutMs)
  const wanted = chain.find(one => fingerprintOf(one) === fingerprint)
  if (wanted === undefined) throw new JoinError(someoneBetween(center, chain))
  if (!wanted.ca)
    throw new JoinError(
      `The certificate with this fingerprint is not that of an authority. Copy the join command of the center once more.`,
    )
  return wanted.toString()
}

/** `sha256:` before it, colons and capitals are fine; undefined when it is no SHA-256. */
export function parseFingerprint(text: string): string | undefined {
  const hex = text
    .trim()
    .toLowerCase()
    .replace(/^sha-?256:/, '')
    .replaceAll(':', '')
  return /^[0-9a-f]{64}$/.test(hex) ? hex : undefined
}

async function shownChain(center: URL, timeoutMs: number): Promise<X509Certificate[]> {
  const socket = connect({
    host: center.hostname.replace(/^\[|\]$/g, ''),
    port: Number(center.port || 443),
    ...(isIP(center.hostname.replace(/^\[|\]$/g, '')) === 0 ? { servername: center.hostname } : {}),
    minVersion: 'TLSv1.3',
    // Whoever it is, only the certificates are read here, and the fingerprint decides.
    rejectUnauthorized: false,
  })
  const timer = setTimeout(() => socket.destroy(new Error(`no answer within ${timeoutMs / 1_000} s`)), timeoutMs)
  try {
    await once(socket, 'secureConnect')
    return certificatesOf(socket)
  } catch (error) {
    throw new JoinError(unreachable(center, error))
  } finally {
    clearTimeout(timer)
    socket.destroy()
  }
}

function certificatesOf(socket: TLSSocket): X509Certificate[] {
  const found: X509Certificate[] = []
  let peer: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true)
  for (; peer?.raw !== undefined && found.length < 10; peer = peer.issuerCertificate) {
    found.push(new X509Certificate(peer.raw))
    if (peer.issuerCertificate === peer) break
  }
  return found
}

function someoneBetween(center: URL, chain: readonly X509Certificate[]): string {
  const root = chain.at(-1)
  return [
    `Nothing was sent: ${center.host} is not the center of this join command.`,
    `Its authority is ${root === undefined ? 'none' : fingerprintOf(root)}.`,
    'Either the command is of another center (copy it again from the center that you see at this address), the address or a proxy',
    'leads elsewhere, or somebody stands in between. Do not go on before you know which.',
  ].join('\n')
}

/** Why a connection failed, and what to check. */
export function unreachable(center: URL, error: unknown): string {
  const code = error instanceof Error ? String(Reflect.get(error, 'code') ?? '') : ''
  const port = center.port || '443'
  const why = reasons[code]
  if (why !== undefined) return `${center.host} cannot be reached: ${why.replaceAll('PORT', port)}`
  return `${center.host} cannot be reached: ${error instanceof Error ? error.message : String(error)}. Is this the address that the center printed, and TLS 1.3 let through?`
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED:
    'nothing listens on port PORT there. Is the center running, and is this its port for agents (8444 by default)?',
  ENOTFOUND: 'the name is not known. Check it, and the resolver of this host.',
  EAI_AGAIN: 'the resolver of this host does not answer.',
  EHOSTUNREACH: 'there is no route to it. Check the network and the firewall (outgoing, TCP port PORT).',
  ENETUNREACH: 'there is no route to it. Check the network of this host.',
  ETIMEDOUT: 'no answer. A firewall may drop it (outgoing, TCP port PORT).',
  ERR_TLS_CERT_ALTNAME_INVALID:
    'its certificate does not bear this name. Use one of the names or addresses that the center was given, or add this one to the center (center --address).',
  CERT_HAS_EXPIRED:
    'its certificate has expired, by the clock of this host. Check the clock first (timedatectl), then the center.',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet, by the clock of this host. Check the clock (timedatectl).',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'its certificate is not of the pinned authority. Has the center been set up anew? Then join again.',
  SELF_SIGNED_CERT_IN_CHAIN:
    'its certificate is not of the pinned authority. Has the center been set up anew? Then join again.',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    'its certificate is not of the pinned authority. Has the center been set up anew? Then join again.',
}
