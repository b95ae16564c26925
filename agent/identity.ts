import { createHash, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { isRecord, readJson, replaceJson } from './own-files.ts'
import type { AgentFolders, Identity } from './ports.ts'

/** Who this agent is to its center, with what proves it. Lies in one file (0600), so that key and certificate always agree. */
export interface StoredIdentity extends Identity {
  /** PKCS #8, PEM. It was made here and never leaves the host. */
  readonly privateKey: string
  /** PEM of the client certificate, with the chain if there is one. */
  readonly certificate: string
  /** PEM of the center's CA: nobody else is believed to be the center. */
  readonly authorityCertificate: string
}

export function identityPath(folders: AgentFolders): string {
  return join(folders.own, 'identity.json')
}

/** `undefined`: this host never joined a center, or left it. Throws when the file is there and is not whole. */
export function readIdentity(folders: AgentFolders): StoredIdentity | undefined {
  const path = identityPath(folders)
  const found = readJson(path)
  if (found === undefined) return undefined
  const { agent, center, authority, orderKeys, privateKey, certificate, authorityCertificate } = found
  const texts = [agent, center, authority, privateKey, certificate, authorityCertificate]
  if (!texts.every(one => typeof one === 'string') || !isKeys(orderKeys))
    throw new Error(`${path} is not whole. Join the center again: davylamp agent join …`)
  return found as unknown as StoredIdentity
}

export function writeIdentity(folders: AgentFolders, identity: StoredIdentity): void {
  replaceJson(identityPath(folders), identity)
}

export function forgetIdentity(folders: AgentFolders): void {
  rmSync(identityPath(folders), { force: true })
}

/** What others may know of it: no key, no certificate. */
export function publicIdentity({ agent, center, authority, orderKeys }: StoredIdentity): Identity {
  return { agent, center, authority, orderKeys }
}

/** SHA-256 of the DER, hex in lower case, as the join command writes it. */
export function fingerprintOf(certificate: X509Certificate | Buffer): string {
  return createHash('sha256')
    .update(certificate instanceof X509Certificate ? certificate.raw : certificate)
    .digest('hex')
}

/** SHA-256 of the public half of a key (its SPKI as DER), hex in lower case: what a center shows of a host that waits to be let in. */
export function keyFingerprintOf(key: KeyObject): string {
  const publicHalf = key.type === 'private' ? createPublicKey(key) : key
  return createHash('sha256')
    .update(publicHalf.export({ type: 'spki', format: 'der' }))
    .digest('hex')
}

function isKeys(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every(one => isRecord(one) && typeof one['key'] === 'string' && typeof one['publicKey'] === 'string')
  )
}
