import type { ActionOf } from '../model/index.ts'
import { decodeBytes, displayBytes, encodeBytes, fromFact } from '../target/index.ts'
import { lastWayIn } from './administrators.ts'
import type { WritableHost } from './host.ts'
import { applyEdits, type FileEdit, findLine, linesOf, prepareEdits, undoEdits } from './line-edits.ts'
import { followed } from './followed.ts'
import { protectedFile } from './protected.ts'
import { alreadyDone, changedSince, type Readiness, type Remedy, ready, refused } from './remedy.ts'
import { isShellFile, type ShellRemoval, shellRemoval } from './shell-removal.ts'

/**
 * Takes one line out of a file, with those that continue it, and keeps every other byte. Where a shell script would no longer
 * be one, a line that does nothing is put there instead.
 */
export const removeLine: Remedy<'remove-line', FileEdit> = {
  kind: 'remove-line',
  undoable: true,
  needsLive: false,
  async check(action, host) {
    const found = locate(action, host)
    if (found.state !== 'ready') return found
    const removal = shellRemovalOf(action, host)
    if (typeof removal === 'object' && 'refused' in removal) {
      return refused(`${removal.refused}: without it the script would not run any more, edit ${action.path} by hand`)
    }
    return lastWayIn(fromFact(action.path, action.pathBytes), textOf(action), host) ?? ready
  },
  prepare(action, host) {
    const removal = shellRemovalOf(action, host)
    const replaced = typeof removal === 'object' && 'replacement' in removal
    const wanted = { ...wantedOf(action, host), ...(replaced ? { replacement: removal.replacement } : {}) }
    return prepareEdits(fromFact(action.path, action.pathBytes), [wanted], host)
  },
  async apply(_action, saved, host) {
    await applyEdits(saved, host)
    return undefined
  },
  undo: (_action, saved, host) => undoEdits(saved, host),
}

/** Puts another line in a line's place. */
export const replaceLine: Remedy<'replace-line', FileEdit> = {
  kind: 'replace-line',
  undoable: true,
  needsLive: false,
  async check(action, host) {
    if (/[\n\0]/.test(action.replacement)) return refused('a replacement is one line')
    return locate(action, host)
  },
  prepare(action, host) {
    const wanted = { ...wantedOf(action, host), replacement: action.replacement }
    return prepareEdits(fromFact(action.path, action.pathBytes), [wanted], host)
  },
  async apply(_action, saved, host) {
    await applyEdits(saved, host)
    return undefined
  },
  undo: (_action, saved, host) => undoEdits(saved, host),
}

type LineAction = ActionOf<'remove-line'> | ActionOf<'replace-line'>

function locate(action: LineAction, host: WritableHost): Readiness {
  const given = fromFact(action.path, action.pathBytes)
  const path = followed(given, host)
  if (path === undefined) return action.kind === 'remove-line' ? alreadyDone : changedSince(`${action.path} is gone`)
  const guard = protectedFile(path, host)
  // A file may itself be a mount (resolv.conf in a container): its lines can still be edited in place.
  if (guard !== undefined && !guard.endsWith('is a mount point')) return refused(guard)
  const bytes = host.files.inspect(path)?.type === 'file' ? host.files.read(path) : undefined
  if (bytes === undefined) return changedSince(`${displayBytes(path)} is no regular file`)
  const { line, text } = wantedOf(action, host)
  const at = findLine(linesOf(bytes), line, encodeBytes(text).toString('latin1'))
  if (typeof at === 'number') return ready
  if (at === 'ambiguous')
    return changedSince(`several lines of ${displayBytes(path)} have this text, line ${line} has not`)
  const replaced =
    action.kind === 'replace-line' && linesOf(bytes).includes(Buffer.from(action.replacement).toString('latin1'))
  if (replaced || host.step.tookLine(path, text)) return alreadyDone
  return action.kind === 'remove-line' && bytes.length === 0
    ? alreadyDone
    : changedSince(`no line of ${displayBytes(path)} has this text any more`)
}

function shellRemovalOf(action: ActionOf<'remove-line'>, host: WritableHost): ShellRemoval {
  const path = followed(fromFact(action.path, action.pathBytes), host)
  const text = path === undefined ? undefined : host.files.read(path)?.toString('latin1')
  if (path === undefined || text === undefined || !isShellFile(path, text)) return 'take'
  const wanted = wantedOf(action, host)
  const bytes = encodeBytes(wanted.text).toString('latin1')
  const at = findLine(text.split('\n'), wanted.line, bytes)
  if (typeof at !== 'number') return 'take'
  const removal = shellRemoval(text, at, at + bytes.split('\n').length - 1)
  if (typeof removal === 'string' || !('replacement' in removal)) return removal
  return { replacement: decodeBytes(Buffer.from(removal.replacement, 'latin1')) }
}

function wantedOf(action: LineAction, host: WritableHost): { line: number; text: string } {
  const path = fromFact(action.path, action.pathBytes)
  return { line: action.line - host.step.linesGoneBefore(path, action.line), text: textOf(action) }
}

function textOf(action: LineAction): string {
  return fromFact(action.text, action.textBytes)
}
