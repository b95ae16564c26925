import { randomFillSync } from 'node:crypto'

/**
 * RFC 9562 §5.7 with the counter of §6.2 method 1: 48 bits of Unix milliseconds, then 26 bits that grow with each id of
 * the same millisecond, then random. Ids that this process makes one after the other for the same or a later time sort in that order.
 */
export function uuid7(at: Date | number = Date.now()): string {
  const bytes = randomFillSync(Buffer.alloc(16))
  const time = Number(at)
  count = time === lastTime ? count + 1 : bytes.readUIntBE(6, 3) >> 4
  lastTime = time
  bytes.writeUIntBE(time, 0, 6)
  bytes.writeUInt16BE(0x7000 | ((count >> 14) & 0xfff), 6)
  bytes.writeUInt16BE(0x8000 | (count & 0x3fff), 8)
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

let lastTime = -1
let count = 0

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
