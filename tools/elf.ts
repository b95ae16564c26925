import { closeSync, openSync, readSync } from 'node:fs'

/** What a loader wants to know of a file, see elf(5). Only 64-bit little-endian files are read: x86-64 and arm64. */
export interface ElfFile {
  readonly machine: 'x64' | 'arm64'
  readonly interpreter: string | undefined
  /** DT_NEEDED: the libraries it names. */
  readonly needed: readonly string[]
}

/** Reads headers and the dynamic section only, as a runtime with debug information is large. `undefined`: not such a file. */
export function readElf(path: string): ElfFile | undefined {
  const file = openSync(path, 'r')
  try {
    return elfFrom((position, length) => {
      if (!Number.isSafeInteger(position) || position < 0) return Buffer.alloc(0)
      const bytes = Buffer.alloc(length)
      return bytes.subarray(0, readSync(file, bytes, 0, length, position))
    })
  } finally {
    closeSync(file)
  }
}

type Slice = (position: number, length: number) => Buffer

interface Segment {
  readonly type: number
  readonly offset: number
  readonly address: number
  readonly size: number
}

const machines = new Map<number, ElfFile['machine']>([
  [62, 'x64'],
  [183, 'arm64'],
])
const segmentTypes = { load: 1, dynamic: 2, interpreter: 3 }
const dynamicTags = { needed: 1, strings: 5, stringsSize: 10 }

function elfFrom(slice: Slice): ElfFile | undefined {
  const header = slice(0, 64)
  const machine = header.length < 64 ? undefined : machines.get(header.readUInt16LE(18))
  if (machine === undefined || header.toString('latin1', 0, 6) !== '\x7fELF\x02\x01') return undefined
  const segments = segmentsFrom(header, slice)
  const interpreter = segments.find(one => one.type === segmentTypes.interpreter)
  return {
    machine,
    interpreter:
      interpreter && slice(interpreter.offset, Math.min(interpreter.size, 4096)).toString('latin1').replace(/\0.*/, ''),
    needed: neededBy(segments, slice),
  }
}

function segmentsFrom(header: Buffer, slice: Slice): Segment[] {
  const table = slice(Number(header.readBigUInt64LE(32)), header.readUInt16LE(56) * 56)
  const segments: Segment[] = []
  for (let at = 0; at + 56 <= table.length; at += 56)
    segments.push({
      type: table.readUInt32LE(at),
      offset: Number(table.readBigUInt64LE(at + 8)),
      address: Number(table.readBigUInt64LE(at + 16)),
      size: Number(table.readBigUInt64LE(at + 32)),
    })
  return segments
}

function neededBy(segments: readonly Segment[], slice: Slice): string[] {
  const dynamic = segments.find(one => one.type === segmentTypes.dynamic)
  if (dynamic === undefined) return []
  const table = slice(dynamic.offset, Math.min(dynamic.size, 64 * 1024))
  const names: number[] = []
  const values = new Map<number, number>()
  for (let at = 0; at + 16 <= table.length; at += 16) {
    const tag = Number(table.readBigInt64LE(at))
    const value = Number(table.readBigUInt64LE(at + 8))
    if (tag === 0) break
    if (tag === dynamicTags.needed) names.push(value)
    else values.set(tag, value)
  }
  const address = values.get(dynamicTags.strings) ?? 0
  const holder = segments.find(
    one => one.type === segmentTypes.load && address >= one.address && address < one.address + one.size,
  )
  if (holder === undefined) return []
  const size = Math.min(values.get(dynamicTags.stringsSize) ?? 0, 16 * 1024 * 1024)
  const strings = slice(holder.offset + address - holder.address, size)
  return names.map(at => strings.toString('latin1', at, Math.max(at, strings.indexOf(0, at))))
}
