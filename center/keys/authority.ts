import { createHash, createPublicKey, randomBytes, X509Certificate as NodeCertificate, webcrypto } from 'node:crypto'
import { isIP } from 'node:net'
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from './x509.ts'

const day = 86_400_000
const p256 = { name: 'ECDSA', namedCurve: 'P-256' } as const
const signing = { name: 'ECDSA', hash: 'SHA-256' } as const
/** Clocks of hosts may be behind. */
const backdated = 3_600_000

export interface Issued {
  readonly certificate: string
  /** Upper-case hex without leading zeros, as `X509Certificate.serialNumber` of node says it. */
  readonly serial: string
  readonly endsAt: Date
}

/** The center's own CA: what agents trust, and what makes agents known. */
export interface Authority {
  /** PEM of the root. */
  readonly certificate: string
  /** SHA-256 of its DER, 64 hex digits: what the join command carries. */
  readonly fingerprint: string
  /** A client certificate: CN is the agent's id, the URI names tenant and agent. `publicKey`: SubjectPublicKeyInfo, DER. */
  issueAgent(agent: { tenant: string; agent: string; publicKey: Uint8Array }, at: Date, days: number): Promise<Issued>
  /** Names and addresses become its subject alternative names. Gives a new key too (PKCS #8, PEM). */
  issueServer(names: readonly string[], at: Date, days: number): Promise<Issued & { readonly key: string }>
}

/** A new root: ECDSA P-256, ten years, may issue leaves only. */
export async function makeAuthority(at: Date): Promise<{ certificate: string; privateKey: Buffer; publicKey: Buffer }> {
  const keys = await webcrypto.subtle.generateKey(p256, true, ['sign', 'verify'])
  const root = await X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerial(),
    name: [{ CN: [`Davylamp center ${randomBytes(4).toString('hex')}`] }],
    notBefore: new Date(at.getTime() - backdated),
    notAfter: new Date(at.getTime() + 3_653 * day),
    signingAlgorithm: signing,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return {
    certificate: `${root.toString('pem')}\n`,
    privateKey: Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)),
    publicKey: Buffer.from(await webcrypto.subtle.exportKey('spki', keys.publicKey)),
  }
}

export async function openAuthority(certificate: string, privateKey: Uint8Array): Promise<Authority> {
  const root = new X509Certificate(certificate)
  const key = await webcrypto.subtle.importKey('pkcs8', Buffer.from(privateKey), p256, false, ['sign'])
  const sign = (leaf: Leaf) => issue(root, key, leaf)
  return {
    certificate,
    fingerprint: createHash('sha256').update(new NodeCertificate(certificate).raw).digest('hex'),
    issueAgent: ({ tenant, agent, publicKey }, at, days) =>
      sign({
        name: agent,
        publicKey: Buffer.from(publicKey),
        usage: ExtendedKeyUsage.clientAuth,
        names: [{ type: 'url', value: agentUri(tenant, agent) }],
        at,
        days,
      }),
    issueServer: async (names, at, days) => {
      const keys = await webcrypto.subtle.generateKey(p256, true, ['sign', 'verify'])
      const issued = await sign({
        name: (names[0] ?? 'davylamp').slice(0, 64),
        publicKey: Buffer.from(await webcrypto.subtle.exportKey('spki', keys.publicKey)),
        usage: ExtendedKeyUsage.serverAuth,
        names: names.map(value => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value })),
        at,
        days,
      })
      const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64')
      return {
        ...issued,
        key: `-----BEGIN PRIVATE KEY-----\n${pkcs8.replace(/.{64}/g, '$&\n')}\n-----END PRIVATE KEY-----\n`,
      }
    },
  }
}

export function agentUri(tenant: string, agent: string): string {
  return `urn:davylamp:tenant:${tenant}:agent:${agent}`
}

interface Leaf {
  readonly name: string
  readonly publicKey: Buffer
  readonly usage: ExtendedKeyUsage
  readonly names: readonly { readonly type: 'url' | 'dns' | 'ip'; readonly value: string }[]
  readonly at: Date
  readonly days: number
}

async function issue(root: X509Certificate, key: webcrypto.CryptoKey, leaf: Leaf): Promise<Issued> {
  // A leaf that outlives its root would stop all at once, without a warning of its own.
  const endsAt = new Date(Math.min(leaf.at.getTime() + leaf.days * day, root.notAfter.getTime()))
  const extensions: Extension[] = [
    new BasicConstraintsExtension(false, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    new ExtendedKeyUsageExtension([leaf.usage]),
    new SubjectAlternativeNameExtension([...leaf.names]),
    await AuthorityKeyIdentifierExtension.create(root.publicKey),
  ]
  const made = await X509CertificateGenerator.create({
    serialNumber: newSerial(),
    subject: [{ CN: [leaf.name] }],
    issuer: root.subjectName,
    notBefore: new Date(leaf.at.getTime() - backdated),
    notAfter: endsAt,
    signingAlgorithm: signing,
    publicKey: createPublicKey({ key: leaf.publicKey, format: 'der', type: 'spki' }).export({
      format: 'der',
      type: 'spki',
    }),
    signingKey: key,
    extensions,
  })
  const certificate = `${made.toString('pem')}\n`
  return { certificate, serial: new NodeCertificate(certificate).serialNumber, endsAt: made.notAfter }
}

/** 127 random bits, positive (RFC 5280 §4.1.2.2). */
function newSerial(): string {
  const bytes = randomBytes(16)
  bytes.writeUInt8((bytes.readUInt8(0) & 0x3f) | 0x40, 0)
  return bytes.toString('hex')
}
