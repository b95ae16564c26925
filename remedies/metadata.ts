import { closeSync, fstatSync } from 'node:fs'
import { openEntry, openFlags } from '../native/write/directory.ts'
import {
  removeExtendedAttribute,
  setExtendedAttribute,
  extendedAttributes,
} from '../native/write/extended-attributes.ts'
import { setMode, setOwner, setTimes } from '../native/write/entry.ts'
import { inodeFlags } from '../native/write/inode-flags.ts'

/** What undo has to give back besides content. Times are nanoseconds since 1970 as text, attribute values base64. */
export interface Metadata {
  readonly type: 'file' | 'directory' | 'symlink' | 'socket' | 'fifo' | 'device'
  readonly size: number
  readonly uid: number
  readonly gid: number
  readonly mode: number
  readonly accessedNs: string
  readonly modifiedNs: string
  readonly inode: string
  readonly device: string
  readonly linkCount: number
  readonly flags: number
  readonly attributes: readonly (readonly [name: string, value: string])[]
}

/** What an entry is, from a descriptor of its own. Flags need another one, opened for reading. */
export function metadataOfEntry(directory: number, name: Buffer, descriptor: number): Metadata {
  const stat = fstatSync(descriptor, { bigint: true })
  const type = stat.isFile()
    ? 'file'
    : stat.isDirectory()
      ? 'directory'
      : stat.isSymbolicLink()
        ? 'symlink'
        : stat.isSocket()
          ? 'socket'
          : stat.isFIFO()
            ? 'fifo'
            : 'device'
  return {
    type,
    size: Number(stat.size),
    uid: Number(stat.uid),
    gid: Number(stat.gid),
    mode: Number(stat.mode) & 0o7777,
    accessedNs: String(stat.atimeNs),
    modifiedNs: String(stat.mtimeNs),
    inode: String(stat.ino),
    device: String(stat.dev),
    linkCount: Number(stat.nlink),
    flags: type === 'file' || type === 'directory' ? flagsAt(directory, name) : 0,
    attributes: extendedAttributes(descriptor).map(([key, value]) => [key, value.toString('base64')] as const),
  }
}

/** The order matters: a new owner clears setuid and capabilities, and each of these but the last changes the time. */
export function applyMetadata(descriptor: number, metadata: Metadata): void {
  setOwner(descriptor, metadata.uid, metadata.gid)
  if (metadata.type !== 'symlink') setMode(descriptor, metadata.mode)
  const wanted = new Map(metadata.attributes)
  const there = new Map(extendedAttributes(descriptor).map(([name, value]) => [name, value.toString('base64')]))
  // What a directory's default ACL gave the new entry goes away again. A label that a security module gave it stays.
  for (const name of there.keys()) {
    if (name.startsWith('system.posix_acl') && !wanted.has(name)) removeExtendedAttribute(descriptor, name)
  }
  for (const [name, value] of wanted) {
    if (there.get(name) !== value) setExtendedAttribute(descriptor, name, Buffer.from(value, 'base64'))
  }
  setTimes(descriptor, BigInt(metadata.accessedNs), BigInt(metadata.modifiedNs))
}

function flagsAt(directory: number, name: Buffer): number {
  return using(openEntry(directory, name, openFlags.nonBlocking), inodeFlags)
}

/** Closes a descriptor after its use. */
export function using<T>(descriptor: number, act: (descriptor: number) => T): T {
  try {
    return act(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
