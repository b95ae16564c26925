import { closeSync, constants, fstatSync, openSync } from 'node:fs'
import type { ContentMatch } from '../../model/index.ts'
import { O_PATH } from '../../native/read/open.ts'
import { encodeBytes } from '../../target/index.ts'
import type { FileLooker } from '../../detect/yara/index.ts'

/** What rules said of a content, and its hashes where it is a program or a script. */
export interface SeenFile {
  /** Device, inode, size and times: another content has another one. */
  readonly identity: string
  readonly matches: readonly ContentMatch[]
  readonly sha256?: string | undefined
  readonly md5?: string | undefined
}

const mostKept = 10_000
const blockBytes = 512

/** Contents that were looked at, each once for as long as it stays the same. */
export class SeenFiles {
  readonly #looker: FileLooker
  readonly #known = new Map<string, SeenFile>()

  constructor(looker: FileLooker) {
    this.#looker = looker
  }

  /** Whether a content was looked at; `identity` as `SeenFile` has it. */
  has(identity: string): boolean {
    return this.#known.has(identity)
  }

  /** Undefined for what is no regular file, or cannot be read. */
  at(path: string): SeenFile | undefined {
    const descriptor = openedFile(path)
    if (descriptor === undefined) return undefined
    try {
      return this.in(descriptor, path)
    } finally {
      closeSync(descriptor)
    }
  }

  /** The same of an open file. */
  in(descriptor: number, path: string): SeenFile | undefined {
    const stat = fstatSync(descriptor, { bigint: true })
    if (!stat.isFile()) return undefined
    const identity = `${stat.dev}:${stat.ino}:${stat.size}:${stat.mtimeNs}:${stat.ctimeNs}`
    const known = this.#known.get(identity)
    if (known !== undefined) return known
    try {
      const stored = Number(stat.blocks) * blockBytes
      const { matches, digest } = this.#looker.look(descriptor, Number(stat.size), stored, () => path.slice(1))
      const seen = { identity, matches, sha256: hex(digest, 0, 32), md5: hex(digest, 32, 48) }
      if (this.#known.size >= mostKept) this.#known.delete(this.#known.keys().next().value ?? '')
      this.#known.set(identity, seen)
      return seen
    } catch {
      return undefined
    }
  }
}

/**
 * Undefined for what is no regular file: that is not opened at all, whatever the path is made to lead to meanwhile. To open a device can already
 * do something, such as start a watchdog, and people write the names of what we look at.
 */
function openedFile(path: string): number | undefined {
  let handle: number | undefined
  try {
    handle = openSync(path.isWellFormed() ? path : encodeBytes(path), O_PATH)
    return fstatSync(handle).isFile() ? openSync(`/proc/self/fd/${handle}`, gently) : undefined
  } catch {
    return undefined
  } finally {
    if (handle !== undefined) closeSync(handle)
  }
}

const gently = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY

function hex(digest: Buffer | undefined, start: number, end: number): string | undefined {
  return digest === undefined || digest.length < end ? undefined : digest.subarray(start, end).toString('hex')
}
