import type { ActionOf } from '../model/index.ts'
import { displayBytes, fromFact } from '../target/index.ts'
import type { Metadata } from './host-files.ts'
import { markOf, type WritableHost } from './host.ts'
import { protectedFile } from './protected.ts'
import { alreadyDone, ChangedSince, changedSince, type Remedy, ready, refused, type Undone } from './remedy.ts'
import { keepEntry, loosen, parentOf, putBack, type TakenEntry } from './taken-entry.ts'

interface Restored {
  readonly impostor: TakenEntry | undefined
  /** The original as it lay in its hide-out. */
  readonly original: Metadata
  readonly originalParentFlags: number
}

/** Puts a hidden original back over the impostor, when it is what the package installed. The impostor goes to the vault. */
export const restoreCommand: Remedy<'restore-command', Restored> = {
  kind: 'restore-command',
  undoable: true,
  needsLive: false,
  async check(action, host) {
    const path = fromFact(action.path, action.pathBytes)
    const guard = isInPlace(action) ? undefined : (protectedFile(path, host) ?? protectedFile(action.from, host))
    if (guard !== undefined) return refused(guard)
    if (digest(path, host) === action.fromSha256 && !(isInPlace(action) && isUseless(path, host))) return alreadyDone
    if (digest(action.from, host) !== action.fromSha256) return changedSince(`${action.from} changed or is gone`)
    const [algorithm, recorded] = action.recordedDigest.split(':')
    if (algorithm !== 'md5' && algorithm !== 'sha256')
      return refused(`no digest of a package: ${action.recordedDigest}`)
    if (host.files.digest(action.from, algorithm) !== recorded) {
      return refused(`${action.from} is not what the package installed`)
    }
    const type = host.files.inspect(path)?.type
    if (type === undefined || isInPlace(action)) return ready
    if (action.sha256 === undefined) return changedSince(`${action.path} is there again`)
    return digest(path, host) === action.sha256 ? ready : changedSince(`${action.path} has other content now`)
  },
  async prepare(action, host) {
    const impostor = isInPlace(action) ? undefined : await keepEntry(fromFact(action.path, action.pathBytes), host)
    const original = host.files.inspect(action.from)
    if (original === undefined) throw new ChangedSince(`${action.from} is gone`)
    return { impostor, original, originalParentFlags: host.files.inspect(parentOf(action.from))?.flags ?? 0 }
  },
  async apply(action, saved, host) {
    const path = fromFact(action.path, action.pathBytes)
    if (digest(path, host) !== action.fromSha256) {
      if (digest(action.from, host) !== action.fromSha256) throw new ChangedSince(`${action.from} changed or is gone`)
      const now = digest(path, host)
      if (now !== undefined && now !== saved.impostor?.sha256) throw new ChangedSince(`${action.path} changed`)
      loosen(action.from, host)
      loosen(path, host)
      await move(action.from, path, saved.original, host)
    }
    if (isInPlace(action)) {
      loosen(path, host)
      if (aclOf(saved.original) !== undefined) host.files.removeAttribute(path, aclName)
    }
    const { mode } = saved.original
    host.files.setMode(path, ((mode & 0o111) === 0 ? 0o755 : mode) & ~0o022)
    return undefined
  },
  async undo(action, saved, host) {
    const path = fromFact(action.path, action.pathBytes)
    if (isInPlace(action)) return takeRightsBack(path, action, saved, host)
    if (digest(path, host) === action.fromSha256) {
      if (host.files.inspect(action.from) !== undefined) return { changedSince: `${action.from} is there again` }
      loosen(path, host)
      loosen(action.from, host)
      await move(path, action.from, saved.original, host)
      host.files.setMode(action.from, saved.original.mode)
    } else if (digest(action.from, host) !== action.fromSha256) {
      return { changedSince: `${displayBytes(path)} changed since` }
    }
    if (saved.impostor !== undefined) {
      const result = await putBack(saved.impostor, host)
      if (result !== 'undone') return result
    }
    host.files.setFlags(action.from, saved.original.flags)
    if (saved.originalParentFlags !== 0) host.files.setFlags(parentOf(action.from), saved.originalParentFlags)
    return 'undone'
  },
}

const aclName = 'system.posix_acl_access'

/** The command is where it belongs and as it was installed; only nobody may run it. */
function isInPlace(action: ActionOf<'restore-command'>): boolean {
  return action.from === action.path
}

function isUseless(path: string, host: WritableHost): boolean {
  return ((host.files.inspect(path)?.mode ?? 0) & 0o111) === 0
}

function aclOf(original: Metadata): string | undefined {
  return original.attributes.find(([name]) => name === aclName)?.[1]
}

function takeRightsBack(
  path: string,
  action: ActionOf<'restore-command'>,
  { original, originalParentFlags }: Restored,
  host: WritableHost,
): Undone {
  if (digest(path, host) !== action.fromSha256) return { changedSince: `${displayBytes(path)} changed since` }
  loosen(path, host)
  const acl = aclOf(original)
  if (acl !== undefined) host.files.setAttribute(path, aclName, Buffer.from(acl, 'base64'))
  host.files.setMode(path, original.mode)
  if (original.flags !== 0) host.files.setFlags(path, original.flags)
  if (originalParentFlags !== 0) host.files.setFlags(parentOf(path), originalParentFlags)
  return 'undone'
}

/** By rename(2), which keeps inode, times and attributes; by a copy where another file system lies between. */
async function move(from: string, to: string, metadata: Metadata, host: WritableHost): Promise<void> {
  try {
    host.files.rename(from, to)
  } catch (error) {
    if ((error as { code?: string }).code !== 'EXDEV') throw error
    const bytes = host.files.read(from, 1 << 30)
    if (bytes === undefined) throw new ChangedSince(`${displayBytes(from)} is gone`)
    await host.files.replace(to, bytes, { ...metadata, flags: 0 }, markOf(host.step))
    host.files.unlink(from)
  }
}

function digest(path: string, host: WritableHost): string | undefined {
  return host.files.inspect(path)?.type === 'file' ? host.files.digest(path) : undefined
}
