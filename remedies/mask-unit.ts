import type { ActionOf } from '../model/index.ts'
import type { Metadata } from './host-files.ts'
import { markOf, type WritableHost } from './host.ts'
import { alreadyDone, changedSince, type Remedy, ready, refused } from './remedy.ts'
import { managerOf, reload, validUnitName } from './systemd.ts'

interface Masked {
  readonly link: string
  /** The control directory was not there. */
  readonly madeFolder: boolean
}

/**
 * Keeps a unit from starting until the next boot: a link to /dev/null in the control directory, which comes before all
 * others, so that the unit's file need not be touched. A running unit is not stopped: it may be frozen.
 */
export const maskUnit: Remedy<'mask-unit', Masked> = {
  kind: 'mask-unit',
  undoable: true,
  needsLive: true,
  async check(action, host) {
    const link = linkOf(action, host)
    if (link === undefined) return refused(`${action.name} names no unit here`)
    const now = host.files.inspect(link)
    if (now === undefined) return ready
    const masks = now.type === 'symlink' && host.files.readLink(link) === '/dev/null'
    return masks ? alreadyDone : changedSince(`${link} is there already`)
  },
  async prepare(action, host) {
    const link = linkOf(action, host) ?? ''
    return { link, madeFolder: host.files.inspect(folderOf(link)) === undefined }
  },
  async apply(action, { link }, host) {
    if (host.files.inspect(link) === undefined) {
      host.files.makeDirectories(folderOf(link))
      await host.files.create(link, { type: 'symlink', target: '/dev/null' }, linkMetadata(), markOf(host.step))
    }
    await reloadFor(action, host)
    return undefined
  },
  async undo(action, { link, madeFolder }, host) {
    const now = host.files.inspect(link)
    if (now !== undefined) {
      if (host.files.readLink(link) !== '/dev/null') return { changedSince: `${link} is another link now` }
      host.files.unlink(link)
    }
    const folder = folderOf(link)
    if (madeFolder && host.files.list(folder)?.length === 0) host.files.removeDirectory(folder)
    await reloadFor(action, host)
    return 'undone'
  },
}

function linkOf({ name, user }: ActionOf<'mask-unit'>, host: WritableHost): string | undefined {
  const manager = managerOf(user, host)
  return manager === undefined || !validUnitName(name) ? undefined : `${manager.control}/${name}`
}

function folderOf(link: string): string {
  return link.slice(0, link.lastIndexOf('/'))
}

async function reloadFor({ user }: ActionOf<'mask-unit'>, host: WritableHost): Promise<void> {
  const manager = managerOf(user, host)
  if (manager !== undefined) await reload(manager, host)
}

function linkMetadata(): Metadata {
  const now = `${BigInt(Date.now()) * 1_000_000n}`
  return {
    type: 'symlink',
    size: 0,
    uid: 0,
    gid: 0,
    mode: 0o777,
    accessedNs: now,
    modifiedNs: now,
    inode: '0',
    device: '0',
    linkCount: 1,
    flags: 0,
    attributes: [],
  }
}
