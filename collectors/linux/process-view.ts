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
    const upper = `${this.#upperLayer()}${path}`
    for (const candidate of [path, upper, ...this.#mountedElsewhere(path)]) {
      const here = this.#target.files.stat(candidate)
      if (here && here.inode === there.inode && (here.device === there.device || candidate === upper)) return candidate
    }
    return undefined
  }

  /** Where the host has the directory that the process sees there: under PrivateTmp its /tmp is a directory below the host's. */
  #mountedElsewhere(path: string): string[] {
    const holder = readMounts(this.#target, this.#pid).findLast(mount => isBelow(path, mount.path))
    if (holder === undefined) return []
    const within = joined(holder.root, path.slice(holder.path === '/' ? 0 : holder.path.length))
    return readMounts(this.#target)
      .filter(mount => mount.device === holder.device && isBelow(within, mount.root))
      .slice(0, mostMounts)
      .map(mount => joined(mount.path, within.slice(mount.root === '/' ? 0 : mount.root.length)))
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
    const under = readMounts(this.#target, this.#pid).filter(mount => isBelow(path, mount.path))
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

const mostMounts = 8

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === '/' ? '/' : `${folder}/`)
}

function joined(folder: string, rest: string): string {
  return folder === '/' ? rest || '/' : `${folder}${rest}`
}
