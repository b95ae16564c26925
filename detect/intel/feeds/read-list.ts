import { Readable } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { mispEvents, mispManifest, takeMispEvent } from './misp.ts'
import type { Sink } from './sink.ts'
import { stixObjects, takeStixObject } from './stix.ts'
import { type TableChoice, TableReader } from './table.ts'
import { WrongListError } from './wrong-list-error.ts'

/** A document of JSON is held whole; lists line by line have no limit but that of what they unpack to. */
const mostJson = 192 * 1024 * 1024
const mostUnpacked = 64 * 1024 ** 3
const longestLine = 65_536

export interface ListOptions {
  readonly choice?: TableChoice | undefined
  /** Hears of the bytes that were read, now and then. */
  readonly progress?: ((bytes: number) => void) | undefined
}

/** What a list turned out to be. */
export type ListForm = 'list' | 'STIX' | 'MISP'

/**
 * Reads a list of any form into a sink: STIX 2 bundle, MISP events, CSV, one value on each line; packed with gzip or zstd or not. Throws
 * `WrongListError` for what is something else.
 */
export async function readList(
  input: AsyncIterable<Uint8Array>,
  sink: Sink,
  options: ListOptions = {},
): Promise<ListForm> {
  const bytes = counted(input, options.progress ?? (() => {}))
  const { head, rest } = await beginning(bytes)
  if (head[0] === 0x1f && head[1] === 0x8b)
    return readList(unpacked(rest, createGunzip()), sink, { choice: options.choice })
  if (head.readUInt32LE(0) === 0xfd2fb528)
    return readList(unpacked(rest, createZstdDecompress()), sink, { choice: options.choice })
  refuseOthers(head)
  const encoding = head[0] === 0xff && head[1] === 0xfe ? 'utf-16le' : 'utf-8'
  const first = /[^\s\ufeff]/.exec(new TextDecoder(encoding).decode(head))?.[0]
  if (first === '{' || first === '[') return takeJson(await textOf(rest, encoding), sink)
  await takeLines(rest, encoding, new TableReader(sink, options.choice), sink)
  return 'list'
}

/** The form of a JSON document, and all that it holds. */
function takeJson(text: string, sink: Sink): ListForm {
  let document: unknown
  try {
    document = JSON.parse(text.replace(/^\ufeff/, ''))
  } catch (error) {
    throw new WrongListError(
      `it begins like JSON and is none: ${error instanceof Error ? error.message.slice(0, 200) : ''}`,
    )
  }
  const events = mispEvents(document)
  if (events !== undefined) {
    for (const [at, event] of events.entries()) takeMispEvent(event, sink, `event ${at + 1}`)
    return 'MISP'
  }
  if (mispManifest(document) !== undefined)
    throw new WrongListError('this is the manifest of a MISP feed: give its folder or address, which holds the events')
  const objects = stixObjects(document)
  if (objects !== undefined) {
    for (const object of objects) takeStixObject(object, sink)
    return 'STIX'
  }
  if (Array.isArray(document) && document.every(one => typeof one === 'string')) {
    for (const [at, value] of document.entries()) sink.take({ place: `item ${at + 1}`, value })
    return 'list'
  }
  throw new WrongListError('it is JSON, but neither a STIX 2 bundle nor events of MISP nor a list of texts')
}

async function takeLines(
  input: AsyncIterable<Uint8Array>,
  encoding: string,
  reader: TableReader,
  sink: Sink,
): Promise<void> {
  const decoder = new TextDecoder(encoding)
  let open = ''
  for await (const chunk of input) {
    const lines = (open + decoder.decode(chunk, { stream: true })).split('\n')
    open = lines.pop() ?? ''
    for (const line of lines) reader.push(line.endsWith('\r') ? line.slice(0, -1) : line)
    if (open.length > longestLine) {
      sink.leave('a line longer than 64 KiB', 'somewhere', open.slice(0, 80))
      open = open.slice(-1_024).replace(/^\S*/, '# ')
    }
  }
  open += decoder.decode()
  if (open !== '') reader.push(open)
  reader.end()
}

async function textOf(input: AsyncIterable<Uint8Array>, encoding: string): Promise<string> {
  const decoder = new TextDecoder(encoding)
  const parts: string[] = []
  let length = 0
  for await (const chunk of input) {
    length += chunk.length
    if (length > mostJson) throw new WrongListError('it is JSON of more than 192 MiB: split it, or give it as CSV')
    parts.push(decoder.decode(chunk, { stream: true }))
  }
  return parts.join('') + decoder.decode()
}

function refuseOthers(head: Buffer): void {
  const start = head.toString('latin1', 0, 64).trimStart()
  if (head.readUInt32BE(0) === 0x504b0304) throw new WrongListError('it is a zip archive: unpack it first')
  if (/^(?:\xfd7zXZ|BZh|7z\xbc\xaf)/.test(start))
    throw new WrongListError('it is packed in a way that is not read here: unpack it first')
  if (/^<(?:!doctype|html|head|body)/i.test(start)) throw new WrongListError('it is a web page, not a list')
  if (start.startsWith('<')) throw new WrongListError('it is XML (STIX 1?): only STIX 2, which is JSON, is read')
  if (/^\x7fELF|^SQLite format/.test(start)) throw new WrongListError('it is a program or a database, not a list')
}

/** The first bytes, at least four, and all of them again. */
async function beginning(input: AsyncIterable<Uint8Array>): Promise<{ head: Buffer; rest: AsyncIterable<Uint8Array> }> {
  const iterator = input[Symbol.asyncIterator]()
  let head = Buffer.alloc(0)
  while (head.length < 512) {
    const next = await iterator.next()
    if (next.done === true) break
    head = Buffer.concat([head, next.value])
  }
  async function* rest(): AsyncGenerator<Uint8Array> {
    yield head
    for (;;) {
      const next = await iterator.next()
      if (next.done === true) return
      yield next.value
    }
  }
  // Padded, so that short files may be asked for their first numbers too.
  return {
    head: head.length < 4 ? Buffer.concat([head, Buffer.alloc(4 - head.length)]) : head.subarray(0, 512),
    rest: rest(),
  }
}

async function* unpacked(
  input: AsyncIterable<Uint8Array>,
  through: NodeJS.ReadWriteStream,
): AsyncGenerator<Uint8Array> {
  const source = Readable.from(input)
  const output = source.pipe(through)
  source.on('error', error => output.emit('error', error))
  let length = 0
  try {
    for await (const chunk of output as AsyncIterable<Buffer>) {
      length += chunk.length
      if (length > mostUnpacked) throw new WrongListError('it unpacks to more than 64 GiB')
      yield chunk
    }
  } catch (error) {
    if (error instanceof WrongListError) throw error
    throw new WrongListError(`it cannot be unpacked: ${error instanceof Error ? error.message : ''}`)
  }
}

async function* counted(
  input: AsyncIterable<Uint8Array>,
  progress: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  let [bytes, told] = [0, 0]
  for await (const chunk of input) {
    bytes += chunk.length
    if (bytes - told > 1 << 20) {
      told = bytes
      progress(bytes)
    }
    yield chunk
  }
}
