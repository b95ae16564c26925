import { createHash } from 'node:crypto'
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { z } from 'zod'
import { contentMatch } from '../../model/index.ts'
import { replaceFile } from '../../native/own-file.ts'
import { CacheTable, wordsPerEntry } from './cache-table.ts'

/** What is remembered of a file in which something was found, or that could not be read whole. */
const keptFinding = z.object({
  matches: z.array(contentMatch),
  cut: z.array(z.string()),
  sha256: z.string().optional(),
  md5: z.string().optional(),
})
export type KeptFinding = z.infer<typeof keptFinding>

const header = z.object({
  /** Everything that decides what is found: rules, program, limits. Under another key nothing of it counts. */
  key: z.string(),
  slots: z.number().int().min(0).max(8_000_000),
  entries: z.number().int().min(0),
  /** Bytes of one digest: 32 for SHA-256, 48 with MD5 behind it. */
  digestBytes: z.union([z.literal(32), z.literal(48)]),
  digests: z.number().int().min(0),
  findings: z.array(z.tuple([z.string(), keptFinding])),
})

/** Files that an earlier scan read, with what it found. */
export interface Cache {
  readonly table: CacheTable
  readonly entries: number
  readonly digestBytes: 32 | 48
  readonly digests: Buffer
  readonly findings: ReadonlyMap<string, KeptFinding>
}

const magic = Buffer.from('DAVYCON1')
const mostFileBytes = 512 * 1024 * 1024
const sumBytes = 32

export function emptyCache(): Cache {
  return {
    table: new CacheTable(new Uint32Array(new SharedArrayBuffer(0))),
    entries: 0,
    digestBytes: 32,
    digests: Buffer.alloc(0),
    findings: new Map(),
  }
}

/** The cache at a path. Missing, cut, changed, of another key or in the hands of others: nothing is remembered. */
export function readCache(path: string, key: string): Cache {
  try {
    return parseCache(readShared(path), key) ?? emptyCache()
  } catch {
    return emptyCache()
  }
}

/** Undefined where anything does not agree. `bytes` lie in shared memory: the table is used where it is. */
export function parseCache(bytes: Buffer, key: string): Cache | undefined {
  if (bytes.length < magic.length + 8 + sumBytes || !bytes.subarray(0, magic.length).equals(magic)) return undefined
  const body = bytes.subarray(0, bytes.length - sumBytes)
  if (!createHash('sha256').update(body).digest().equals(bytes.subarray(body.length))) return undefined
  const headerLength = bytes.readUInt32LE(magic.length)
  const headerEnd = magic.length + 8 + headerLength
  if (headerEnd > body.length || headerLength % 4 !== 0) return undefined
  const head = header.safeParse(JSON.parse(bytes.toString('utf8', magic.length + 8, headerEnd)))
  if (!head.success || head.data.key !== key) return undefined
  const { slots, entries, digestBytes, digests, findings } = head.data
  const tableBytes = slots * wordsPerEntry * 4
  if (entries > slots || headerEnd + tableBytes + digests * digestBytes !== body.length) return undefined
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset + headerEnd, slots * wordsPerEntry)
  return {
    table: new CacheTable(words),
    entries,
    digestBytes,
    digests: body.subarray(headerEnd + tableBytes),
    findings: new Map(findings),
  }
}

/** The file of a cache in pieces, so that none is copied. */
export function cacheBytes(cache: Cache, key: string): Buffer[] {
  const { table, entries, digestBytes, digests, findings } = cache
  const text = JSON.stringify({
    key,
    slots: table.slots,
    entries,
    digestBytes,
    digests: digests.length / digestBytes,
    findings: [...findings],
  } satisfies z.infer<typeof header>)
  // Four-byte words follow: the text ends on such a border.
  const length = Math.ceil(Buffer.byteLength(text) / 4) * 4
  const head = Buffer.alloc(magic.length + 8 + length, ' ')
  magic.copy(head)
  head.writeUInt32LE(length, magic.length)
  head.writeUInt32LE(0, magic.length + 4)
  head.write(text, magic.length + 8)
  const { words } = table
  const parts = [head, Buffer.from(words.buffer, words.byteOffset, words.byteLength), digests]
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return [...parts, hash.digest()]
}

/** Replaces the file in one step, readable by its owner only; of two scans the last one wins whole. Throws where it cannot be written. */
export function writeCache(path: string, cache: Cache, key: string): void {
  // A cut one is noticed by its sum, and costs one more reading.
  replaceFile(path, cacheBytes(cache, key), { mayBeLost: true })
}

function readShared(path: string): Buffer {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const stat = fstatSync(descriptor)
    const mine = process.getuid?.() ?? 0
    const foreign = (stat.uid !== 0 && stat.uid !== mine) || (stat.mode & 0o022) !== 0
    if (!stat.isFile() || foreign || stat.size > mostFileBytes) return Buffer.alloc(0)
    const bytes = Buffer.from(new SharedArrayBuffer(stat.size))
    let length = 0
    while (length < bytes.length) {
      const count = readSync(descriptor, bytes, length, bytes.length - length, length)
      if (count === 0) break
      length += count
    }
    return length === bytes.length ? bytes : Buffer.alloc(0)
  } finally {
    closeSync(descriptor)
  }
}
