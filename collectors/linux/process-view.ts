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
  /** Undefined where it is that of the host. */
  readonly rootDirectory: string | undefined
  #layer: string | undefined

  constructor(target: Target, pid: number, ownNamespace: string | undefined) {
    this.#target = target
    this.#pid = pid
    const namespace = target.files.readLink(`/proc/${pid}/ns/mnt`)
    const root = target.files.readLink(`/proc/${pid}/root`)
    const moved = root !== undefined && root !== '/'
    this.rootDirectory = moved ? root : undefined
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

  /**
   * The host's path of a file that a container wrote itself and did not bring along in its image. It leads through the mounted
   * overlay: what is taken away below a layer's own directory stays there for those who have it in sight (overlayfs of the
   * kernel's documentation, "Changes to underlying filesystems").
   */
  writtenInside(path: string): string | undefined {
    const layer = this.#upperLayer()
    if (!this.foreign || this.#target.files.lstat(`${layer}${path}`)?.type !== 'file') return undefined
    const { files } = this.#target
    const there = files.stat(`/proc/${this.#pid}/root${path}`)
    const device = readMounts(this.#target, this.#pid).findLast(mount => mount.path === '/')?.device
    const roots = readMounts(this.#target).filter(mount => mount.device === device && mount.root === '/')
    for (const { path: root } of roots) {
      const here = files.stat(`${root}${path}`)
      if (here?.type === 'file' && here.inode === there?.inode && here.device === there.device) return `${root}${path}`
    }
    return undefined
  }

  /** The file system of a path that the process sees and the host has nowhere, where that one keeps nothing on a disk. */
  privateMountOf(path: string): string | undefined {
    if (!this.foreign || this.onHost(path) !== undefined) return undefined
    const under = readMounts(this.#target, this.#pid).filter(
      mount => path === mount.path || path.startsWith(mount.path === '/' ? '/' : `${mount.path}/`),
    )
    const holder = under.toSorted((a, b) => a.path.length - b.path.length || a.mountId - b.mountId).at(-1)
    return holder !== undefined && /^(?:tmpfs|ramfs)$/.test(holder.fileSystem) ? holder.fileSystem : undefined
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
