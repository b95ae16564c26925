import { getRawPointer } from 'node:ffi'
import { openSync, readSync } from 'node:fs'
import { SystemCallError } from '../libc.ts'
import { ownProcDirectory } from './own-proc.ts'
import { checked, lazily } from './system-call.ts'

/** Addresses of whole pages, the end not included. */
export interface PageRange {
  readonly start: number
  readonly end: number
}

const sysconf = lazily('sysconf', 'int64', ['int32'])
const scPageSize = 30
let pageBytes: number | undefined

/** 4,096 nearly everywhere; some arm64 kernels have bigger ones. */
export function pageSize(): number {
  pageBytes ??= checked('sysconf', sysconf(scPageSize))
  return pageBytes
}

/** A descriptor of `/proc/PID/pagemap`, which stays with that process. Throws node's error: ENOENT, ESRCH, EACCES. */
export function openPagemap(pid: number): number {
  return openSync(`${ownProcDirectory()}/${pid}/pagemap`, 'r')
}

/** linux/fs.h, Linux 6.7. */
const PAGEMAP_SCAN = 0xc0606610n
const isFile = 1n << 2n
const isPresent = 1n << 3n
const isZeroPage = 1n << 5n
const regionBytes = 24
const mostRegions = 1024

const ioctl = lazily('ioctl', 'int32', ['int32', 'uint64', 'pointer'])
const scanArguments = Buffer.alloc(96)
let regions: Buffer | undefined

/** One step over the pages of a process: what was found, and where to go on. */
export interface PageStep {
  readonly ranges: PageRange[]
  readonly next: number
}

/**
 * Pages between two addresses that are in memory, by an open `/proc/PID/pagemap`, without bringing any in. `files: false`
 * leaves out pages that are still what the mapped file says. Undefined where the kernel cannot walk its tables for us
 * (before 6.7). Throws `SystemCallError`.
 */
export function scanPages(pagemap: number, start: number, end: number, files: boolean): PageStep | undefined {
  regions ??= Buffer.alloc(mostRegions * regionBytes)
  const unwanted = files ? isZeroPage : isZeroPage | isFile
  const words = [96n, 0n, BigInt(start), BigInt(end), 0n, getRawPointer(regions), BigInt(mostRegions), 0n]
  for (const [at, word] of [...words, unwanted, isPresent | unwanted, 0n, isPresent].entries())
    scanArguments.writeBigUInt64LE(word, at * 8)
  let count: number
  try {
    count = checked('ioctl', ioctl(pagemap, PAGEMAP_SCAN, scanArguments))
  } catch (error) {
    if (error instanceof SystemCallError && ['ENOTTY', 'EINVAL', 'EOPNOTSUPP'].includes(error.code)) return undefined
    throw error
  }
  const ranges: PageRange[] = []
  for (let at = 0; at < count; at++)
    ranges.push({
      start: Number(regions.readBigUInt64LE(at * regionBytes)),
      end: Number(regions.readBigUInt64LE(at * regionBytes + 8)),
    })
  return { ranges, next: Number(scanArguments.readBigUInt64LE(32)) }
}

const entriesAtOnce = 8192
let entries: Buffer | undefined

/** The same for older kernels, by reading the entry of each page (admin-guide/mm/pagemap): at most 8,192 pages a step. */
export function readPages(pagemap: number, start: number, end: number, files: boolean): PageStep {
  entries ??= Buffer.alloc(entriesAtOnce * 8)
  const bytes = pageSize()
  const wanted = Math.min((end - start) / bytes, entriesAtOnce) * 8
  const got = readSync(pagemap, entries, 0, wanted, BigInt((start / bytes) * 8)) & ~7
  const ranges: { start: number; end: number }[] = []
  for (let at = 0; at < got; at += 8) {
    // Bit 63: present; bit 61: of a file, or shared.
    const top = entries[at + 7] ?? 0
    if ((top & 0x80) === 0 || (!files && (top & 0x20) !== 0)) continue
    const address = start + (at / 8) * bytes
    const last = ranges.at(-1)
    if (last?.end === address) last.end += bytes
    else ranges.push({ start: address, end: address + bytes })
  }
  return { ranges, next: got === 0 ? end : start + (got / 8) * bytes }
}

/** Where a part of the memory of a process goes in a buffer. */
export interface MemoryPart {
  readonly start: number
  readonly length: number
  readonly at: number
}

const vectorBytes = 16
/** UIO_MAXIOV. */
export const mostPartsAtOnce = 1024
const processVmReadv = lazily('process_vm_readv', 'int64', [
  'int32',
  'pointer',
  'uint64',
  'pointer',
  'uint64',
  'uint64',
])
let vectors: Buffer | undefined

/**
 * Copies parts of the memory of a process into a buffer, one after the other, and says how many bytes came: fewer where a page
 * has gone meanwhile. process_vm_readv(2) stops nothing, changes nothing and, unlike /proc/PID/mem, never reads what a device
 * maps. Throws `SystemCallError`: ESRCH when the process has ended, EPERM, EFAULT when the first page is gone.
 */
export function readMemory(pid: number, parts: readonly MemoryPart[], into: Buffer): number {
  if (parts.length > mostPartsAtOnce || parts.some(({ at, length }) => at < 0 || at + length > into.length))
    throw new RangeError('more memory than fits')
  vectors ??= Buffer.alloc(2 * mostPartsAtOnce * vectorBytes)
  const local = vectors.subarray(0, mostPartsAtOnce * vectorBytes)
  const remote = vectors.subarray(mostPartsAtOnce * vectorBytes)
  const base = getRawPointer(into)
  for (const [index, { start, length, at }] of parts.entries()) {
    local.writeBigUInt64LE(base + BigInt(at), index * vectorBytes)
    local.writeBigUInt64LE(BigInt(length), index * vectorBytes + 8)
    remote.writeBigUInt64LE(BigInt(start), index * vectorBytes)
    remote.writeBigUInt64LE(BigInt(length), index * vectorBytes + 8)
  }
  const count = BigInt(parts.length)
  return checked('process_vm_readv', processVmReadv(pid, local, count, remote, count, 0n))
}
