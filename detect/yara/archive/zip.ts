import { type ArchiveBudget, ArchiveCut } from './budget.ts'
import { type PackedBytes, type Packing, unpacked } from './decompress.ts'
import type { Member } from './tar.ts'

// APPNOTE.TXT of PKWARE, sections 4.3.6 to 4.3.16 and 4.5.3.
const endMark = 0x06054b50
const end64Mark = 0x06064b50
const locator64Mark = 0x07064b50
const entryMark = 0x02014b50
const localMark = 0x04034b50
const endBytes = 22
const longestComment = 0xffff
const mostDirectoryBytes = 64 * 1024 * 1024

/** The files that the directory at the end of a zip names. Members that cannot be opened are told to `passOver`. */
export function* zipMembers(
  zip: PackedBytes,
  budget: ArchiveBudget,
  passOver: (reason: ArchiveCut['reason']) => void,
): Generator<Member> {
  for (const entry of entriesOf(zip)) {
    budget.takeMember()
    if (entry.name.at(-1) === 0x2f && entry.size === 0) continue
    if (entry.encrypted) {
      passOver('encrypted')
      continue
    }
    const packing = packings[entry.method]
    const packed = packedOf(zip, entry)
    if (packing === undefined || packed === undefined) {
      passOver('damaged')
      continue
    }
    yield {
      name: entry.name,
      content: packing === 'stored' ? stored(packed, budget) : unpacked(packing, packed, budget),
    }
  }
}

const packings: Readonly<Record<number, Packing | 'stored'>> = { 0: 'stored', 8: 'deflate', 93: 'zstd', 95: 'xz' }

interface Entry {
  readonly name: Uint8Array
  readonly method: number
  readonly encrypted: boolean
  readonly packedSize: number
  readonly size: number
  /** Of its local header. */
  readonly offset: number
}

function* entriesOf(zip: PackedBytes): Generator<Entry> {
  const { offset, size, before } = directoryOf(zip)
  if (size > mostDirectoryBytes) throw new ArchiveCut('limit')
  const directory = bufferOf(zip.read(offset, size))
  for (let at = 0; at + 46 <= directory.length; ) {
    if (directory.readUInt32LE(at) !== entryMark) throw new ArchiveCut('damaged')
    const nameLength = directory.readUInt16LE(at + 28)
    const extraLength = directory.readUInt16LE(at + 30)
    const next = at + 46 + nameLength + extraLength + directory.readUInt16LE(at + 32)
    if (next > directory.length) throw new ArchiveCut('damaged')
    const extra = directory.subarray(at + 46 + nameLength, at + 46 + nameLength + extraLength)
    const large = largeFields(extra, [
      directory.readUInt32LE(at + 24),
      directory.readUInt32LE(at + 20),
      directory.readUInt32LE(at + 42),
    ])
    yield {
      name: directory.subarray(at + 46, at + 46 + nameLength),
      method: directory.readUInt16LE(at + 10),
      encrypted: (directory.readUInt16LE(at + 8) & 1) !== 0,
      size: large[0],
      packedSize: large[1],
      offset: large[2] + before,
    }
    at = next
  }
}

/** The directory, and how much lies before the archive itself, as in a program that unpacks itself. */
function directoryOf(zip: PackedBytes): { offset: number; size: number; before: number } {
  const start = Math.max(0, zip.size - endBytes - longestComment)
  const tail = bufferOf(zip.read(start, endBytes + longestComment))
  for (let at = tail.length - endBytes; at >= 0; at--) {
    if (tail.readUInt32LE(at) !== endMark) continue
    const size = tail.readUInt32LE(at + 12)
    const offset = tail.readUInt32LE(at + 16)
    if (offset === 0xffffffff || size === 0xffffffff) {
      const large = largeDirectory(zip, start + at)
      if (large !== undefined) return large
    }
    const found = start + at - size
    if (found >= 0 && startsEntry(zip, found, size)) return { offset: found, size, before: found - offset }
  }
  throw new ArchiveCut('damaged')
}

function startsEntry(zip: PackedBytes, at: number, size: number): boolean {
  return size === 0 || bufferOf(zip.read(at, 4)).toString('latin1') === 'PK\x01\x02'
}

function largeDirectory(zip: PackedBytes, end: number): { offset: number; size: number; before: number } | undefined {
  const locator = bufferOf(zip.read(Math.max(0, end - 20), 20))
  if (locator.length < 20 || locator.readUInt32LE(0) !== locator64Mark) return undefined
  const record = bufferOf(zip.read(Number(locator.readBigUInt64LE(8)), 56))
  if (record.length < 56 || record.readUInt32LE(0) !== end64Mark) return undefined
  return { size: Number(record.readBigUInt64LE(40)), offset: Number(record.readBigUInt64LE(48)), before: 0 }
}

/** Fields of 32 bits that are all ones stand in the extra field of zip64 instead, in this order. */
function largeFields(extra: Buffer, fields: [number, number, number]): [number, number, number] {
  if (!fields.includes(0xffffffff)) return fields
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue
    let place = at + 4
    return fields.map(field => {
      if (field !== 0xffffffff || place + 8 > extra.length) return field
      place += 8
      return Number(extra.readBigUInt64LE(place - 8))
    }) as [number, number, number]
  }
  return fields
}

function packedOf(zip: PackedBytes, { offset, packedSize }: Entry): PackedBytes | undefined {
  const header = bufferOf(zip.read(offset, 30))
  if (header.length < 30 || header.readUInt32LE(0) !== localMark) return undefined
  const start = offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28)
  const size = Math.min(packedSize, zip.size - start)
  if (!(size >= 0)) return undefined
  return { size, read: (at, length) => zip.read(start + at, Math.max(0, Math.min(length, size - at))) }
}

const pieceBytes = 256 * 1024

function* stored(packed: PackedBytes, budget: ArchiveBudget): Generator<Uint8Array> {
  for (let at = 0; at < packed.size; ) {
    const piece = packed.read(at, pieceBytes)
    if (piece.length === 0) throw new ArchiveCut('damaged')
    budget.takePacked(piece.length)
    yield* budget.admitted(piece)
    at += piece.length
  }
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}
