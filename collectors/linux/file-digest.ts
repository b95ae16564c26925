import { createHash } from 'node:crypto'
import type { FileDigest, Target } from '../../target/index.ts'

/** Algorithms in which package managers record what a file holds. */
export const digestAlgorithms = ['md5', 'sha1', 'sha256', 'sha384', 'sha512'] as const
export type DigestAlgorithm = (typeof digestAlgorithms)[number]

const blockSize = 1024 * 1024
const mostHashed = 1024 * blockSize
const remembered = new WeakMap<Target, Map<string, FileDigest | string | undefined>>()

/** SHA-256 and MD5 of a regular file, each file hashed once a scan under whatever name it is asked for. */
export function digestOf(target: Target, path: string): FileDigest | undefined {
  const real = target.files.realPath(path) ?? path
  const digest = once(target, real, () => target.files.digest(real))
  return typeof digest === 'string' ? undefined : digest
}

/** One hash of a regular file in hex, or undefined where it cannot be read. */
export function hashOf(target: Target, path: string, algorithm: DigestAlgorithm): string | undefined {
  if (algorithm === 'md5' || algorithm === 'sha256') return digestOf(target, path)?.[algorithm]
  const real = target.files.realPath(path) ?? path
  const hex = once(target, `${algorithm}:${real}`, () => hashed(target, real, algorithm))
  return typeof hex === 'string' ? hex : undefined
}

function once(
  target: Target,
  key: string,
  read: () => FileDigest | string | undefined,
): FileDigest | string | undefined {
  const known = remembered.get(target) ?? new Map<string, FileDigest | string | undefined>()
  remembered.set(target, known)
  if (!known.has(key)) known.set(key, read())
  return known.get(key)
}

function hashed(target: Target, path: string, algorithm: DigestAlgorithm): string | undefined {
  const stat = target.files.stat(path)
  if (stat?.type !== 'file') return undefined
  const hash = createHash(algorithm)
  for (let offset = 0; offset < Math.min(stat.size, mostHashed); offset += blockSize) {
    const block = target.files.slice(path, offset, blockSize)
    if (block === undefined) return undefined
    hash.update(block)
    if (block.length < blockSize) break
  }
  return hash.digest('hex')
}
