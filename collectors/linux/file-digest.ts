import type { FileDigest, HashAlgorithm, Target } from '../../target/index.ts'

const remembered = new WeakMap<Target, Map<string, string | undefined>>()

/** SHA-256 and MD5 of a regular file, each file hashed once a scan under whatever name it is asked for. */
export function digestOf(target: Target, path: string): Omit<FileDigest, 'size'> | undefined {
  const place = placeOf(target, path)
  if (place === undefined) return undefined
  const { known, identity } = place
  if (!known.has(`md5:${identity}`) && !known.has(`sha256:${identity}`)) {
    const digest = target.files.digest(path)
    known.set(`md5:${identity}`, digest?.md5)
    known.set(`sha256:${identity}`, digest?.sha256)
  }
  const [sha256, md5] = [hashOf(target, path, 'sha256'), hashOf(target, path, 'md5')]
  return sha256 === undefined || md5 === undefined ? undefined : { sha256, md5 }
}

/** One hash of a regular file in hex, or undefined where it cannot be read. */
export function hashOf(target: Target, path: string, algorithm: HashAlgorithm): string | undefined {
  const place = placeOf(target, path)
  if (place === undefined) return undefined
  const key = `${algorithm}:${place.identity}`
  if (!place.known.has(key)) place.known.set(key, target.files.hash(path, algorithm))
  return place.known.get(key)
}

/** A file is one and the same under all its names and links, also that of the process that runs it. */
function placeOf(target: Target, path: string) {
  const stat = target.files.stat(path)
  if (stat?.type !== 'file') return undefined
  const known = remembered.get(target) ?? new Map<string, string | undefined>()
  remembered.set(target, known)
  return { known, identity: `${stat.device}:${stat.inode}:${stat.size}:${stat.modifiedMs}:${stat.changedMs}` }
}
