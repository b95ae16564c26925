import { createHash } from 'node:crypto'
import type { WritableHost } from '../host.ts'
import { BrokenChain } from './broken-chain.ts'
import { fieldsOf } from './control-file.ts'
import { decompressed } from './decompress.ts'
import type { Installed } from './dpkg-state.ts'
import { listFolder, type SignedRelease, signedReleases } from './signed-release.ts'
import { listName } from './apt-sources.ts'

/** A package archive whose SHA-256 stands in an index that is signed. */
export interface VerifiedArchive {
  readonly path: string
  readonly sha256: string
}

const indexBytes = 512 << 20
const cache = '/var/cache/apt/archives'

/**
 * The archive of exactly the installed version, followed from a trusted key to its bytes: keyring, signature, index, archive.
 * Throws BrokenChain with the first link that is missing.
 */
export async function verifiedArchive(wanted: Installed, host: WritableHost): Promise<VerifiedArchive> {
  const { releases, why } = await signedReleases(host)
  if (releases.length === 0) throw new BrokenChain(why.join('; '))
  const lacking: string[] = []
  for (const release of releases) {
    for (const sha256 of await digestsIn(release, wanted, host, lacking)) {
      const path = `${cache}/${wanted.name}_${wanted.version.replaceAll(':', '%3a')}_${wanted.architecture}.deb`
      if (host.files.inspect(path)?.type !== 'file') throw new BrokenChain(`${path} is not there`)
      if (host.files.digest(path) !== sha256) throw new BrokenChain(`${path} is not what the signed index lists`)
      return { path, sha256 }
    }
  }
  const name = `${wanted.name} ${wanted.version} (${wanted.architecture})`
  throw new BrokenChain([`no signed index lists ${name}`, ...lacking, ...why].join('; '))
}

/** What a repository's indexes list for the package; an index that is not what was signed is not read. */
async function digestsIn(
  { prefix, files }: SignedRelease,
  wanted: Installed,
  host: WritableHost,
  lacking: string[],
): Promise<string[]> {
  const found: string[] = []
  for (const [name, { sha256, size }] of files) {
    const its = /(?:^|\/)(?:binary-([a-z0-9-]+)\/)?Packages$/.exec(name)
    if (its === null || size > indexBytes) continue
    if (its[1] !== undefined && its[1] !== wanted.architecture && wanted.architecture !== 'all') continue
    const place = `${listFolder}/${prefix}${listName(name)}`
    const path = ['', '.lz4', '.xz', '.gz', '.zst']
      .map(end => `${place}${end}`)
      .find(one => host.files.inspect(one)?.type === 'file')
    if (path === undefined) continue
    const bytes = await plain(path, size, host)
    if (bytes === undefined || createHash('sha256').update(bytes).digest('hex') !== sha256) {
      lacking.push(`${path} is not what its signed Release lists`)
      continue
    }
    found.push(...stanzasOf(bytes, wanted))
  }
  return found
}

async function plain(path: string, size: number, host: WritableHost): Promise<Buffer | undefined> {
  try {
    const bytes = host.files.read(path, indexBytes)
    return bytes === undefined ? undefined : await decompressed(bytes, size)
  } catch {
    return undefined
  }
}

/** An index has tens of thousands of paragraphs: only those of the name are taken apart. */
function stanzasOf(bytes: Buffer, wanted: Installed): string[] {
  const found: string[] = []
  const start = Buffer.from(`Package: ${wanted.name}\n`)
  for (let at = bytes.indexOf(start); at !== -1; at = bytes.indexOf(start, at + 1)) {
    if (at > 0 && bytes[at - 1] !== 0x0a) continue
    const end = bytes.indexOf('\n\n', at)
    const fields = fieldsOf(bytes.toString('utf8', at, end === -1 ? bytes.length : end))
    const same = fields.get('version') === wanted.version && fields.get('architecture') === wanted.architecture
    const sha256 = fields.get('sha256')
    if (same && sha256 !== undefined && /^[0-9a-f]{64}$/.test(sha256)) found.push(sha256)
  }
  return found
}
