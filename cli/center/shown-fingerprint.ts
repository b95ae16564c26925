import { connect, type DetailedPeerCertificate } from 'node:tls'
import { CommandError } from '../command-error.ts'

const patienceMs = 15_000

/** SHA-256 (hex) of the uppermost certificate that a server shows: what a center calls its fingerprint. Believes nothing, sends nothing. */
export function shownFingerprint(address: string): Promise<string> {
  const { hostname, port } = new URL(address)
  const host = hostname.replace(/^\[|\]$/g, '')
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const socket = connect({
    host,
    port: Number(port || 443),
    ...(/^[\d.]+$|:/.test(host) ? {} : { servername: host }),
    rejectUnauthorized: false,
    timeout: patienceMs,
  })
  socket.once('secureConnect', () => {
    const top = uppermost(socket.getPeerCertificate(true))
    socket.destroy()
    if (top === '') reject(new CommandError(`${address} showed no certificate: this is no center`))
    else resolve(top)
  })
  socket.once('timeout', () => socket.destroy(new CommandError(`${address} does not answer`)))
  socket.once('error', reject)
  return promise
}

function uppermost(certificate: DetailedPeerCertificate): string {
  let top = certificate
  // The last one names itself as its issuer.
  for (let depth = 0; depth < 10 && top.issuerCertificate !== undefined && top.issuerCertificate !== top; depth++)
    top = top.issuerCertificate
  return (top.fingerprint256 ?? '').replaceAll(':', '').toLowerCase()
}
