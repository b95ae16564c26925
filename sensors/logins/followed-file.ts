import { closeSync, constants, fstatSync, openSync, readdirSync, readSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

const trailBytes = 128
const mostBytes = 4 << 20
/** A log that was moved away is written on until its program has heard of it. */
const keptMs = 60_000
const mostMoved = 4

/** What was written to a file since the last look. */
export interface Written {
  readonly bytes: Buffer
  /** Which of the files that bore this name it is from: pieces of one belong together. */
  readonly file: number
  /** It was written behind what was there before. What a file began with when it came, or after it was cut, may be history. */
  readonly appended: boolean
}

interface Tail {
  readonly number: number
  readonly descriptor: number
  readonly inode: number
  readonly device: number
  appended: boolean
  /** What stands right before `offset`: it is not the same file any more when this is not there. */
  trail: Buffer
  offset: number
  changedMs: number
  movedMs?: number
}

/**
 * Follows a log file by name, whatever happens to it: it is moved and made anew, copied and cut to nothing, removed, or comes later. Reads
 * only what comes after it was made.
 */
export class FollowedFile {
  readonly #path: string
  #current: Tail | undefined
  readonly #moved: Tail[] = []
  #number = 0
  /** How often something may have been lost: it was cut, and what was written before is nowhere. */
  lost = 0

  constructor(path: string) {
    this.#path = path
    this.#current = this.#open(true)
  }

  get open(): boolean {
    return this.#current !== undefined
  }

  /** How many bytes the file had when it was followed first; where records of a fixed length begin follows from it. */
  get offset(): number {
    return this.#current?.offset ?? 0
  }

  /** What is new, at most 4 MiB of each file. */
  look(nowMs: number): Written[] {
    const found: Written[] = []
    const named = statOf(this.#path)
    const current = this.#current
    if (current !== undefined && (named?.ino !== current.inode || named.dev !== current.device)) {
      current.movedMs = nowMs
      this.#moved.push(current)
      this.#current = undefined
    }
    for (const tail of this.#moved) this.#read(tail, found)
    while (this.#moved.length > 0 && this.#isOver(nowMs)) closeSync(this.#moved.shift()?.descriptor ?? -1)
    this.#current ??= named === undefined ? undefined : this.#open(false)
    if (this.#current !== undefined) this.#read(this.#current, found)
    return found
  }

  close(): void {
    for (const { descriptor } of [...this.#moved.splice(0), ...(this.#current ? [this.#current] : [])])
      closeSync(descriptor)
    this.#current = undefined
  }

  #isOver(nowMs: number): boolean {
    return this.#moved.length > mostMoved || nowMs - (this.#moved[0]?.movedMs ?? 0) > keptMs
  }

  #open(atEnd: boolean): Tail | undefined {
    let descriptor: number | undefined
    try {
      descriptor = openSync(this.#path, constants.O_RDONLY | constants.O_NONBLOCK)
      const stat = fstatSync(descriptor)
      if (stat.isFile()) {
        const offset = atEnd ? stat.size : 0
        const trail = bytesAt(descriptor, Math.max(0, offset - trailBytes), Math.min(trailBytes, offset))
        const number = ++this.#number
        return { number, descriptor, inode: stat.ino, device: stat.dev, appended: atEnd, trail, offset, changedMs: 0 }
      }
    } catch {
      // Not there, or not for us: it may come.
    }
    if (descriptor !== undefined) closeSync(descriptor)
    return undefined
  }

  #read(tail: Tail, into: Written[]): void {
    const { size, mtimeMs } = fstatSync(tail.descriptor)
    if (size === tail.offset && mtimeMs === tail.changedMs) return
    tail.changedMs = mtimeMs
    const start = tail.offset - tail.trail.length
    const bytes = size >= tail.offset ? bytesAt(tail.descriptor, start, tail.trail.length + mostBytes) : undefined
    if (bytes?.subarray(0, tail.trail.length).equals(tail.trail) !== true) return this.#afterCut(tail, into)
    this.#take(tail, bytes.subarray(tail.trail.length), tail.appended, into)
  }

  /** The file was cut to nothing: what was not read yet is in the copy that was made before, if one was made. */
  #afterCut(tail: Tail, into: Written[]): void {
    const rest = restInCopy(this.#path, tail)
    if (rest === undefined || rest.length >= mostBytes) this.lost++
    if (rest !== undefined) this.#take(tail, rest, tail.appended, into)
    tail.appended = false
    tail.offset = 0
    tail.trail = Buffer.alloc(0)
    this.#take(tail, bytesAt(tail.descriptor, 0, mostBytes), tail.appended, into)
  }

  #take(tail: Tail, bytes: Buffer, appended: boolean, into: Written[]): void {
    if (bytes.length === 0) return
    tail.offset += bytes.length
    tail.trail = Buffer.from(Buffer.concat([tail.trail, bytes.subarray(-trailBytes)]).subarray(-trailBytes))
    into.push({ bytes, file: tail.number, appended })
  }
}

/** What stands behind the part that was read, in the sibling (`auth.log.1`, `auth.log-20260203`) that holds that part. */
function restInCopy(path: string, { offset, trail }: Tail): Buffer | undefined {
  if (trail.length === 0) return offset === 0 ? Buffer.alloc(0) : undefined
  const name = basename(path)
  for (const other of namesIn(dirname(path))) {
    if (!other.startsWith(`${name}.`) && !other.startsWith(`${name}-`)) continue
    const copy = join(dirname(path), other)
    if ((statOf(copy)?.size ?? 0) < offset) continue
    const bytes = readCopy(copy, offset - trail.length, trail.length + mostBytes)
    if (bytes?.subarray(0, trail.length).equals(trail)) return bytes.subarray(trail.length)
  }
  return undefined
}

function readCopy(path: string, offset: number, length: number): Buffer | undefined {
  try {
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    try {
      return fstatSync(descriptor).isFile() ? bytesAt(descriptor, offset, length) : undefined
    } finally {
      closeSync(descriptor)
    }
  } catch {
    return undefined
  }
}

/** Those with the shortest names first: the newest copy. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort((a, b) => a.length - b.length || (a < b ? 1 : -1))
  } catch {
    return []
  }
}

function statOf(path: string) {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch {
    return undefined
  }
}

/** Fewer at the end of the file. */
export function bytesAt(descriptor: number, offset: number, length: number): Buffer {
  const size = Math.max(0, Math.min(length, fstatSync(descriptor).size - offset))
  const bytes = Buffer.allocUnsafe(size)
  let done = 0
  while (done < size) {
    const read = readSync(descriptor, bytes, done, size - done, offset + done)
    if (read === 0) break
    done += read
  }
  return bytes.subarray(0, done)
}
