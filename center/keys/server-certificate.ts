import { createPrivateKey, X509Certificate } from 'node:crypto'
import { mkdir, open, readFile, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Authority } from './authority.ts'

const day = 86_400_000
const lifeDays = 90

/** What `tls.createSecureContext` takes: PEM, the chain included. */
export interface ServerCertificate {
  readonly cert: string
  readonly key: string
}

export interface ServerCertificateOptions {
  readonly authority: Authority
  /** `<state>/center/<purpose>.crt` and `.key`: kept, so that a browser that was told to trust it need not be told again. */
  readonly state: string
  readonly purpose: 'agents' | 'people'
  /** Host names and addresses under which it is reached. */
  readonly names: readonly string[]
  readonly at: Date
  /** The owner's own certificate (with its chain) and key, PEM files; nothing is issued then. */
  readonly own?: { readonly certificate: string; readonly key: string } | undefined
}

/**
 * The certificate to serve with. Ours lasts 90 days and is issued anew after 60, or when the names changed: call again each hour and
 * give the result to `server.setSecureContext`. Throws with plain words when the owner's files do not fit together.
 */
export async function serverCertificate(options: ServerCertificateOptions): Promise<ServerCertificate> {
  if (options.own !== undefined) return ownCertificate(options.own, options.at)
  const folder = join(options.state, 'center')
  const kept = await readKept(folder, options)
  if (kept !== undefined) return kept
  const { certificate, key } = await options.authority.issueServer(options.names, options.at, lifeDays)
  const made = { cert: certificate + options.authority.certificate, key }
  await mkdir(folder, { recursive: true, mode: 0o700 })
  // The key goes first: with a new key and an old certificate the pair does not match and is made again.
  await writePrivately(join(folder, `${options.purpose}.key`), made.key)
  await writePrivately(join(folder, `${options.purpose}.crt`), made.cert)
  return made
}

/** Host names and addresses of the given URLs, each once, besides those of this machine itself. */
export function namesOf(addresses: readonly string[], more: readonly string[]): string[] {
  const names = addresses.map(address => new URL(address).hostname.replace(/^\[|\]$/g, ''))
  return [...new Set([...names, ...more])].filter(name => name !== '' && name !== '0.0.0.0' && name !== '::')
}

async function readKept(
  folder: string,
  { purpose, names, at, authority }: ServerCertificateOptions,
): Promise<ServerCertificate | undefined> {
  const cert = await textOf(join(folder, `${purpose}.crt`))
  const key = await textOf(join(folder, `${purpose}.key`))
  if (cert === undefined || key === undefined) return undefined
  try {
    const leaf = new X509Certificate(cert)
    const issuer = new X509Certificate(authority.certificate)
    const fits =
      leaf.verify(issuer.publicKey) &&
      matches(leaf, key) &&
      names.every(name => leaf.checkHost(name) !== undefined || leaf.checkIP(name) !== undefined) &&
      leaf.validFromDate <= at &&
      leaf.validToDate.getTime() - at.getTime() > (lifeDays / 3) * day
    return fits ? { cert, key } : undefined
  } catch {
    return undefined
  }
}

async function ownCertificate(own: { certificate: string; key: string }, at: Date): Promise<ServerCertificate> {
  const cert = await readFile(own.certificate, 'utf8')
  const key = await readFile(own.key, 'utf8')
  const leaf = new X509Certificate(cert)
  if (((await stat(own.key)).mode & 0o007) !== 0)
    throw new Error(`Everybody may read ${own.key}. Do: chmod o= ${own.key}`)
  if (!matches(leaf, key))
    throw new Error(`${own.key} is not the key of ${own.certificate}. Give the two that belong together.`)
  if (leaf.validToDate <= at)
    throw new Error(`${own.certificate} ended on ${leaf.validToDate.toISOString()}. Renew it, then start again.`)
  return { cert, key }
}

function matches(leaf: X509Certificate, key: string): boolean {
  return leaf.checkPrivateKey(createPrivateKey(key))
}

async function textOf(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined)
}

async function writePrivately(path: string, text: string): Promise<void> {
  const temporary = `${path}.${process.pid}.new`
  const file = await open(temporary, 'w', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(temporary, path)
}
