import { z } from 'zod'
import { StoreError } from '../store-error.ts'

/**
 * The format of a backup: gzip over `DAVYLAMP-BACKUP\n` and frames of one letter, four bytes of length (big endian) and content.
 * H head (JSON), K the master key encrypted (JSON), T table begins (JSON), D its rows as COPY text, E table ends (JSON), Z all ended (JSON).
 */
export const magic = Buffer.from('DAVYLAMP-BACKUP\n')
export const formatNumber = 1
const longestFrame = 16 * 1024 * 1024

export type Letter = 'H' | 'K' | 'T' | 'D' | 'E' | 'Z'

export interface Frame {
  readonly letter: Letter
  readonly content: Buffer
}

export const headSchema = z.object({
  format: z.number(),
  program: z.string(),
  at: z.string(),
  /** PostgreSQL's major version. */
  server: z.number(),
  migrations: z.array(z.object({ number: z.number(), name: z.string(), sha256: z.string() })),
  /** Table → days since 1970 that have a partition. */
  partitions: z.record(z.string(), z.array(z.number().int())),
  masterKey: z.boolean(),
})
export type Head = z.infer<typeof headSchema>

export const tableSchema = z.object({ table: z.string(), columns: z.array(z.string()) })
export const tableEndSchema = z.object({ table: z.string(), rows: z.number(), bytes: z.number(), sha256: z.string() })
export type TableEnd = z.infer<typeof tableEndSchema>

export const endSchema = z.object({
  tables: z.array(tableEndSchema),
  sequences: z.array(z.object({ name: z.string(), value: z.string(), called: z.boolean() })),
})

export function* frame(letter: Letter, content: Buffer): Generator<Buffer> {
  const header = Buffer.alloc(5)
  header.write(letter, 'latin1')
  header.writeUInt32BE(content.length, 1)
  yield header
  yield content
}

export function jsonFrame(letter: Letter, content: unknown): Generator<Buffer> {
  return frame(letter, Buffer.from(JSON.stringify(content)))
}

/** Takes frames out of pieces of any size. Throws a {@link StoreError} for what is no backup, or is cut off. */
export async function* readFrames(pieces: AsyncIterable<Buffer>): AsyncGenerator<Frame, undefined> {
  const source = new ByteSource(pieces)
  const start = await source.take(magic.length)
  if (start === undefined || !start.equals(magic)) throw new StoreError('This is no backup of Davylamp.')
  for (;;) {
    const header = await source.take(5)
    if (header === undefined) throw damaged('it ends too early')
    const letter = letterOf(header)
    const length = header.readUInt32BE(1)
    if (length > longestFrame) throw damaged('a part of it is too long')
    const content = await source.take(length)
    if (content === undefined) throw damaged('it ends too early')
    yield { letter, content }
    if (letter === 'Z') return
  }
}

export function parseJson<T>(schema: z.ZodType<T>, content: Buffer): T {
  try {
    return schema.parse(JSON.parse(content.toString('utf8')))
  } catch (cause) {
    throw damaged('a part of it has another form', cause)
  }
}

export function damaged(why: string, cause?: unknown): StoreError {
  return new StoreError(`The backup is damaged (${why}); nothing was restored. Take another one.`, { cause })
}

function letterOf(header: Buffer): Letter {
  const letter = header.toString('latin1', 0, 1)
  const known = (['H', 'K', 'T', 'D', 'E', 'Z'] as const).find(one => one === letter)
  if (known === undefined) throw damaged('a part of it is of no known kind')
  return known
}

class ByteSource {
  readonly #pieces: AsyncIterator<Buffer>
  #rest: Buffer = Buffer.alloc(0)

  constructor(pieces: AsyncIterable<Buffer>) {
    this.#pieces = pieces[Symbol.asyncIterator]()
  }

  /** Exactly so many bytes; `undefined` when the source ends before. */
  async take(count: number): Promise<Buffer | undefined> {
    const parts = [this.#rest]
    let have = this.#rest.length
    while (have < count) {
      const next = await this.#pieces.next()
      if (next.done === true) return undefined
      parts.push(next.value)
      have += next.value.length
    }
    const all = parts.length === 1 ? this.#rest : Buffer.concat(parts)
    this.#rest = all.subarray(count)
    return all.subarray(0, count)
  }
}
