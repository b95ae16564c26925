import { type ArchiveBudget, ArchiveCut } from './budget.ts'
import type { ByteStream } from './byte-stream.ts'
import { blockBytes, readTarHeader, type TarHeader, untilZero } from './tar-header.ts'

/** A file in an archive; its content must be read before the next one is asked for, what is not read is passed over. */
export interface Member {
  readonly name: Uint8Array
  readonly content: Iterable<Uint8Array>
}

const longestName = 8192
const longestRecords = 64 * 1024

/** The files of a tar. Throws an `ArchiveCut` where it is damaged or too much. */
export function* tarMembers(stream: ByteStream, budget: ArchiveBudget): Generator<Member> {
  let longName: Uint8Array | undefined
  let longSize: number | undefined
  for (;;) {
    const block = stream.take(blockBytes)
    // Two blocks of zeros end a tar, and some end without them.
    if (block.length === 0 || block.every(byte => byte === 0)) return
    const header = readTarHeader(block)
    if (header === undefined) throw new ArchiveCut('damaged')
    if (header.mapGoesOn) skipMap(stream)
    const size = longSize ?? header.size
    if (header.type === 'L' || header.type === 'x') {
      budget.takeMember()
      const text = stream.take(Math.min(header.size, header.type === 'L' ? longestName : longestRecords)).slice()
      pass(stream, header.size - text.length, header.size)
      if (header.type === 'L') longName = untilZero(text)
      else {
        longName = recordIn(text, 'path') ?? longName
        longSize = numberOf(recordIn(text, 'size')) ?? longSize
      }
      continue
    }
    budget.takeMember()
    if (isFile(header)) {
      let left = size
      const content = function* () {
        while (left > 0) {
          const piece = stream.some(left)
          if (piece.length === 0) throw new ArchiveCut('damaged')
          left -= piece.length
          yield piece
        }
      }
      yield { name: longName ?? header.name, content: content() }
      pass(stream, left, size)
    } else if (hasData(header)) pass(stream, size, size)
    longName = undefined
    longSize = undefined
  }
}

function isFile({ type }: TarHeader): boolean {
  return type === '0' || type === 'S'
}

/** Links and devices may name a size and have no content. */
function hasData({ type }: TarHeader): boolean {
  return !/[1-6]/.test(type)
}

/** What is left of a content, and what fills up its last block. */
function pass(stream: ByteStream, left: number, size: number): void {
  const padding = (blockBytes - (size % blockBytes)) % blockBytes
  if (!stream.skip(left + padding) && left > 0) throw new ArchiveCut('damaged')
}

function skipMap(stream: ByteStream): void {
  for (let goesOn = true; goesOn; ) {
    const block = stream.take(blockBytes)
    if (block.length < blockBytes) throw new ArchiveCut('damaged')
    goesOn = block[504] === 1
  }
}

/** A record of a pax header: `LENGTH NAME=VALUE\n`, its length in bytes and with all of it. */
function recordIn(records: Uint8Array, wanted: string): Uint8Array | undefined {
  let found: Uint8Array | undefined
  for (let at = 0; at < records.length; ) {
    const space = records.indexOf(0x20, at)
    const length = Number(Buffer.from(records.subarray(at, space)).toString('latin1'))
    if (space < at || !Number.isSafeInteger(length) || length <= space - at) return found
    const equals = records.indexOf(0x3d, space)
    const name = Buffer.from(records.subarray(space + 1, equals)).toString('latin1')
    if (equals > space && name === wanted) found = records.slice(equals + 1, at + length - 1)
    at += length
  }
  return found
}

function numberOf(text: Uint8Array | undefined): number | undefined {
  if (text === undefined) return undefined
  const digits = Buffer.from(text).toString('latin1')
  return /^\d{1,15}$/.test(digits) ? Number(digits) : undefined
}
