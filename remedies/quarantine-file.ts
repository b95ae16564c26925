import { displayBytes, fromFact } from '../target/index.ts'
import type { ActionOf } from '../model/index.ts'
import type { WritableHost } from './host.ts'
import { protectedFile } from './protected.ts'
import { alreadyDone, ChangedSince, changedSince, type Readiness, type Remedy, ready, refused } from './remedy.ts'
import { keepEntry, putBack, removeEntry, type TakenEntry } from './taken-entry.ts'

/** Moves a file, link, socket, fifo or empty directory into the vault. A link is taken itself and never followed. */
export const quarantineFile: Remedy<'quarantine-file', TakenEntry> = {
  kind: 'quarantine-file',
  undoable: true,
  needsLive: false,
  async check(action, host) {
    const path = fromFact(action.path, action.pathBytes)
    const guard = protectedFile(path, host)
    if (guard !== undefined) return refused(guard)
    return compare(path, action, host)
  },
  async prepare(action, host) {
    const taken = await keepEntry(fromFact(action.path, action.pathBytes), host)
    if (taken === undefined) throw new ChangedSince(`${action.path} is gone`)
    if (action.sha256 !== undefined && taken.metadata.type === 'file' && taken.sha256 !== action.sha256) {
      throw new ChangedSince(`${action.path} changed while it was kept`)
    }
    return taken
  },
  async apply(_action, saved, host) {
    removeEntry(saved, host)
    return undefined
  },
  undo: (_action, saved, host) => putBack(saved, host),
}

/** Whether what lies at a path is what the plan saw. */
export function compare(path: string, wanted: Expected, host: WritableHost): Readiness {
  const { files } = host
  const shown = displayBytes(path)
  const now = files.inspect(path)
  if (now === undefined) return alreadyDone
  if (now.type === 'device') return refused(`${shown} is a device`)
  if (now.type === 'directory') {
    if (wanted.sha256 !== undefined || wanted.linkTarget !== undefined)
      return changedSince(`${shown} is a directory now`)
    return (files.list(path)?.length ?? 0) === 0 ? ready : changedSince(`${shown} is not empty`)
  }
  if (now.type === 'file') {
    if (wanted.sha256 === undefined) return changedSince(`${shown} is a file and the plan has no digest of it`)
    return files.digest(path) === wanted.sha256 ? ready : changedSince(`${shown} has other content now`)
  }
  if (wanted.sha256 !== undefined) return changedSince(`${shown} is a ${now.type} now`)
  if (now.type !== 'symlink' || wanted.linkTarget === undefined) return ready
  const target = files.readLink(path) ?? ''
  return target === wanted.linkTarget || displayBytes(target) === wanted.linkTarget
    ? ready
    : changedSince(`${shown} leads to ${displayBytes(target)} now`)
}

type Expected = Partial<Pick<ActionOf<'quarantine-file'>, 'sha256' | 'linkTarget'>>
