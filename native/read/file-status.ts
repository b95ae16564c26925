import { checked, lazily } from './system-call.ts'

const statx = lazily('statx', 'int32', ['int32', 'pointer', 'int32', 'uint32', 'pointer'])
const AT_SYMLINK_NOFOLLOW = 0x100
const AT_EMPTY_PATH = 0x1000
const AT_NO_AUTOMOUNT = 0x800
/** Type, mode, links, owner, times, inode, size and blocks. */
const STATX_BASIC_STATS = 0x7ff

const emptyName = Buffer.of(0)

/**
 * What statx(2) says of one file. Whoever looks at hundreds of thousands of them fills the same object each time, because
 * node's own `lstat` makes an object and a path each.
 */
export class FileStatus {
  readonly #bytes = Buffer.alloc(256)
  /** struct statx as 32-bit words (linux/stat.h). */
  readonly words: Uint32Array = new Uint32Array(this.#bytes.buffer, this.#bytes.byteOffset, 64)

  /** Of a name in an open directory, links not followed. `name` ends with NUL. Throws `SystemCallError`. */
  fillAt(directory: number, name: Uint8Array): void {
    const flags = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT
    checked('statx', statx(directory, name as Buffer, flags, STATX_BASIC_STATS, this.#bytes))
  }

  /** Of an open file. Throws `SystemCallError`. */
  fillOf(descriptor: number): void {
    checked('statx', statx(descriptor, emptyName, AT_EMPTY_PATH, STATX_BASIC_STATS, this.#bytes))
  }

  get isFile(): boolean {
    return (this.#word(7) & 0xf000) === 0x8000
  }

  get isDirectory(): boolean {
    return (this.#word(7) & 0xf000) === 0x4000
  }

  get links(): number {
    return this.#word(4)
  }

  get size(): number {
    return this.#word(10) + this.#word(11) * 0x1_0000_0000
  }

  /** Bytes that the file takes on its disk; fewer than `size` where it has holes. */
  get storedBytes(): number {
    return (this.#word(12) + this.#word(13) * 0x1_0000_0000) * 512
  }

  /** Seconds since 1970 of the last change of the inode. */
  get changedSeconds(): number {
    return this.#word(24) + (this.#word(25) | 0) * 0x1_0000_0000
  }

  /** Two numbers of the file system that holds it, as one. */
  get device(): number {
    return this.#word(34) * 0x10_0000 + this.#word(35)
  }

  /** Device and inode: the same for all names of a file. */
  get identity(): string {
    return `${this.device}:${this.#word(9)}:${this.#word(8)}`
  }

  #word(at: number): number {
    return this.words[at] ?? 0
  }
}
