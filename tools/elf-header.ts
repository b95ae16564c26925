import type { ElfFile } from './elf.ts'

/** A part of a file that the kernel maps. */
export interface ElfSegment {
  readonly kind: 'run' | 'write'
  readonly offset: number
  readonly address: number
  /** Bytes in the file. */
  readonly length: number
  /** Bytes in memory; what is more than `length` is zero. */
  readonly size: number
  readonly align: number
}

const machines: Readonly<Record<ElfFile['machine'], number>> = { x64: 62, arm64: 183 }
const [run, write, read] = [1, 2, 4]
const [executable, load, stack] = [2, 1, 0x6474e551]

/** The length of a header for that many segments. */
export function elfHeaderLength(segments: number): number {
  return 64 + (segments + 1) * 56
}

/** elf(5): a program without an interpreter, with these segments and a stack that does not run. */
export function elfHeader(machine: ElfFile['machine'], entry: number, segments: readonly ElfSegment[]): Buffer {
  const header = Buffer.alloc(elfHeaderLength(segments.length))
  header.write('\x7fELF\x02\x01\x01', 'latin1')
  header.writeUInt16LE(executable, 16)
  header.writeUInt16LE(machines[machine], 18)
  header.writeUInt32LE(1, 20)
  header.writeBigUInt64LE(BigInt(entry), 24)
  header.writeBigUInt64LE(64n, 32)
  header.writeUInt16LE(64, 52)
  header.writeUInt16LE(56, 54)
  header.writeUInt16LE(segments.length + 1, 56)
  for (const [index, { kind, offset, address, length, size, align }] of segments.entries())
    put(header, 64 + index * 56, load, read | (kind === 'run' ? run : write), [
      offset,
      address,
      address,
      length,
      size,
      align,
    ])
  put(header, 64 + segments.length * 56, stack, read | write, [0, 0, 0, 0, 0, 16])
  return header
}

function put(header: Buffer, at: number, type: number, flags: number, values: readonly number[]): void {
  header.writeUInt32LE(type, at)
  header.writeUInt32LE(flags, at + 4)
  for (const [index, value] of values.entries()) header.writeBigUInt64LE(BigInt(value), at + 8 + index * 8)
}
