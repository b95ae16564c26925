import { JournalDamage } from './blocks.ts'

/** What of a journal file's header is used (systemd's journal-def.h). Offsets and sizes in bytes. */
export interface JournalHeader {
  /** Offsets in entries and arrays have four bytes (systemd 252). */
  readonly compact: boolean
  /** Fields are found by SipHash with the file's id, not by Jenkins' hash. */
  readonly keyed: boolean
  readonly fileId: Buffer
  /** 32 hexadecimal digits, as /etc/machine-id has them. */
  readonly machineId: string
  readonly headerBytes: number
  readonly dataTable: number
  readonly dataTableBytes: number
  readonly entryCount: number
  readonly entryArray: number
}

export const leastHeaderBytes = 208
const signature = Buffer.from('LPKSHHRH')

const incompatible = { xz: 1, lz4: 2, keyed: 4, zstd: 8, compact: 16 } as const
const known = Object.values(incompatible).reduce((sum, flag) => sum | flag, 0)

/** Undefined for what is no journal file, or one of a format that came later. */
export function journalHeader(bytes: Buffer): JournalHeader | undefined {
  if (bytes.length < leastHeaderBytes || !bytes.subarray(0, 8).equals(signature)) return undefined
  const flags = bytes.readUInt32LE(12)
  if ((flags & ~known) !== 0) return undefined
  try {
    return {
      compact: (flags & incompatible.compact) !== 0,
      keyed: (flags & incompatible.keyed) !== 0,
      fileId: Buffer.from(bytes.subarray(24, 40)),
      machineId: bytes.toString('hex', 40, 56),
      headerBytes: number64(bytes, 88),
      dataTable: number64(bytes, 104),
      dataTableBytes: number64(bytes, 112),
      entryCount: number64(bytes, 152),
      entryArray: number64(bytes, 176),
    }
  } catch {
    return undefined
  }
}

/** A number of 64 bits that counts something; throws `JournalDamage` where it is larger than any file. */
export function number64(bytes: Buffer, at: number): number {
  const high = bytes.readUInt32LE(at + 4)
  if (high >= 1 << 21) throw new JournalDamage('a number is larger than any file')
  return high * 2 ** 32 + bytes.readUInt32LE(at)
}
