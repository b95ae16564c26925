import { closeSync, fsyncSync, openSync, readSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { z } from 'zod'
import { BrokenSetError } from './key-set.ts'
import { writeAll } from './sort-records.ts'

/** What a source says of one or many of its values: a line of its file of notes. */
const note = z.object({
  /** The value; absent for digests, whose records hold them. */
  value: z.string().optional(),
  date: z.string().optional(),
  confidence: z.number().optional(),
  expires: z.string().optional(),
  about: z.string().optional(),
})
export type Note = z.infer<typeof note>

const longestLine = 4_096
/** Most values of a list say the same: such a note is written once, as long as it is among the last so many. */
const remembered = 10_000

/** Notes are lines of eight hexadecimal digits (CRC-32) and JSON; a record names the place of its own. */
export class NoteWriter {
  readonly #descriptor: number
  readonly #places = new Map<string, number>()
  #waiting: Buffer[] = []
  #waitingBytes = 0
  #written = 0

  constructor(path: string) {
    this.#descriptor = openSync(path, 'wx', 0o600)
  }

  /** The place of a note. */
  add(one: Note): number {
    const text = JSON.stringify(one)
    const known = this.#places.get(text)
    if (known !== undefined) return known
    const line = Buffer.from(`${crc32(text).toString(16).padStart(8, '0')}${text}\n`)
    if (line.length > longestLine) throw new Error('a note is longer than what is read back')
    const place = this.#written + this.#waitingBytes
    this.#waiting.push(line)
    this.#waitingBytes += line.length
    if (this.#waitingBytes > 1 << 20) this.#flush()
    // Those with a value of their own never come again.
    if (one.value === undefined) {
      if (this.#places.size >= remembered) this.#places.clear()
      this.#places.set(text, place)
    }
    return place
  }

  close(): void {
    this.#flush()
    fsyncSync(this.#descriptor)
    closeSync(this.#descriptor)
  }

  abandon(): void {
    closeSync(this.#descriptor)
  }

  #flush(): void {
    writeAll(this.#descriptor, Buffer.concat(this.#waiting))
    this.#written += this.#waitingBytes
    this.#waiting = []
    this.#waitingBytes = 0
  }
}

export class NoteReader {
  readonly #path: string
  #descriptor: number | undefined

  constructor(path: string) {
    this.#path = path
  }

  /** Throws `BrokenSetError` where no such note is. */
  read(place: number): Note {
    this.#descriptor ??= openSync(this.#path, 'r')
    const buffer = Buffer.alloc(longestLine)
    const read = readSync(this.#descriptor, buffer, 0, longestLine, place)
    const end = buffer.indexOf(10)
    const text = buffer.toString('utf8', 8, Math.max(8, end))
    if (end < 8 || end >= read || buffer.toString('latin1', 0, 8) !== crc32(text).toString(16).padStart(8, '0'))
      throw new BrokenSetError(`${this.#path} was changed or is damaged at byte ${place}`)
    return note.parse(JSON.parse(text))
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor)
    this.#descriptor = undefined
  }
}
