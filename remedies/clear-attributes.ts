import { appendFlag, immutableFlag } from '../native/write/inode-flags.ts'
import type { ActionOf } from '../model/index.ts'
import { fromFact } from '../target/index.ts'
import type { WritableHost } from './host.ts'
import { protectedFile } from './protected.ts'
import { alreadyDone, changedSince, type Remedy, ready, refused } from './remedy.ts'
import { parentOf } from './taken-entry.ts'

interface Cleared {
  readonly path: string
  readonly flags: number
  readonly parentFlags: number
  readonly mode: number
  /** Base64 of system.posix_acl_access. */
  readonly acl?: string
}

const aclName = 'system.posix_acl_access'

/**
 * Takes off immutable and append flags by ioctl, and an access ACL, so that the file can be handled; the directory's flags
 * too, for in an immutable directory nothing can be removed.
 */
export const clearAttributes: Remedy<'clear-attributes', Cleared> = {
  kind: 'clear-attributes',
  undoable: true,
  needsLive: false,
  async check(action, host) {
    const path = pathOf(action)
    const guard = protectedFile(path, host)
    if (guard !== undefined && !guard.endsWith('is a mount point')) return refused(guard)
    const now = host.files.inspect(path)
    if (now === undefined) return changedSince(`${action.path} is gone`)
    if (now.type !== 'file' && now.type !== 'directory') return changedSince(`${action.path} is a ${now.type} now`)
    const hasAcl = action.acl && now.attributes.some(([name]) => name === aclName)
    const parentFlags = host.files.inspect(parentOf(path))?.flags ?? 0
    return ((now.flags | parentFlags) & maskOf(action)) !== 0 || hasAcl ? ready : alreadyDone
  },
  async prepare(action, host) {
    const path = pathOf(action)
    const now = host.files.inspect(path)
    const acl = action.acl ? now?.attributes.find(([name]) => name === aclName)?.[1] : undefined
    return {
      path,
      flags: now?.flags ?? 0,
      parentFlags: host.files.inspect(parentOf(path))?.flags ?? 0,
      mode: now?.mode ?? 0,
      ...(acl === undefined ? {} : { acl }),
    }
  },
  async apply(action, saved, host) {
    const mask = maskOf(action)
    takeOff(saved.path, mask, host)
    takeOff(parentOf(saved.path), mask, host)
    if (saved.acl !== undefined) host.files.removeAttribute(saved.path, aclName)
    return undefined
  },
  async undo(action, saved, host) {
    const now = host.files.inspect(saved.path)
    if (now === undefined) return { changedSince: `${action.path} is gone` }
    if (saved.acl !== undefined) {
      host.files.setAttribute(saved.path, aclName, Buffer.from(saved.acl, 'base64'))
      host.files.setMode(saved.path, saved.mode)
    }
    const mask = maskOf(action)
    if ((saved.flags & mask) !== 0) host.files.setFlags(saved.path, now.flags | (saved.flags & mask))
    const parentFlags = host.files.inspect(parentOf(saved.path))?.flags ?? 0
    if ((saved.parentFlags & mask) !== 0) {
      host.files.setFlags(parentOf(saved.path), parentFlags | (saved.parentFlags & mask))
    }
    return 'undone'
  },
}

function takeOff(path: string, mask: number, host: WritableHost): void {
  const flags = host.files.inspect(path)?.flags ?? 0
  if ((flags & mask) !== 0) host.files.setFlags(path, flags & ~mask)
}

function maskOf(action: ActionOf<'clear-attributes'>): number {
  return (action.flags.includes('immutable') ? immutableFlag : 0) | (action.flags.includes('append') ? appendFlag : 0)
}

function pathOf(action: ActionOf<'clear-attributes'>): string {
  return fromFact(action.path, action.pathBytes)
}
