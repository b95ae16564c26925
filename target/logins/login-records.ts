import { decodeBytes } from '../bytes.ts'

/** One record of wtmp or btmp (utmp(5)). */
export interface LoginRecord {
  /** 7 is a log-in, 6 a log-in that was tried. */
  readonly type: number
  /** `pts/0`, `ssh:notty`. */
  readonly line: string
  readonly user: string
  readonly host: string
  /** From where, when the record holds an address. */
  readonly address?: string | undefined
  readonly atMs: number
}

export const recordTypes = { tried: 6, loggedIn: 7 } as const

export interface RecordLayout {
  readonly bytes: number
  readonly wideTime: boolean
}

const narrow: RecordLayout = { bytes: 384, wideTime: false }
const wide: RecordLayout = { bytes: 400, wideTime: true }

/** Of a file whose host is not known, by its size. Undefined for an empty file. */
export function layoutOf(size: number): RecordLayout | undefined {
  if (size === 0) return undefined
  return size % wide.bytes === 0 && size % narrow.bytes !== 0 ? wide : narrow
}

/** x86-64 keeps 32-bit times for the sake of old programs, 64-bit Arm and RISC-V do not. */
export function recordLayout(architecture: string): RecordLayout {
  return architecture === 'arm64' || architecture === 'riscv64' ? wide : narrow
}

/** The records of a file, or of a piece of it that begins with one. A rubbish record is skipped. */
export function parseLoginRecords(content: Buffer, { bytes, wideTime }: RecordLayout): LoginRecord[] {
  const records: LoginRecord[] = []
  for (let at = 0; at + bytes <= content.length; at += bytes) {
    const type = content.readInt16LE(at)
    const seconds = wideTime ? Number(content.readBigInt64LE(at + 344)) : content.readUInt32LE(at + 340)
    if (type < 1 || type > 9 || seconds <= 0 || seconds > 8e12) continue
    records.push({
      type,
      line: field(content, at + 8, 32),
      user: field(content, at + 44, 32),
      host: field(content, at + 76, 256),
      address: addressIn(content.subarray(at + (wideTime ? 360 : 348)).subarray(0, 16)),
      atMs: seconds * 1000,
    })
  }
  return records
}

/** Four words; of an IPv4 address only the first. */
function addressIn(bytes: Buffer): string | undefined {
  if (bytes.every(byte => byte === 0)) return undefined
  if (bytes.subarray(4).every(byte => byte === 0)) return bytes.subarray(0, 4).join('.')
  return (bytes.toString('hex').match(/.{4}/g) ?? []).join(':')
}

function field(content: Buffer, at: number, length: number): string {
  const bytes = content.subarray(at, at + length)
  const end = bytes.indexOf(0)
  return decodeBytes(end < 0 ? bytes : bytes.subarray(0, end))
}
