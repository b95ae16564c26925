import { appendFlag, immutableFlag } from '../native/write/inode-flags.ts'
import { displayBytes, encodeBytes } from '../target/index.ts'
import { closeSync } from 'node:fs'
import type { Metadata } from './host-files.ts'
import { markOf, type WritableHost } from './host.ts'
import { ChangedSince, type Undone } from './remedy.ts'
import { originOf } from './vault-entry.ts'

/** All that undo needs to put one entry back: the content is in the vault. */
export interface TakenEntry {
  readonly path: string
  readonly vault: string
  readonly metadata: Metadata
  readonly sha256: string
  readonly linkTarget?: string
  /** Flags of the directory, which keep entries from being removed. */
  readonly parentFlags: number
  /** Other names of the same inode in this directory: undo links to one of them again. */
  readonly sameInode: readonly string[]
}

const hindering = immutableFlag | appendFlag

/** Keeps an entry in the vault. Undefined when nothing lies there. */
export async function keepEntry(path: string, host: WritableHost, part = 0): Promise<TakenEntry | undefined> {
  const metadata = host.files.inspect(path)
  if (metadata === undefined) return undefined
  if (metadata.type === 'device') throw new Error('devices are not taken away')
  const { quarantinedBytes } = host.limits
  if (metadata.type === 'file' && host.vault.quarantinedBytes + metadata.size > quarantinedBytes) {
    throw new Error(`more than ${quarantinedBytes} bytes in one run (limit)`)
  }
  const linkTarget = metadata.type === 'symlink' ? host.files.readLink(path) : undefined
  const descriptor = metadata.type === 'file' ? host.files.openForReading(path) : undefined
  try {
    const entry = await host.vault.keep({
      id: `${markOf(host.step)}-${part}`,
      why: 'quarantined',
      origin: path,
      metadata,
      linkTarget,
      run: host.step.run,
      action: host.step.number,
      content: descriptor ?? encodeBytes(linkTarget ?? ''),
    })
    return {
      path,
      vault: entry.id,
      metadata,
      sha256: entry.sha256,
      ...(linkTarget === undefined ? {} : { linkTarget }),
      parentFlags: host.files.inspect(parentOf(path))?.flags ?? 0,
      sameInode: metadata.type === 'file' && metadata.linkCount > 1 ? otherNames(path, metadata, host) : [],
    }
  } finally {
    if (descriptor !== undefined) closeSync(descriptor)
  }
}

/** Takes away just what was kept. One that is gone already is fine; another thing in its place stays. */
export function removeEntry(taken: TakenEntry, host: WritableHost): void {
  const now = host.files.inspect(taken.path)
  if (now === undefined) return
  if (!isSame(taken, now, host)) throw new ChangedSince(`${displayBytes(taken.path)} changed after it was kept`)
  loosen(taken.path, host)
  if (taken.metadata.type === 'directory') host.files.removeDirectory(taken.path)
  else host.files.unlink(taken.path)
  if (host.files.inspect(taken.path) !== undefined) throw new Error(`${displayBytes(taken.path)} is still there`)
}

/** Puts an entry back with owner, mode, times, attributes and flags; never over something else. */
export async function putBack(taken: TakenEntry, host: WritableHost): Promise<Undone> {
  const { files } = host
  files.dropTemporary(taken.path, markOf(host.step))
  const now = files.inspect(taken.path)
  if (now !== undefined && !isSame(taken, now, host)) {
    return { changedSince: `something else lies at ${displayBytes(taken.path)} now` }
  }
  if (files.inspect(parentOf(taken.path)) === undefined) {
    return { changedSince: `the directory of ${displayBytes(taken.path)} is gone` }
  }
  if (now === undefined) {
    const peer = linkedPeer(taken, host)
    if (peer === undefined) await recreate(taken, host)
    else linkTo(peer, taken.path, host)
  }
  if (taken.metadata.flags !== 0) files.setFlags(taken.path, taken.metadata.flags)
  if ((taken.parentFlags & hindering) !== 0) files.setFlags(parentOf(taken.path), taken.parentFlags)
  return 'undone'
}

/** Takes immutable and append flags off an entry and its directory, which would keep it from being changed. */
export function loosen(path: string, host: WritableHost): void {
  for (const place of [parentOf(path), path]) {
    const metadata = host.files.inspect(place)
    if (metadata === undefined || (metadata.flags & hindering) === 0) continue
    host.files.setFlags(place, metadata.flags & ~hindering)
  }
}

export function parentOf(path: string): string {
  return path.slice(0, path.replace(/\/+$/, '').lastIndexOf('/')) || '/'
}

function isSame(taken: TakenEntry, now: Metadata, host: WritableHost): boolean {
  if (now.type !== taken.metadata.type) return false
  if (now.type === 'file') return host.files.digest(taken.path) === taken.sha256
  if (now.type === 'symlink') return host.files.readLink(taken.path) === taken.linkTarget
  return true
}

async function recreate(taken: TakenEntry, host: WritableHost): Promise<void> {
  const { metadata } = taken
  const mark = markOf(host.step)
  if ((host.files.inspect(parentOf(taken.path))?.flags ?? 0) & hindering) loosen(taken.path, host)
  if (metadata.type === 'file') {
    const write = (descriptor: number) => host.vault.writeContent(taken.vault, descriptor)
    await host.files.create(taken.path, { type: 'file', write }, metadata, mark)
    return
  }
  if (metadata.type === 'symlink') {
    await host.files.create(taken.path, { type: 'symlink', target: taken.linkTarget ?? '' }, metadata, mark)
    return
  }
  if (metadata.type === 'device') throw new Error('devices are not put back')
  await host.files.create(taken.path, { type: metadata.type }, metadata, mark)
}

/** Another name that had the same inode and has the content still, or again. */
function linkedPeer(taken: TakenEntry, host: WritableHost): string | undefined {
  if (taken.metadata.type !== 'file' || taken.metadata.linkCount < 2) return undefined
  const fromVault = host.vault
    .list()
    .filter(entry => entry.run === host.step.run && entry.why === 'quarantined')
    .filter(entry => entry.inode === taken.metadata.inode && entry.device === taken.metadata.device)
    .map(originOf)
  return [...taken.sameInode, ...fromVault].find(
    path =>
      path !== taken.path && host.files.inspect(path)?.type === 'file' && host.files.digest(path) === taken.sha256,
  )
}

function linkTo(peer: string, path: string, host: WritableHost): void {
  const flags = host.files.inspect(peer)?.flags ?? 0
  const { accessedNs, modifiedNs } = host.files.inspect(peer) ?? { accessedNs: '0', modifiedNs: '0' }
  loosen(peer, host)
  loosen(path, host)
  host.files.link(peer, path)
  host.files.setTimes(path, accessedNs, modifiedNs)
  if ((flags & hindering) !== 0) host.files.setFlags(peer, flags)
}

function otherNames(path: string, metadata: Metadata, host: WritableHost): string[] {
  const folder = parentOf(path)
  const beside = (name: string) => (folder === '/' ? `/${name}` : `${folder}/${name}`)
  return (host.files.list(folder) ?? [])
    .map(beside)
    .filter(other => other !== path && host.files.inspect(other)?.inode === metadata.inode)
}
