import { configure, ZipWriter } from '@zip.js/zip.js'

/** What lies beside the file in its archive, for whoever opens it years later. */
export interface QuarantinedNote {
  readonly format: 'davylamp-quarantined-note'
  readonly version: 1
  readonly host: string
  /** Where it lay. */
  readonly path: string
  readonly sha256: string
  readonly size: number
  /** When it was taken away, RFC 3339. */
  readonly time: string
  readonly reason: string
  readonly run?: string
}

/** The custom of those who pass on malware: it keeps nobody out, and keeps scanners and hands from opening it by mistake. */
export const archivePassword = 'infected'

configure({ useWebWorkers: false })

/** A ZIP (AES-256, WinZip's AE) with the file as `NAME.quarantined` and the note, made while it is read. */
export async function* quarantineArchive(
  note: QuarantinedNote,
  content: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const pipe = new TransformStream<Uint8Array, Uint8Array>()
  const zip = new ZipWriter(pipe.writable, { password: archivePassword, encryptionStrength: 3, level: 6 })
  const lastModDate = new Date(note.time)
  const broken = Promise.withResolvers<never>()
  // The library waits for ever for content that ends in the middle, which must not look like a whole archive.
  const reading = new AbortController()
  const watched = async function* () {
    try {
      for await (const part of content) {
        // Nor does it notice by itself that nobody reads any more.
        if (reading.signal.aborted) return
        yield part
      }
    } catch (error) {
      broken.reject(error)
    }
  }
  const written = (async () => {
    await zip.add(nameInArchive(note.path), ReadableStream.from(watched()), { lastModDate })
    const text = `${JSON.stringify(note, undefined, 2)}\n`
    await zip.add('note.json', ReadableStream.from([Buffer.from(text)]), { lastModDate })
    await zip.close()
  })()
  written.catch(broken.reject)
  broken.promise.catch(() => {})
  const reader = pipe.readable.getReader()
  try {
    for (;;) {
      const read = await Promise.race([broken.promise, reader.read()])
      if (read.done) break
      yield read.value
    }
  } finally {
    reading.abort()
    await reader.cancel()
  }
}

/** The last name of the path, as one name that every system takes and that leads nowhere. */
export function nameInArchive(path: string): string {
  const last = path.split('/').findLast(part => part !== '') ?? 'file'
  const letters = last
    .replaceAll(/[^\p{L}\p{N}._+@=-]/gu, '_')
    .replace(/^(?:con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/i, '_$&')
  // A name has 255 bytes at the most, and a letter up to four.
  return `${[...letters].slice(0, 60).join('')}.quarantined`
}
