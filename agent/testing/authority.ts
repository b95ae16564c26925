import 'reflect-metadata'
import { createHash, createPrivateKey, webcrypto } from 'node:crypto'
import {
  BasicConstraintsExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Pkcs10CertificateRequest,
  type PublicKey,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509'
import { newKeyAndRequest } from '../certificate-request.ts'

const signing = { name: 'ECDSA', hash: 'SHA-256', namedCurve: 'P-256' } as const
const day = 86_400_000

/** A throw-away CA for tests. */
export interface TestAuthority {
  readonly certificate: string
  readonly fingerprint: string
  /** A server's certificate with its key; the chain shows the authority. */
  server(names?: readonly string[], from?: Date, to?: Date): Promise<{ cert: string; key: string }>
  /** Answers a PKCS #10 request, after its signature was checked. */
  client(request: string, commonName: string, from?: Date, to?: Date): Promise<string>
}

export async function testAuthority(): Promise<TestAuthority> {
  const keys = await webcrypto.subtle.generateKey(signing, true, ['sign', 'verify'])
  const root = await X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: 'CN=Test center',
    notBefore: new Date(Date.now() - day),
    notAfter: new Date(Date.now() + 1_000 * day),
    signingAlgorithm: signing,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  })
  let serial = 2
  const issue = (subject: string, publicKey: PublicKey, names: readonly string[], from: Date, to: Date) =>
    X509CertificateGenerator.create({
      serialNumber: (serial++).toString(16).padStart(2, '0'),
      subject,
      issuer: root.subject,
      notBefore: from,
      notAfter: to,
      signingAlgorithm: signing,
      signingKey: keys.privateKey,
      publicKey,
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        ...(names.length > 0
          ? [
              new SubjectAlternativeNameExtension(
                names.map(value => ({ type: /^[\d.]+$/.test(value) ? ('ip' as const) : ('dns' as const), value })),
              ),
            ]
          : []),
      ],
    })
  const certificate = root.toString('pem')
  return {
    certificate,
    fingerprint: createHash('sha256').update(Buffer.from(root.rawData)).digest('hex'),
    async server(
      names = ['127.0.0.1', 'localhost'],
      from = new Date(Date.now() - day),
      to = new Date(Date.now() + day),
    ) {
      const { privateKey, request } = newKeyAndRequest('server')
      const leaf = await issue('CN=server', new Pkcs10CertificateRequest(request).publicKey, names, from, to)
      return { cert: `${leaf.toString('pem')}\n${certificate}\n`, key: privateKey }
    },
    async client(request, commonName, from = new Date(Date.now() - 3_600_000), to = new Date(Date.now() + 90 * day)) {
      const asked = new Pkcs10CertificateRequest(request)
      if (!(await asked.verify())) throw new Error('the request is not signed by its key')
      return (await issue(`CN=${commonName}`, asked.publicKey, [], from, to)).toString('pem')
    },
  }
}

/** Ed25519 key of a center's orders, as agents pin it. */
export async function testOrderKey(): Promise<{ key: string; publicKey: string; sign(text: string): string }> {
  const { generateKeyPairSync, sign } = await import('node:crypto')
  const pair = generateKeyPairSync('ed25519')
  const privateKey = createPrivateKey(pair.privateKey.export({ type: 'pkcs8', format: 'pem' }))
  const publicKey = pair.publicKey.export({ type: 'spki', format: 'der' })
  return {
    key: createHash('sha256').update(publicKey).digest('hex').slice(0, 16),
    publicKey: publicKey.toString('base64'),
    sign: text => sign(null, Buffer.from(text), privateKey).toString('base64'),
  }
}
