import { createHash } from 'node:crypto'
import type { WritableHost } from '../host.ts'
import { arMembers } from './ar-archive.ts'
import { BrokenChain } from './broken-chain.ts'
import { decompressed } from './decompress.ts'
import { type TarEntry, tarEntries } from './tar-archive.ts'
import type { VerifiedArchive } from './verified-archive.ts'

const archiveBytes = 512 << 20
const contentBytes = 2 ** 31 - 1

/** Files and links of a package archive, read once and held against the digest that was verified. */
export async function filesInArchive(
  { path, sha256 }: VerifiedArchive,
  wanted: readonly string[],
  host: WritableHost,
): Promise<Map<string, TarEntry>> {
  const bytes = host.files.inspect(path)?.type === 'file' ? host.files.read(path, archiveBytes) : undefined
  if (bytes === undefined) throw new BrokenChain(`${path} is gone`)
  if (createHash('sha256').update(bytes).digest('hex') !== sha256) throw new BrokenChain(`${path} changed`)
  const member = [...arMembers(bytes)].find(([name]) => /^data\.tar(?:\.(?:gz|xz|zst))?$/.test(name))
  if (member === undefined) throw new BrokenChain(`${path} is packed in a way that is not read here`)
  return pick([...tarEntries(await decompressed(member[1], contentBytes))], wanted)
}

/** By the path that was asked for, which may name a place through a merged /usr. */
function pick(entries: readonly TarEntry[], wanted: readonly string[]): Map<string, TarEntry> {
  const byPath = new Map(entries.map(entry => [entry.path, entry]))
  const found = new Map<string, TarEntry>()
  for (const path of wanted) {
    const entry = placesOf(path)
      .map(place => byPath.get(place))
      .find(one => one?.type === 'file' || one?.type === 'symlink' || one?.type === 'link')
    const real = entry?.type === 'link' ? byPath.get(entry.linkTarget) : entry
    if (real !== undefined && (real.type === 'file' || real.type === 'symlink')) found.set(path, real)
  }
  return found
}

/** `/bin` and its like are links into `/usr` on most hosts, and packages name either. */
export function placesOf(path: string): string[] {
  const merged = /^(\/usr)?(\/(?:bin|sbin|lib|lib32|lib64|libx32)\/.*)$/.exec(path)
  return merged === null ? [path] : [path, merged[1] === undefined ? `/usr${path}` : (merged[2] ?? path)]
}
