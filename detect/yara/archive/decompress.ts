import { gunzipSync, inflateRawSync, zstdDecompressSync } from 'node:zlib'
import { Gunzip, Inflate } from 'fflate'
import { type ArchiveBudget, ArchiveCut } from './budget.ts'
import { KeptInflater } from './kept-inflater.ts'
import { unpackedXz } from './xz.ts'

export type Packing = 'gzip' | 'deflate' | 'zstd' | 'xz'

/** A run of bytes of a file that is read piece by piece. */
export interface PackedBytes {
  readonly size: number
  /** Bytes of their own; fewer only at the end. */
  read(at: number, length: number): Uint8Array
}

/** Streams up to this are unpacked in one step, which costs a fifth of the processor time that piece by piece does. */
const oneStepBytes = 8 * 1024 * 1024
const oneStepResult = 16 * 1024 * 1024
/** Up to this the result mostly fits into what a `KeptInflater` has room for. */
const smallBytes = 256 * 1024
/** zstd has no synchronous way but the one step. */
const zstdBytes = 64 * 1024 * 1024

/** What a packed stream holds, piece by piece. Ends with an `ArchiveCut` where it is damaged, cut off or too much. */
export function* unpacked(packing: Packing, packed: PackedBytes, budget: ArchiveBudget): Generator<Uint8Array> {
  const once = inOneStep(packing, packed, budget)
  if (once instanceof Uint8Array) {
    yield* budget.admitted(once)
    return
  }
  try {
    for (const bytes of packing === 'xz' ? unpackedXz(piecesOf(packed, budget)) : inflated(packing, packed, budget)) {
      yield* budget.admitted(bytes)
    }
    // Piece by piece nobody notices a header that is cut off, or a wrong check sum.
    if (once !== undefined) throw once
  } catch (cause) {
    if (cause instanceof ArchiveCut) throw cause
    throw new ArchiveCut('damaged', { cause })
  }
}

/** A fault, or `undefined`: it has to be done piece by piece, so that what comes before a fault or a limit is seen. */
function inOneStep(packing: Packing, packed: PackedBytes, budget: ArchiveBudget): Uint8Array | Error | undefined {
  if (packing === 'xz') return undefined
  if (packing === 'zstd') return zstdInOneStep(packed, budget)
  if (packed.size > oneStepBytes) return undefined
  const bytes = packed.read(0, packed.size)
  try {
    const maxOutputLength = Math.max(1, Math.min(budget.room, oneStepResult))
    const small = bytes.length > smallBytes ? undefined : keptInflater(packing).unpacked(bytes)
    const whole = small ?? (packing === 'gzip' ? gunzipSync : inflateRawSync)(bytes, { maxOutputLength })
    budget.takePacked(packed.size)
    return whole
  } catch (error) {
    if (error instanceof ArchiveCut || !(error instanceof Error)) throw error
    return isTooLarge(error) ? undefined : error
  }
}

function isTooLarge(error: Error): boolean {
  return 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE'
}

const inflaters = new Map<'gzip' | 'deflate', KeptInflater>()

/** One for each thread: at most one stream is unpacked at a time. */
function keptInflater(packing: 'gzip' | 'deflate'): KeptInflater {
  const kept = inflaters.get(packing) ?? new KeptInflater(packing)
  inflaters.set(packing, kept)
  return kept
}

function zstdInOneStep(packed: PackedBytes, budget: ArchiveBudget): Uint8Array {
  if (packed.size > zstdBytes) throw new ArchiveCut('limit')
  budget.takePacked(packed.size)
  const maxOutputLength = Math.max(1, Math.min(budget.room, zstdBytes))
  try {
    return zstdDecompressSync(packed.read(0, packed.size), { maxOutputLength })
  } catch (cause) {
    throw new ArchiveCut(cause instanceof Error && isTooLarge(cause) ? 'limit' : 'damaged', { cause })
  }
}

/** Packed bytes that are unpacked at a time: the worst bomb makes sixteen megabytes of them. */
const feedBytes = 16 * 1024

function* piecesOf(packed: PackedBytes, budget: ArchiveBudget): Generator<Uint8Array> {
  for (let at = 0; at < packed.size; ) {
    const piece = packed.read(at, feedBytes)
    if (piece.length === 0) return
    budget.takePacked(piece.length)
    yield piece
    at += piece.length
  }
}

function* inflated(packing: 'gzip' | 'deflate' | 'zstd', packed: PackedBytes, budget: ArchiveBudget) {
  const waiting: Uint8Array[] = []
  const stream = packing === 'gzip' ? new Gunzip() : new Inflate()
  stream.ondata = bytes => {
    if (bytes.length > 0) waiting.push(bytes)
  }
  for (const piece of piecesOf(packed, budget)) {
    stream.push(piece, false)
    yield* waiting.splice(0)
  }
  try {
    stream.push(new Uint8Array(), true)
  } catch (cause) {
    yield* waiting.splice(0)
    throw cause
  }
  yield* waiting.splice(0)
}
