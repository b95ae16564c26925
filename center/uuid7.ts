import { randomFillSync } from 'node:crypto'

/** RFC 9562 §5.7: 48 bits of Unix milliseconds, then random. Later ones sort after earlier ones, to the millisecond. */
export function uuid7(at: Date | number = Date.now()): string {
  const bytes = randomFillSync(Buffer.alloc(16))
  bytes.writeUIntBE(Number(at), 0, 6)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** The smallest id of that time: a bound for partitions and for ranges by time. What no id can be of is the nearest that can. */
export function uuid7Floor(at: Date | number): string {
  const hex = Math.min(Math.max(Number(at), 0), 2 ** 48 - 1)
    .toString(16)
    .padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-0000-0000-000000000000`
}

export function timeOfUuid7(id: string): Date {
  return new Date(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16))
}
