import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto'

/**
 * A new ECDSA P-256 key and a PKCS #10 request (RFC 2986) that proves possession of it. Written by hand because the library that makes
 * requests costs the agent more memory than all of the rest, and it renews its certificate by itself. The center decides
 * the names in the certificate; the subject here is only for people.
 */
export function newKeyAndRequest(commonName: string): { privateKey: string; request: string } {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const privateKey = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  return { privateKey, request: requestFor(privateKey, commonName) }
}

/** A request for a key that is there already. */
export function requestFor(privateKey: string, commonName: string): string {
  const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'der' })
  const name = element(0x30, element(0x31, element(0x30, commonNameOid, element(0x0c, Buffer.from(commonName)))))
  const info = element(0x30, versionZero, name, publicKey, noAttributes)
  const signature = sign('sha256', info, privateKey)
  const der = element(0x30, info, ecdsaWithSha256, element(0x03, Buffer.of(0), signature))
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return ['-----BEGIN CERTIFICATE REQUEST-----', ...lines, '-----END CERTIFICATE REQUEST-----', ''].join('\n')
}

/** 2.5.4.3 */
const commonNameOid = Buffer.from('0603550403', 'hex')
/** SEQUENCE of 1.2.840.10045.4.3.2 (RFC 5758) */
const ecdsaWithSha256 = Buffer.from('300a06082a8648ce3d040302', 'hex')
const versionZero = Buffer.from('020100', 'hex')
const noAttributes = Buffer.from('a000', 'hex')

/** One element of X.690 with its length in the shortest form. */
function element(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  const { length } = content
  const head =
    length < 0x80 ? [tag, length] : length < 0x100 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from(head), content])
}
