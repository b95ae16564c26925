import type { Target } from '../../target/index.ts'
import { readMounts } from './mount-info.ts'

/**
 * Tells which files of the host a process means by a path. In a container, or under PrivateTmp, `/tmp/x` is another file
 * than the host's, and taking one for the other would harm an innocent file.
 */
export class ProcessView {
  readonly #target: Target
  readonly #pid: number
  readonly foreign: boolean
  #layer: string | undefined

  constructor(target: Target, pid: number, ownNamespace: string | undefined) {
    this.#target = target
    this.#pid = pid
    const namespace = target.files.readLink(`/proc/${pid}/ns/mnt`)
    const root = target.files.readLink(`/proc/${pid}/root`)
    const moved = root !== undefined && root !== '/'
    this.foreign = moved || (namespace !== undefined && ownNamespace !== undefined && namespace !== ownNamespace)
  }

  /** The host's path of the same file; undefined when the host has none for it. */
  onHost(path: string): string | undefined {
    if (!this.foreign) return path
    const there = this.#target.files.stat(`/proc/${this.#pid}/root${path}`)
    if (!there) return undefined
    for (const candidate of [path, `${this.#upperLayer()}${path}`]) {
      const here = this.#target.files.stat(candidate)
      if (here && here.inode === there.inode && (here.device === there.device || candidate !== path)) return candidate
    }
    return undefined
  }

  /** The directory in which an overlay root keeps what the container wrote. */
  #upperLayer(): string {
    this.#layer ??=
      readMounts(this.#target, this.#pid)
        .findLast(mount => mount.path === '/')
        ?.superOptions.match(/upperdir=([^,]+)/)?.[1] ?? '/nowhere'
    return this.#layer
  }
}
