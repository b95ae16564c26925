import { Buffer } from 'node:buffer'

export interface StoredString {
  readonly key: string
  readonly value: string
}

const mostStrings = 100_000
/** Longer values are passed over: a crontab or a key that somebody planted is short. */
const longestValue = 16_384

/**
 * The plain strings of a Redis dump (rdb.c), names and values in Latin-1. It ends without complaint at a kind of value that it
 * does not know, at the end of what was read, and where the bytes make no sense.
 */
export function rdbStrings(bytes: Buffer): StoredString[] {
  const found: StoredString[] = []
  if (!/^REDIS\d{4}$/.test(bytes.toString('latin1', 0, 9))) return found
  const reader = { bytes, at: 9 }
  try {
    while (found.length < mostStrings && reader.at < bytes.length) {
      const kind = byte(reader)
      if (kind === end) break
      if (kind >= lowestMark) {
        if (!skipMark(reader, kind)) break
        continue
      }
      const key = text(reader)
      if (kind !== plainString) {
        if (!skipValue(reader, kind)) break
        continue
      }
      const value = text(reader)
      if (key !== undefined && value !== undefined) found.push({ key, value })
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
  return found
}

/** What an append-only file sets: the strings of its SET commands, in the form of the protocol. */
export function aofStrings(bytes: Buffer): StoredString[] {
  const log = bytes.toString('latin1')
  const found: StoredString[] = []
  for (const match of log.matchAll(/\*\d{1,3}\r\n\$3\r\nset\r\n\$(\d{1,5})\r\n/gi)) {
    const keyAt = match.index + match[0].length
    const key = log.slice(keyAt, keyAt + Number(match[1]))
    const [head = '', length = '0'] =
      /^\r\n\$(\d{1,5})\r\n/.exec(log.slice(keyAt + key.length, keyAt + key.length + 16)) ?? []
    if (head === '' || Number(length) > longestValue) continue
    const valueAt = keyAt + key.length + head.length
    found.push({ key, value: log.slice(valueAt, valueAt + Number(length)) })
    if (found.length >= mostStrings) break
  }
  return found
}

interface Reader {
  readonly bytes: Buffer
  at: number
}

const plainString = 0
const lowestMark = 0xf4
const end = 0xff

function byte(reader: Reader): number {
  return reader.bytes.readUInt8(reader.at++)
}

function skip(reader: Reader, count: number): void {
  if (count < 0 || reader.at + count > reader.bytes.length) throw new RangeError('beyond the end')
  reader.at += count
}

/** A length, or the special form of a string. */
function length(reader: Reader): { readonly length: number } | { readonly special: number } {
  const first = byte(reader)
  const low = first & 0x3f
  if (first >> 6 === 0) return { length: low }
  if (first >> 6 === 1) return { length: (low << 8) | byte(reader) }
  if (first >> 6 === 3) return { special: low }
  const wide = first === 0x81
  const value = wide ? Number(reader.bytes.readBigUInt64BE(reader.at)) : reader.bytes.readUInt32BE(reader.at)
  skip(reader, wide ? 8 : 4)
  return { length: value }
}

function count(reader: Reader): number {
  const found = length(reader)
  if ('special' in found) throw new RangeError('no length')
  return found.length
}

/** A string; undefined when it is longer than anybody looks at. */
function text(reader: Reader): string | undefined {
  const found = length(reader)
  if ('length' in found) {
    const from = reader.at
    skip(reader, found.length)
    return found.length > longestValue ? undefined : reader.bytes.toString('latin1', from, reader.at)
  }
  if (found.special <= 2) {
    const size = 1 << found.special
    const number = reader.bytes.readIntLE(reader.at, size)
    skip(reader, size)
    return String(number)
  }
  if (found.special !== 3) throw new RangeError('no string')
  const packed = count(reader)
  const size = count(reader)
  const from = reader.at
  skip(reader, packed)
  return size > longestValue ? undefined : unpacked(reader.bytes.subarray(from, reader.at), size).toString('latin1')
}

/** LZF (lzf_d.c): runs of literals, and copies of what was written before. */
function unpacked(packed: Buffer, size: number): Buffer {
  const out = Buffer.alloc(size)
  let at = 0
  let to = 0
  while (at < packed.length) {
    const control = packed.readUInt8(at++)
    if (control < 32) {
      const run = control + 1
      if (to + run > size || at + run > packed.length) throw new RangeError('beyond the end')
      packed.copy(out, to, at, at + run)
      at += run
      to += run
      continue
    }
    const run = (control >> 5 === 7 ? 7 + packed.readUInt8(at++) : control >> 5) + 2
    const back = ((control & 0x1f) << 8) + packed.readUInt8(at++) + 1
    if (back > to || to + run > size) throw new RangeError('beyond the end')
    // Byte by byte, because a copy may reach into itself.
    for (let left = run; left > 0; left--, to++) out[to] = out[to - back] ?? 0
  }
  return out.subarray(0, to)
}

/** What stands between values: versions, databases, times. False where it is not known how long it is. */
function skipMark(reader: Reader, mark: number): boolean {
  switch (mark) {
    case 0xfa:
      text(reader)
      text(reader)
      return true
    case 0xfb:
      count(reader)
      count(reader)
      return true
    case 0xfc:
      skip(reader, 8)
      return true
    case 0xfd:
      skip(reader, 4)
      return true
    case 0xfe:
    case 0xf8:
      count(reader)
      return true
    case 0xf9:
      skip(reader, 1)
      return true
    case 0xf5:
      text(reader)
      return true
    default:
      return false
  }
}

/** A value that is no plain string. False where it is not known how long it is. */
function skipValue(reader: Reader, kind: number): boolean {
  if ([9, 10, 11, 12, 13, 16, 17, 20].includes(kind)) text(reader)
  else if ([1, 2, 14].includes(kind)) times(count(reader), () => text(reader))
  else if (kind === 4) times(count(reader) * 2, () => text(reader))
  else if (kind === 5)
    times(count(reader), () => {
      text(reader)
      skip(reader, 8)
    })
  else if (kind === 18)
    times(count(reader), () => {
      count(reader)
      text(reader)
    })
  else return false
  return true
}

function times(number: number, act: () => void): void {
  for (let left = number; left > 0; left--) act()
}
