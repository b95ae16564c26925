import { createHash } from 'node:crypto'
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
} from 'node:fs'
import { openDirectory, openEntry, openFlags, readEntryLink } from '../native/write/directory.ts'
import {
  linkEntry,
  makeDirectoryEntry,
  makeNodeEntry,
  renameEntry,
  renameEntryNew,
  setMode,
  setTimes,
  symlinkEntry,
  unlinkEntry,
} from '../native/write/entry.ts'
import { removeExtendedAttribute, setExtendedAttribute } from '../native/write/extended-attributes.ts'
import { inodeFlags, setInodeFlags } from '../native/write/inode-flags.ts'
import { decodeBytes, encodeBytes } from '../target/index.ts'
import { applyMetadata, type Metadata, metadataOfEntry, using } from './metadata.ts'
import { openForReading, readAll, split, syncDirectory } from './open-entry.ts'
import { type NewEntry, temporaryName, writeAll, writeTemporary } from './new-entry.ts'

export type { Metadata } from './metadata.ts'

const blockBytes = 1 << 20

/** Is told of a directory before something in it is made, renamed or taken away. */
export interface FolderWatch {
  changing(folder: string, times: { readonly accessedNs: string; readonly modifiedNs: string }): void
}

/**
 * The files of a host, to be changed. Every path starts at the host's root and is in the form of `decodeBytes`. The
 * directory is opened first, without leaving the root, and its entry is then handled by name on that descriptor, never
 * followed: what somebody swaps meanwhile cannot lead a change elsewhere. Missing is `undefined`; all else throws.
 */
export class HostFiles {
  readonly root: string
  readonly #rootDescriptor: number
  /** Of the action that is made now. */
  watch: FolderWatch | undefined

  constructor(root: string) {
    this.root = root
    this.#rootDescriptor = openSync(root, constants.O_RDONLY | constants.O_DIRECTORY)
  }

  close(): void {
    closeSync(this.#rootDescriptor)
  }

  /** Type, owner, times, flags and extended attributes of an entry itself. */
  inspect(path: string): Metadata | undefined {
    return this.#present(path, (directory, name) =>
      using(openEntry(directory, name, openFlags.path), descriptor => metadataOfEntry(directory, name, descriptor)),
    )
  }

  /** The bytes of a regular file of at most `limit` bytes. */
  read(path: string, limit = 64 << 20): Buffer | undefined {
    return this.#present(path, (directory, name) =>
      using(openForReading(directory, name), descriptor => {
        const { size } = fstatSync(descriptor)
        if (size > limit) throw new Error(`${path} is larger than ${limit} bytes`)
        return readAll(descriptor, limit)
      }),
    )
  }

  /** An open descriptor of a regular file, to be closed by the caller. */
  openForReading(path: string): number | undefined {
    return this.#present(path, openForReading)
  }

  /** An open descriptor of a lock file, made when it is missing; to be closed by the caller. */
  openLockFile(path: string): number {
    const flags = openFlags.readWrite | openFlags.create | openFlags.nonBlocking
    return this.#at(path, (directory, name) => openEntry(directory, name, flags, 0o600))
  }

  /** SHA-256, or another digest, of a regular file in hex. */
  digest(path: string, algorithm: 'sha256' | 'md5' = 'sha256'): string | undefined {
    return this.#present(path, (directory, name) =>
      using(openForReading(directory, name), descriptor => {
        const hash = createHash(algorithm)
        const block = Buffer.alloc(blockBytes)
        for (let read = readSync(descriptor, block); read > 0; read = readSync(descriptor, block)) {
          hash.update(block.subarray(0, read))
        }
        return hash.digest('hex')
      }),
    )
  }

  readLink(path: string): string | undefined {
    return this.#present(path, (directory, name) => decodeBytes(readEntryLink(directory, name)))
  }

  /** Names in a directory that is no symlink. */
  list(path: string): string[] | undefined {
    const read = (descriptor: number) =>
      readdirSync(`/proc/self/fd/${descriptor}`, { encoding: 'buffer' }).map(decodeBytes).sort()
    return this.#present(path, (directory, name) => using(openEntry(directory, name, openFlags.directory), read))
  }

  unlink(path: string): void {
    this.#changing(path, (directory, name) => {
      unlinkEntry(directory, name)
      syncDirectory(directory)
    })
  }

  removeDirectory(path: string): void {
    this.#changing(path, (directory, name) => {
      unlinkEntry(directory, name, true)
      syncDirectory(directory)
    })
  }

  /** Makes a hard link; fails with EEXIST when something lies at `path`. */
  link(existing: string, path: string): void {
    this.#at(existing, (fromDirectory, from) =>
      this.#changing(path, (directory, name) => {
        linkEntry(fromDirectory, from, directory, name)
        syncDirectory(directory)
      }),
    )
  }

  /** Renames over what lies at `to`. */
  rename(from: string, to: string): void {
    this.#changing(from, (fromDirectory, fromName) =>
      this.#changing(to, (directory, name) => {
        renameEntry(fromDirectory, fromName, directory, name)
        syncDirectory(directory)
        syncDirectory(fromDirectory)
      }),
    )
  }

  setFlags(path: string, flags: number): void {
    this.#onOpen(path, descriptor => {
      if (inodeFlags(descriptor) !== flags) setInodeFlags(descriptor, flags)
    })
  }

  setMode(path: string, mode: number): void {
    this.#onHandle(path, descriptor => setMode(descriptor, mode))
  }

  setTimes(path: string, accessedNs: string, modifiedNs: string): void {
    this.#onHandle(path, descriptor => setTimes(descriptor, BigInt(accessedNs), BigInt(modifiedNs)))
  }

  setAttribute(path: string, name: string, value: Buffer): void {
    this.#onHandle(path, descriptor => setExtendedAttribute(descriptor, name, value))
  }

  removeAttribute(path: string, name: string): void {
    this.#onHandle(path, descriptor => removeExtendedAttribute(descriptor, name))
  }

  /** Gives the directory of `path` the time it would have if something in it were renamed. */
  touchFolderOf(path: string): void {
    this.#changing(path, directory => {
      const now = BigInt(Date.now()) * 1_000_000n
      using(openEntry(directory, Buffer.from('.'), openFlags.path), own => setTimes(own, now, now))
    })
  }

  /** Makes a directory and those above it that are missing. */
  makeDirectories(path: string, mode = 0o755): void {
    if (this.inspect(path) !== undefined) return
    const { parent } = split(path)
    this.makeDirectories(decodeBytes(Buffer.concat([Buffer.from('/'), parent])), mode)
    this.#changing(path, (directory, entry) => makeDirectoryEntry(directory, entry, mode))
  }

  /**
   * Makes an entry that was not there, complete with metadata, or throws EEXIST: a regular file appears at its name only
   * when its bytes are on the disk. `mark` names the temporary file, so that a later call finds what a crash left.
   */
  async create(path: string, entry: NewEntry, metadata: Metadata, mark: string): Promise<void> {
    await this.#atAsync(path, async (directory, name) => {
      if (entry.type === 'file') {
        const temporary = await writeTemporary(directory, mark, entry.write, metadata)
        renameEntryNew(directory, temporary, name)
      } else {
        if (entry.type === 'symlink') symlinkEntry(directory, name, encodeBytes(entry.target))
        else if (entry.type === 'directory') makeDirectoryEntry(directory, name, metadata.mode)
        else makeNodeEntry(directory, name, entry.type, metadata.mode)
        using(openEntry(directory, name, openFlags.path), descriptor => applyMetadata(descriptor, metadata))
      }
      syncDirectory(directory)
    })
    if (metadata.flags !== 0) this.setFlags(path, metadata.flags)
  }

  /** Puts other bytes in the place of a regular file, owner, mode and attributes as `metadata` says, by rename(2). */
  async replace(path: string, bytes: Buffer, metadata: Metadata, mark: string): Promise<void> {
    await this.#atAsync(path, async (directory, name) => {
      const temporary = await writeTemporary(directory, mark, descriptor => writeAll(descriptor, bytes), metadata)
      try {
        renameEntry(directory, temporary, directory, name)
      } catch (error) {
        unlinkEntry(directory, temporary)
        throw error
      }
      syncDirectory(directory)
    })
    if (metadata.flags !== 0) this.setFlags(path, metadata.flags)
  }

  /** Writes from `offset` into the file as it is and cuts it after the last byte: for files that must keep their inode. */
  overwrite(path: string, bytes: Buffer, offset: number): void {
    this.#at(path, (directory, name) =>
      using(openEntry(directory, name, openFlags.readWrite | openFlags.nonBlocking), descriptor => {
        if (!fstatSync(descriptor).isFile()) throw new Error(`${path} is no regular file`)
        writeAll(descriptor, bytes, offset)
        ftruncateSync(descriptor, offset + bytes.length)
        fsyncSync(descriptor)
      }),
    )
  }

  /** Takes away the temporary file that a crash left beside `path`. */
  dropTemporary(path: string, mark: string): void {
    this.#present(path, directory => unlinkEntry(directory, temporaryName(mark)))
  }

  #onOpen(path: string, act: (descriptor: number) => void): void {
    this.#at(path, (directory, name) => using(openEntry(directory, name, openFlags.nonBlocking), act))
  }

  #onHandle(path: string, act: (descriptor: number) => void): void {
    this.#at(path, (directory, name) => using(openEntry(directory, name, openFlags.path), act))
  }

  #at<T>(path: string, act: (directory: number, name: Buffer) => T): T {
    const { parent, name } = split(path)
    return using(openDirectory(this.#rootDescriptor, parent), directory => act(directory, name))
  }

  #changing<T>(path: string, act: (directory: number, name: Buffer) => T): T {
    return this.#at(path, (directory, name) => {
      this.#tell(path, directory)
      return act(directory, name)
    })
  }

  #tell(path: string, directory: number): void {
    if (this.watch === undefined) return
    const { atimeNs, mtimeNs } = fstatSync(directory, { bigint: true })
    this.watch.changing(this.#folderOf(directory) ?? `/${decodeBytes(split(path).parent)}`, {
      accessedNs: `${atimeNs}`,
      modifiedNs: `${mtimeNs}`,
    })
  }

  /** The directory's own path: one that was reached by way of a link has no times under that name. */
  #folderOf(directory: number): string | undefined {
    const root = pathOfDescriptor(this.#rootDescriptor)
    const folder = pathOfDescriptor(directory)
    if (folder === root) return '/'
    const inside = root === '/' ? root : `${root}/`
    return folder.startsWith(inside) ? `/${folder.slice(inside.length)}` : undefined
  }

  async #atAsync(path: string, act: (directory: number, name: Buffer) => Promise<void>): Promise<void> {
    const { parent, name } = split(path)
    const directory = openDirectory(this.#rootDescriptor, parent)
    try {
      this.#tell(path, directory)
      await act(directory, name)
    } finally {
      closeSync(directory)
    }
  }

  #present<T>(path: string, act: (directory: number, name: Buffer) => T): T | undefined {
    try {
      return this.#at(path, act)
    } catch (error) {
      const { code } = error as { code?: string }
      if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
      throw error
    }
  }
}

function pathOfDescriptor(descriptor: number): string {
  return decodeBytes(readlinkSync(`/proc/self/fd/${descriptor}`, { encoding: 'buffer' }))
}
