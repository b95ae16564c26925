import { closeSync, fsyncSync, writeSync } from 'node:fs'
import { openEntry, openFlags } from '../native/write/directory.ts'
import { unlinkEntry } from '../native/write/entry.ts'
import { applyMetadata, type Metadata } from './metadata.ts'

/** What a new entry is made of. `write` fills a regular file through its descriptor. */
export type NewEntry =
  | { readonly type: 'file'; write(descriptor: number): void | Promise<void> }
  | { readonly type: 'symlink'; readonly target: string }
  | { readonly type: 'directory' | 'fifo' | 'socket' }

/** Writes all bytes, however often write(2) takes only some. */
export function writeAll(descriptor: number, bytes: Uint8Array, offset?: number): void {
  for (let done = 0; done < bytes.length; ) {
    done += writeSync(descriptor, bytes, done, bytes.length - done, offset === undefined ? null : offset + done)
  }
}

/** Of the file in which new content waits to be renamed. */
export function temporaryName(mark: string): Buffer {
  return Buffer.from(`.davylamp-${mark}.tmp`)
}

/** Writes a complete file beside its place: bytes and metadata are on the disk when this returns its name. */
export async function writeTemporary(
  directory: number,
  mark: string,
  write: (descriptor: number) => void | Promise<void>,
  metadata: Metadata,
): Promise<Buffer> {
  const name = temporaryName(mark)
  try {
    unlinkEntry(directory, name)
  } catch (error) {
    if ((error as { code?: string }).code !== 'ENOENT') throw error
  }
  const flags = openFlags.readWrite | openFlags.create | openFlags.exclusive
  const descriptor = openEntry(directory, name, flags, 0o600)
  try {
    await write(descriptor)
    applyMetadata(descriptor, metadata)
    fsyncSync(descriptor)
  } catch (error) {
    unlinkEntry(directory, name)
    throw error
  } finally {
    closeSync(descriptor)
  }
  return name
}
