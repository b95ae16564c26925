import { decodeBytes } from '../bytes.ts'
import { Blocks, JournalDamage, type ReadAt, WorkDone } from './blocks.ts'
import { jenkinsHash, sipHash24 } from './hash.ts'
import { type JournalHeader, journalHeader } from './header.ts'
import { type DataObject, JournalObjects, type Stretch } from './objects.ts'

export interface JournalEntry {
  /** Its place among the entries that were asked for, from 0. */
  readonly index: number
  readonly sequence: number
  /** Milliseconds since 1970, with microseconds as a fraction. */
  readonly atMs: number
  /** The fields that were asked for, by name, each with its values in the form of `decodeBytes`. */
  readonly fields: ReadonlyMap<string, readonly string[]>
}

export interface JournalQuery {
  /** Only entries with this field, such as `_COMM=sshd`. Default all. */
  readonly match?: string
  /** Index of the first. */
  readonly from?: number
  /** The newest first. */
  readonly backwards?: boolean
}

export interface JournalOptions {
  readonly blockBytes?: number
  readonly mostBlocks?: number
}

const mostInPlace = 4096
const mostKeptFields = 8192
const longestKept = 256

/**
 * A file of systemd's journal (systemd.io/JOURNAL_FILE_FORMAT), read only, while others write it. It finds the entries with a
 * field by the file's own tables, so that a large file costs no more than a small one. A damaged file yields what can
 * be read, `damage` says what was wrong.
 */
export class JournalFile {
  readonly #read: ReadAt
  readonly #blocks: Blocks
  /** Names and values that many entries share. Those that nobody asked for are undefined. */
  readonly #known = new Map<number, readonly [name: string, value: string] | undefined>()
  readonly #hashes = new Map<string, bigint>()
  readonly #names: ReadonlySet<string> | undefined
  #header: JournalHeader
  #objects: JournalObjects
  damage: string | undefined
  /** The work that `limitWork` allowed was not enough. */
  unfinished = false

  private constructor(
    read: ReadAt,
    header: JournalHeader,
    names: ReadonlySet<string> | undefined,
    options: JournalOptions,
  ) {
    this.#read = read
    this.#header = header
    this.#names = names
    this.#blocks = new Blocks(read, options.blockBytes ?? 1 << 16, options.mostBlocks ?? 64)
    this.#objects = new JournalObjects(this.#blocks, header)
  }

  /** `names`: the fields that entries are to have, default all. Undefined for what is no journal file, or one of a format that came later. */
  static open(read: ReadAt, names?: ReadonlySet<string>, options: JournalOptions = {}): JournalFile | undefined {
    const header = headerOf(read)
    return header === undefined ? undefined : new JournalFile(read, header, names, options)
  }

  get machineId(): string {
    return this.#header.machineId
  }

  /** How many entries there are. */
  get entryCount(): number {
    return this.#header.entryCount
  }

  /** Takes notice of what was written since; false where the file is another one now. */
  refresh(): boolean {
    const header = headerOf(this.#read)
    if (header === undefined || !header.fileId.equals(this.#header.fileId)) return false
    this.#blocks.forget()
    this.#header = header
    this.#objects = new JournalObjects(this.#blocks, header)
    return true
  }

  /** From now on at most so many looks into the file; `unfinished` says when they were not enough. */
  limitWork(looks: number): void {
    this.#blocks.work = looks
    this.unfinished = false
  }

  get workLeft(): number {
    return Math.max(0, this.#blocks.work)
  }

  /** How many entries have a field. */
  count(match: string): number {
    return this.#trying(() => this.#find(match)?.entryCount) ?? 0
  }

  *entries({ match, from = 0, backwards = false }: JournalQuery = {}): Iterable<JournalEntry> {
    const list = this.#trying(() => (match === undefined ? this.#all() : this.#having(match)))
    if (list === undefined) return
    const step = backwards ? -1 : 1
    for (let index = backwards ? list.total - 1 : from; index >= from && index < list.total; index += step) {
      const entry = this.#trying(() => this.#entry(list, index))
      if (entry !== undefined) yield entry
      else if (this.unfinished) return
    }
  }

  #all(): EntryList {
    const { entryArray, entryCount } = this.#header
    return listOf(undefined, this.#objects.stretches(entryArray, entryCount, this.#hurt), entryCount)
  }

  #having(match: string): EntryList | undefined {
    const data = this.#find(match)
    if (data === undefined || data.entryCount === 0) return undefined
    return listOf(
      data.firstEntry,
      this.#objects.stretches(data.entryArray, data.entryCount - 1, this.#hurt),
      data.entryCount,
    )
  }

  #find(match: string): DataObject | undefined {
    const wanted = Buffer.from(match)
    const hash = this.#hashes.get(match) ?? this.#hashOf(wanted)
    this.#hashes.set(match, hash)
    let offset = this.#objects.inTable(hash)
    for (let steps = 0; offset !== 0; steps++) {
      if (steps >= mostInPlace) throw new JournalDamage('too many fields in one place of the table')
      const data = this.#objects.data(offset)
      if (data.hash === hash && this.#objects.payload(data)?.equals(wanted) === true) return data
      if (data.nextInTable !== 0 && data.nextInTable <= offset)
        throw new JournalDamage('the table of fields leads back')
      offset = data.nextInTable
    }
    return undefined
  }

  #hashOf(payload: Buffer): bigint {
    return this.#header.keyed ? sipHash24(payload, this.#header.fileId) : jenkinsHash(payload)
  }

  #entry(list: EntryList, index: number): JournalEntry | undefined {
    const offset = this.#offsetOf(list, index)
    if (offset === 0) return undefined
    const { sequence, realtime, data } = this.#objects.entry(offset)
    const fields = new Map<string, string[]>()
    for (const one of data) {
      const field = this.#field(one)
      if (field === undefined) continue
      const values = fields.get(field[0])
      if (values === undefined) fields.set(field[0], [field[1]])
      else values.push(field[1])
    }
    return { index, sequence, atMs: realtime / 1000, fields }
  }

  #offsetOf({ inline, stretches }: EntryList, index: number): number {
    if (inline !== undefined && index === 0) return inline
    const at = inline === undefined ? index : index - 1
    const stretch = stretches.find(({ first, count }) => at >= first && at < first + count)
    return stretch === undefined ? 0 : this.#objects.item(stretch, at)
  }

  #field(offset: number): readonly [string, string] | undefined {
    if (this.#known.has(offset)) return this.#known.get(offset)
    const payload = this.#objects.payload(this.#objects.data(offset))
    const end = payload?.indexOf(0x3d) ?? -1
    const name = payload?.toString('latin1', 0, Math.max(0, end)) ?? ''
    const wanted = payload !== undefined && end > 0 && this.#names?.has(name) !== false
    const field = wanted ? ([name, decodeBytes(payload.subarray(end + 1))] as const) : undefined
    if (field !== undefined && field[1].length > longestKept) return field
    if (this.#known.size >= mostKeptFields) this.#known.clear()
    this.#known.set(offset, field)
    return field
  }

  readonly #hurt = (error: JournalDamage): void => {
    this.damage ??= error.message
  }

  #trying<T>(read: () => T): T | undefined {
    try {
      return read()
    } catch (error) {
      if (error instanceof WorkDone) this.unfinished = true
      else if (error instanceof JournalDamage) this.#hurt(error)
      else throw error
      return undefined
    }
  }
}

/** The first entry of a field stands in the field itself, the others in arrays. */
interface EntryList {
  readonly inline: number | undefined
  readonly stretches: readonly Stretch[]
  readonly total: number
}

function listOf(inline: number | undefined, stretches: readonly Stretch[], claimed: number): EntryList {
  const last = stretches.at(-1)
  const there = (last === undefined ? 0 : last.first + last.count) + (inline === undefined ? 0 : 1)
  return { inline, stretches, total: Math.min(claimed, there) }
}

function headerOf(read: ReadAt): JournalHeader | undefined {
  const bytes = read(0, 272)
  return bytes === undefined ? undefined : journalHeader(bytes)
}
