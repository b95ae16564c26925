import { createReadStream, existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Indicator } from '../indicator.ts'
import { OpenSource, readSource } from '../open-source.ts'
import type { SharedPlaces } from '../shared-places.ts'
import { type Source, sourceFolder } from '../source.ts'
import { type SourceWriter, writeSource } from '../write-source.ts'
import { readAccess } from './access.ts'
import { type Access, get, shown } from './get.ts'
import { againOf, type ImportRequest, isAddress, joined, requestOf } from './import-request.ts'
import { readMispFeed } from './misp-feed.ts'
import { readList } from './read-list.ts'
import { EntrySink, type Left } from './sink.ts'
import type { TableChoice } from './table.ts'
import { readTaxii, taxiiType } from './taxii.ts'
import { WrongListError } from './wrong-list-error.ts'

export interface ImportOptions {
  /** `intel/` of the state folder. */
  readonly intel: string
  readonly shared: SharedPlaces
  readonly now: string
  readonly progress?: ((what: string) => void) | undefined
  readonly input?: AsyncIterable<Uint8Array> | undefined
}

export interface Imported {
  readonly source: Source
  readonly taken: number
  readonly left: readonly Left[]
}

/** A list without anything that could be used. */
export class EmptyListError extends Error {
  override readonly name = 'EmptyListError'
}

/** Adds a source, or writes it anew. Nothing has changed where it throws. */
export async function importSource(request: ImportRequest, options: ImportOptions): Promise<Imported> {
  return written(request, options, undefined)
}

/** Reads a source with an address again; of a TAXII collection only what is new, unless all of it is asked for. */
export async function updateSource(
  source: Source,
  options: ImportOptions & { readonly whole?: boolean },
): Promise<Imported> {
  const request = requestOf(source)
  const after = options.whole === true ? undefined : source.again['addedAfter']
  return written({ ...request, merge: after !== undefined }, options, after)
}

/** Writes a source anew without what has ended. */
export async function compactSource(source: Source, options: Pick<ImportOptions, 'intel' | 'now'>): Promise<Source> {
  return writeSource(options.intel, source.name, options.now, async writer => {
    copyEarlier(options.intel, source, writer)
    const { counts: _, prefixes: __, indexes: ___, firstEnd: ____, tables: _____, ...head } = source
    return head
  })
}

async function written(
  asked: ImportRequest,
  options: ImportOptions,
  addedAfter: string | undefined,
): Promise<Imported> {
  const before = readSource(join(options.intel, sourceFolder(asked.name)))
  const request = asked.merge === true && typeof before === 'object' ? joined(asked, before) : asked
  let [taken, left]: [number, readonly Left[]] = [0, []]
  const source = await writeSource(options.intel, request.name, options.now, async writer => {
    if (request.merge === true && typeof before === 'object') copyEarlier(options.intel, before, writer)
    const sink = new EntrySink(
      withWorth(writer, request),
      { type: request.type, days: request.days, now: options.now },
      options.shared,
    )
    const said = await read(request, sink, options, addedAfter)
    taken = sink.taken
    left = sink.left
    if (taken === 0 && request.merge !== true) throw new EmptyListError(emptyWords(request.from, left))
    return {
      name: request.name,
      from: request.from,
      kind: said.kind,
      addedAt: typeof before === 'object' ? before.addedAt : options.now,
      updatedAt: options.now,
      own: request.own === true,
      ...(request.confidence === undefined ? {} : { confidence: request.confidence }),
      ...(request.days === undefined ? {} : { days: request.days }),
      left: left.map(({ why, count }) => ({ why, count })),
      again: { ...againOf(request), ...said.again },
    }
  })
  return { source, taken, left }
}

interface Said {
  readonly kind: string
  readonly again?: Record<string, string>
}

async function read(
  request: ImportRequest,
  sink: EntrySink,
  options: ImportOptions,
  addedAfter: string | undefined,
): Promise<Said> {
  const choice: TableChoice = { columns: request.columns, delimiter: request.delimiter }
  const tell = options.progress ?? (() => {})
  const progress = (bytes: number) => tell(`${Math.round(bytes / 1_048_576)} MiB read, ${sink.taken} indicators`)
  if (isAddress(request.from)) return fromAddress(request, sink, { tell, progress, choice, addedAfter })
  if (request.from === '-') return { kind: await readList(options.input ?? process.stdin, sink, { choice, progress }) }
  if (!statSync(request.from).isDirectory())
    return {
      kind: await readList(createReadStream(request.from, { highWaterMark: 1 << 20 }), sink, { choice, progress }),
    }
  if (existsSync(join(request.from, 'manifest.json'))) {
    const file = async (name: string): Promise<unknown> => jsonIn(join(request.from, name))
    await readMispFeed(file, sink, (done, all) => tell(`event ${done} of ${all}`))
    return { kind: 'MISP' }
  }
  const names = readdirSync(request.from)
    .filter(name => !name.startsWith('.'))
    .sort()
  const files = names.map(name => join(request.from, name)).filter(path => statSync(path).isFile())
  if (files.length === 0) throw new EmptyListError(`${request.from} holds no file`)
  for (const path of files)
    await inFile(path, () => readList(createReadStream(path, { highWaterMark: 1 << 20 }), sink, { choice, progress }))
  return { kind: 'list' }
}

interface Asking {
  readonly tell: (what: string) => void
  readonly progress: (bytes: number) => void
  readonly choice: TableChoice
  readonly addedAfter: string | undefined
}

async function fromAddress(request: ImportRequest, sink: EntrySink, asking: Asking): Promise<Said> {
  const url = new URL(request.from)
  const access = readAccess(request.authFile, request.caFile)
  if (request.collection !== undefined || /\/taxii2?\/?$/i.test(url.pathname))
    return fromTaxii(url, request, sink, access, asking)
  if (/\/manifest\.json$/.test(url.pathname)) return fromMisp(new URL('.', url), sink, access, asking)
  const got = await get(url, { ...access, accept: `${taxiiType}, application/json;q=0.8, */*;q=0.5` })
  if (/^application\/taxii\+json/i.test(String(got.headers['content-type'])))
    return fromTaxii(url, request, sink, access, asking)
  // The listing of a folder: a MISP feed is published as one.
  if (url.pathname.endsWith('/') && /^text\/html/i.test(String(got.headers['content-type'])))
    return fromMisp(url, sink, access, asking)
  return { kind: await readList(got.body, sink, { choice: asking.choice, progress: asking.progress }) }
}

async function fromTaxii(
  url: URL,
  request: ImportRequest,
  sink: EntrySink,
  access: Access,
  { tell, addedAfter }: Asking,
): Promise<Said> {
  const { collection } = request
  const found = await readTaxii(
    { url, collection, addedAfter, access, progress: objects => tell(`${objects} objects, ${sink.taken} indicators`) },
    sink,
  )
  return {
    kind: 'TAXII',
    again: {
      collection: found.collection,
      ...(found.addedAfter === undefined ? {} : { addedAfter: found.addedAfter }),
    },
  }
}

const mostOfAnEvent = 128 * 1024 * 1024

async function fromMisp(base: URL, sink: EntrySink, access: Access, { tell }: Asking): Promise<Said> {
  const file = async (name: string): Promise<unknown> => {
    const url = new URL(name, base)
    const { body } = await get(url, { ...access, most: mostOfAnEvent })
    const chunks: Uint8Array[] = []
    for await (const chunk of body) chunks.push(chunk)
    return jsonOf(Buffer.concat(chunks).toString('utf8'), shown(url))
  }
  await readMispFeed(file, sink, (done, all) => tell(`event ${done} of ${all}`))
  return { kind: 'MISP' }
}

async function inFile(path: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (error instanceof WrongListError) throw new WrongListError(`${basename(path)}: ${error.message}`)
    throw error
  }
}

function jsonIn(path: string): unknown {
  if (statSync(path).size > mostOfAnEvent) throw new WrongListError(`${path} is larger than 128 MiB`)
  return jsonOf(readFileSync(path, 'utf8'), path)
}

function jsonOf(text: string, where: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new WrongListError(`${where} is no JSON`)
  }
}

/** A damaged source is not copied: what it held would be lost without a word. */
function copyEarlier(intel: string, before: Source, writer: SourceWriter): void {
  const earlier = new OpenSource(join(intel, sourceFolder(before.name)), before, why => {
    throw new WrongListError(`${why}; or replace it whole`)
  })
  try {
    for (const one of earlier.all()) writer.add(one)
  } finally {
    earlier.close()
  }
}

/** Whoever stands for a list is sure of all of it; what strangers are sure of may count for less. */
function withWorth(writer: SourceWriter, { own, atMost = 100 }: ImportRequest): SourceWriter {
  const worth = (said: number | undefined) => {
    const whole = said ?? (own === true ? 100 : undefined)
    return whole === undefined ? {} : { confidence: Math.min(whole, atMost) }
  }
  return {
    add: (one: Indicator) => writer.add({ ...one, ...worth(one.confidence) }),
    remove: (type, value) => writer.remove(type, value),
  }
}

function emptyWords(from: string, left: readonly Left[]): string {
  const why = left.slice(0, 3).map(one => `${one.count} × ${one.why} (${one.examples[0] ?? ''})`)
  return `${from} holds no indicator that could be used${why.length === 0 ? '' : `: ${why.join('; ')}`}`
}
