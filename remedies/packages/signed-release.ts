import type { PublicKey } from 'openpgp'
import type { WritableHost } from '../host.ts'
import { followed } from '../followed.ts'
import { aptSources } from './apt-sources.ts'
import { ownedByDpkg } from './dpkg-state.ts'

/** The index of a repository whose signature was checked. */
export interface SignedRelease {
  /** How the names of its files begin. */
  readonly prefix: string
  /** Size and SHA-256 of each file that it lists. */
  readonly files: ReadonlyMap<string, { readonly sha256: string; readonly size: number }>
}

export const listFolder = '/var/lib/apt/lists'
const releaseBytes = 16 << 20

/**
 * Every repository index in apt's lists that is signed by a key of a keyring which a package owns and nobody changed.
 * `why` says for each other one what it lacks.
 */
export async function signedReleases(host: WritableHost): Promise<{ releases: SignedRelease[]; why: string[] }> {
  const releases: SignedRelease[] = []
  const why: string[] = []
  const names = host.files.inspect(listFolder)?.type === 'directory' ? (host.files.list(listFolder) ?? []) : []
  for (const name of names) {
    const form = /^(.*_)?(InRelease|Release)$/.exec(name)
    if (form === null) continue
    const prefix = form[1] ?? ''
    const { keys, lacking } = await keysFor(prefix, host)
    if (keys.length === 0) {
      why.push(`no keyring that a package owns unmodified may sign ${name}${lacking}`)
      continue
    }
    const text = await signedText(name, keys, host)
    if (text === undefined) why.push(`the signature of ${name} is not one of a trusted key`)
    else releases.push({ prefix, files: filesIn(text) })
  }
  if (why.length === 0 && releases.length === 0) why.push(`${listFolder} holds no index: apt was never updated here`)
  return { releases, why }
}

/** What of the text is signed, by one of these keys; undefined where nothing is. */
async function signedText(name: string, keys: readonly PublicKey[], host: WritableHost): Promise<string | undefined> {
  const { createMessage, readCleartextMessage, readSignature, verify } = await import('openpgp')
  const bytes = read(`${listFolder}/${name}`, host)
  if (bytes === undefined) return undefined
  // `null` asks for no expiry: a key or an index that has expired since is as good for what was installed before.
  const options = { verificationKeys: [...keys], date: null as unknown as Date }
  try {
    if (name.endsWith('InRelease')) {
      const message = await readCleartextMessage({ cleartextMessage: bytes.toString('utf8') })
      const { signatures } = await verify({ ...options, message })
      return (await anyOf(signatures)) ? message.getText() : undefined
    }
    const detached = read(`${listFolder}/${name}.gpg`, host)
    if (detached === undefined) return undefined
    const armored = detached.subarray(0, 5).toString('latin1') === '-----'
    const signature = await (armored
      ? readSignature({ armoredSignature: detached.toString('latin1') })
      : readSignature({ binarySignature: detached }))
    const { signatures } = await verify({ ...options, message: await createMessage({ binary: bytes }), signature })
    return (await anyOf(signatures)) ? bytes.toString('utf8') : undefined
  } catch {
    return undefined
  }
}

async function anyOf(signatures: readonly { readonly verified: Promise<true> }[]): Promise<boolean> {
  const results = await Promise.allSettled(signatures.map(({ verified }) => verified))
  return results.some(({ status }) => status === 'fulfilled')
}

async function keysFor(prefix: string, host: WritableHost): Promise<{ keys: PublicKey[]; lacking: string }> {
  const its = aptSources(host).filter(source => source.prefix === prefix)
  const named = its.flatMap(({ keyrings }) => keyrings)
  // Keys inside a source file, or only named by fingerprint, are nobody's but the administrator's.
  if (named.length === 0 && its.some(({ otherKeys }) => otherKeys)) {
    return { keys: [], lacking: ': its source brings a key of its own' }
  }
  const keys: PublicKey[] = []
  const strange: string[] = []
  for (const path of named.length > 0 ? named : generalKeyrings(host)) {
    if (!host.ownedUnmodified(path) && !ownedByDpkg(path, host)) strange.push(path)
    else keys.push(...(await keysIn(path, host)))
  }
  return { keys, lacking: strange.length === 0 ? '' : `: ${strange[0]} belongs to no package or was changed` }
}

function generalKeyrings(host: WritableHost): string[] {
  return ['/usr/share/keyrings', '/etc/apt/trusted.gpg.d'].flatMap(folder => {
    const names = host.files.inspect(folder)?.type === 'directory' ? (host.files.list(folder) ?? []) : []
    // Debian ships the keys that it withdrew, too.
    return names
      .filter(name => /\.(?:gpg|asc|pgp)$/.test(name) && !name.includes('removed'))
      .map(name => `${folder}/${name}`)
  })
}

async function keysIn(path: string, host: WritableHost): Promise<PublicKey[]> {
  const { readKeys } = await import('openpgp')
  const bytes = read(path, host)
  if (bytes === undefined) return []
  try {
    const armored = bytes.subarray(0, 5).toString('latin1') === '-----'
    const keys = await (armored ? readKeys({ armoredKeys: bytes.toString('latin1') }) : readKeys({ binaryKeys: bytes }))
    return keys.filter(key => !key.isPrivate())
  } catch {
    return []
  }
}

function read(path: string, host: WritableHost): Buffer | undefined {
  const real = followed(path, host)
  return real !== undefined && host.files.inspect(real)?.type === 'file'
    ? host.files.read(real, releaseBytes)
    : undefined
}

function filesIn(text: string): SignedRelease['files'] {
  const files = new Map<string, { sha256: string; size: number }>()
  let within = false
  for (const line of text.split('\n')) {
    if (!line.startsWith(' ')) within = /^sha256:\s*$/i.test(line)
    const found = within ? /^ +([0-9a-f]{64}) +(\d+) +(\S+)\s*$/.exec(line) : null
    if (found !== null) files.set(found[3] ?? '', { sha256: found[1] ?? '', size: Number(found[2]) })
  }
  return files
}
