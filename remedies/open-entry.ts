import { closeSync, fstatSync, fsyncSync, readSync } from 'node:fs'
import { openEntry, openFlags } from '../native/write/directory.ts'
import { encodeBytes } from '../target/index.ts'
import { using } from './metadata.ts'

const blockBytes = 1 << 20

/** The directory of a path, relative to the root, and the name in it. */
export function split(path: string): { parent: Buffer; name: Buffer } {
  const parts = path.split('/').filter(part => part !== '' && part !== '.')
  if (parts.includes('..')) throw new Error(`a path with .. is not taken: ${path}`)
  if (path.includes('\0')) throw new Error('a path with a NUL is not taken')
  return { parent: encodeBytes(parts.slice(0, -1).join('/')), name: encodeBytes(parts.at(-1) ?? '.') }
}

/** A regular file; its access time stays where the kernel lets us. */
export function openForReading(directory: number, name: Buffer): number {
  const flags = openFlags.read | openFlags.nonBlocking
  let descriptor: number
  try {
    descriptor = openEntry(directory, name, flags | openFlags.noAccessTime)
  } catch (error) {
    if ((error as { code?: string }).code !== 'EPERM') throw error
    descriptor = openEntry(directory, name, flags)
  }
  if (fstatSync(descriptor).isFile()) return descriptor
  closeSync(descriptor)
  throw new Error('it is no regular file')
}

/** All bytes of a descriptor; more than `limit` is an error. */
export function readAll(descriptor: number, limit: number): Buffer {
  const parts: Buffer[] = []
  let total = 0
  for (;;) {
    const block = Buffer.alloc(blockBytes)
    const read = readSync(descriptor, block)
    if (read === 0) return Buffer.concat(parts)
    total += read
    if (total > limit) throw new Error(`the file is larger than ${limit} bytes`)
    parts.push(block.subarray(0, read))
  }
}

/** Makes the names in a directory outlive a crash of the machine. */
export function syncDirectory(directory: number): void {
  using(openEntry(directory, Buffer.from('.'), openFlags.directory), fsyncSync)
}
