import { createHash } from 'node:crypto'
import type { ActionOf } from '../model/index.ts'
import { displayBytes } from '../target/index.ts'
import { records } from './administrators.ts'
import type { Metadata } from './host-files.ts'
import { markOf, type WritableHost } from './host.ts'
import { writeAll } from './new-entry.ts'
import { BrokenChain } from './packages/broken-chain.ts'
import { filesInArchive, placesOf } from './packages/debian-archive.ts'
import { divertedTo, installed } from './packages/dpkg-state.ts'
import type { TarEntry } from './packages/tar-archive.ts'
import { type VerifiedArchive, verifiedArchive } from './packages/verified-archive.ts'
import { protectedFile } from './protected.ts'
import { alreadyDone, ChangedSince, changedSince, type Remedy, ready, refused, type Undone } from './remedy.ts'
import { keepEntry, loosen, parentOf, putBack, removeEntry, type TakenEntry } from './taken-entry.ts'

interface Replaced {
  readonly path: string
  /** What lay there; absent where the file was missing. */
  readonly impostor?: TakenEntry
  /** Flags of the directory. */
  readonly parentFlags: number
  /** What the package has there: the digest of a file or where a link leads. */
  readonly content: string
}

interface Reinstalled {
  readonly archive: VerifiedArchive
  readonly files: readonly Replaced[]
}

/**
 * Puts files of a Debian package back from its archive in apt's cache: of exactly the installed version, with the SHA-256 that
 * an index signed by a package's own keyring lists. What lay there goes to the vault. Nothing is fetched or run: where a
 * link of that chain is missing it says which, and what a person has to run.
 */
export const reinstallPackage: Remedy<'reinstall-package', Reinstalled> = {
  kind: 'reinstall-package',
  undoable: true,
  needsLive: false,
  async check(action, host) {
    for (const path of action.paths) {
      const guard = protectedFile(path, host)
      if (guard !== undefined) return refused(guard)
      const type = host.files.inspect(path)?.type
      if (type !== undefined && type !== 'file' && type !== 'symlink')
        return changedSince(`${displayBytes(path)} is a ${type}`)
    }
    const { entries } = await verifiedFiles(action, host)
    return [...entries].every(([path, entry]) => holds(path, contentOf(entry), host)) ? alreadyDone : ready
  },
  async prepare(action, host) {
    const { archive, entries } = await verifiedFiles(action, host)
    const files: Replaced[] = []
    for (const [path, entry] of entries) {
      if (holds(path, contentOf(entry), host)) continue
      const impostor = await keepEntry(path, host, files.length)
      const parentFlags = host.files.inspect(parentOf(path))?.flags ?? 0
      files.push({ path, ...(impostor === undefined ? {} : { impostor }), parentFlags, content: contentOf(entry) })
    }
    return { archive, files }
  },
  async apply(action, { archive, files }, host) {
    const entries = await filesInArchive(archive, action.paths, host)
    for (const one of files) {
      if (holds(one.path, one.content, host)) continue
      const entry = entries.get(one.path)
      if (entry === undefined) throw new ChangedSince(`${archive.path} no longer has ${displayBytes(one.path)}`)
      await install(one, entry, host)
    }
    return undefined
  },
  async undo(_action, { files }, host) {
    let result: Undone = 'undone'
    for (const one of [...files].reverse()) {
      const its = await takeBack(one, host)
      if (its !== 'undone') result = its
    }
    return result
  },
}

async function verifiedFiles(
  { package: name, paths, command }: ActionOf<'reinstall-package'>,
  host: WritableHost,
): Promise<{ archive: VerifiedArchive; entries: Map<string, TarEntry> }> {
  try {
    const candidates = installed(name, host)
    if (candidates.length === 0) throw new BrokenChain(`dpkg has no ${name} installed`)
    const diverted = paths.flatMap(placesOf).find(path => divertedTo(path, host) !== undefined)
    if (diverted !== undefined) throw new BrokenChain(`dpkg was told to put ${diverted} elsewhere (diversion)`)
    let lacking: BrokenChain | undefined
    for (const candidate of candidates) {
      try {
        const archive = await verifiedArchive(candidate, host)
        const entries = await filesInArchive(archive, paths, host)
        const missing = paths.find(path => !entries.has(path))
        if (missing === undefined) return { archive, entries }
        throw new BrokenChain(`${archive.path} has no ${displayBytes(missing)}`)
      } catch (error) {
        if (!(error instanceof BrokenChain)) throw error
        lacking ??= error
      }
    }
    throw lacking
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new Error(`${name} cannot be put back from here – ${why}. Run it yourself: ${command}`)
  }
}

/** A file appears complete or not at all: by rename(2) over the impostor. */
async function install({ path, impostor, content }: Replaced, entry: TarEntry, host: WritableHost): Promise<void> {
  const { files } = host
  const now = files.inspect(path)
  const metadata = metadataOf(entry, impostor, host)
  loosen(path, host)
  if (now !== undefined) {
    const same = impostor?.metadata.type === now.type && holds(path, shown(impostor), host)
    if (!same) throw new ChangedSince(`${displayBytes(path)} changed after it was kept`)
  }
  if (now?.type === 'file' && entry.type === 'file')
    await files.replace(path, entry.content, metadata, markOf(host.step))
  else {
    if (now !== undefined && impostor !== undefined) removeEntry(impostor, host)
    if (entry.type === 'symlink')
      await files.create(path, { type: 'symlink', target: entry.linkTarget }, metadata, markOf(host.step))
    else
      await files.create(
        path,
        { type: 'file', write: into => writeAll(into, entry.content) },
        metadata,
        markOf(host.step),
      )
  }
  if (!holds(path, content, host)) throw new Error(`${displayBytes(path)} is not what was written`)
}

async function takeBack({ path, impostor, parentFlags, content }: Replaced, host: WritableHost): Promise<Undone> {
  const { files } = host
  files.dropTemporary(path, markOf(host.step))
  const restored = holds(path, content, host)
  if (impostor === undefined) {
    if (!restored && files.inspect(path) !== undefined) return { changedSince: `${displayBytes(path)} changed since` }
    if (restored) {
      loosen(path, host)
      files.unlink(path)
    }
  } else {
    if (restored) {
      loosen(path, host)
      files.unlink(path)
    }
    const result = await putBack(impostor, host)
    if (result !== 'undone') return result
  }
  if (parentFlags !== 0) files.setFlags(parentOf(path), parentFlags)
  return 'undone'
}

function holds(path: string, content: string, host: WritableHost): boolean {
  const type = host.files.inspect(path)?.type
  if (type === 'file') return host.files.digest(path) === content
  return type === 'symlink' && `-> ${host.files.readLink(path)}` === content
}

function contentOf({ type, content, linkTarget }: TarEntry): string {
  return type === 'symlink' ? `-> ${linkTarget}` : createHash('sha256').update(content).digest('hex')
}

function shown({ metadata, linkTarget, sha256 }: TakenEntry): string {
  return metadata.type === 'symlink' ? `-> ${linkTarget}` : sha256
}

/** As dpkg sets it: by name where the host knows the name. A security label of what lay there is kept. */
function metadataOf(entry: TarEntry, impostor: TakenEntry | undefined, host: WritableHost): Metadata {
  const idOf = (path: string, name: string, number: number) => {
    const known = name === '' ? undefined : records(host, path).find(([its]) => its === name)?.[2]
    return name === 'root' ? 0 : known !== undefined && /^\d+$/.test(known) ? Number(known) : number
  }
  const time = `${BigInt(entry.modifiedSeconds) * 1_000_000_000n}`
  return {
    type: entry.type === 'symlink' ? 'symlink' : 'file',
    size: entry.content.length,
    uid: idOf('/etc/passwd', entry.user, entry.uid),
    gid: idOf('/etc/group', entry.group, entry.gid),
    mode: entry.type === 'symlink' ? 0o777 : entry.mode,
    accessedNs: time,
    modifiedNs: time,
    inode: '0',
    device: '0',
    linkCount: 1,
    flags: 0,
    attributes: (impostor?.metadata.attributes ?? []).filter(([name]) => name === 'security.selinux'),
  }
}
