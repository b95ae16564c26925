/** A header block of tar (pax(1), "ustar Interchange Format", and the GNU additions). */
export interface TarHeader {
  readonly name: Buffer
  readonly size: number
  /** `0` a file, `x` and `g` pax headers, `L` a long name … */
  readonly type: string
  /** GNU sparse file whose map goes on in further blocks. */
  readonly mapGoesOn: boolean
}

export const blockBytes = 512

/** Both an old and a new tar have a checksum that holds; text of another kind does not have one by chance. */
export function isTarHeader(block: Uint8Array): boolean {
  return block.length >= blockBytes && block[0] !== 0 && checksumHolds(block)
}

/** `undefined`: this is no header. */
export function readTarHeader(block: Uint8Array): TarHeader | undefined {
  if (!isTarHeader(block)) return undefined
  const size = numberAt(block, 124, 12)
  if (size === undefined) return undefined
  const type = String.fromCharCode(block[156] ?? 0)
  const ustar = Buffer.from(block.subarray(257, 262)).toString('latin1') === 'ustar'
  // GNU tar puts other things where POSIX has the beginning of a long name.
  const prefix = ustar && block[263] === 0x30 ? untilZero(block.subarray(345, 500)) : Buffer.alloc(0)
  const name = untilZero(block.subarray(0, 100))
  return {
    name: prefix.length === 0 ? name : Buffer.concat([prefix, Buffer.from('/'), name]),
    size,
    type: type === '\0' || type === '7' ? '0' : type,
    mapGoesOn: type === 'S' && block[482] === 1,
  }
}

function checksumHolds(block: Uint8Array): boolean {
  const expected = numberAt(block, 148, 8)
  if (expected === undefined || expected === 0) return false
  let sum = 0
  for (let at = 0; at < blockBytes; at++) sum += at >= 148 && at < 156 ? 0x20 : (block[at] ?? 0)
  return sum === expected
}

/** Octal digits, or a binary number where the first bit is set. */
function numberAt(block: Uint8Array, at: number, length: number): number | undefined {
  const field = Buffer.from(block.buffer, block.byteOffset + at, length)
  if (((field[0] ?? 0) & 0x80) !== 0) {
    let value = (field[0] ?? 0) & 0x3f
    for (const byte of field.subarray(1)) value = value * 256 + byte
    return Number.isSafeInteger(value) ? value : undefined
  }
  const digits = /^[ \0]*([0-7]*)[ \0]*$/.exec(field.toString('latin1'))?.[1]
  if (digits === undefined) return undefined
  return digits === '' ? 0 : Number.parseInt(digits, 8)
}

export function untilZero(bytes: Uint8Array): Buffer {
  const end = bytes.indexOf(0)
  return Buffer.from(end === -1 ? bytes : bytes.subarray(0, end))
}
