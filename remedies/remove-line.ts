import type { ActionOf } from '../model/index.ts'
import { displayBytes, encodeBytes, fromFact } from '../target/index.ts'
import { lastWayIn } from './administrators.ts'
import type { WritableHost } from './host.ts'
import { applyEdits, type FileEdit, findLine, followed, linesOf, prepareEdits, undoEdits } from './line-edits.ts'
import { protectedFile } from './protected.ts'
import { alreadyDone, changedSince, type Readiness, type Remedy, ready, refused } from './remedy.ts'

/** Takes one line out of a file and keeps every other byte. */
export const removeLine: Remedy<'remove-line', FileEdit> = {
  kind: 'remove-line',
  undoable: true,
  needsLive: false,
  async check(action, host) {
    const found = locate(action, host)
    if (found.state !== 'ready') return found
    return lastWayIn(fromFact(action.path, action.pathBytes), textOf(action), host) ?? ready
  },
  prepare: (action, host) => prepareEdits(fromFact(action.path, action.pathBytes), [wantedOf(action, host)], host),
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
  if (replaced) return alreadyDone
  return action.kind === 'remove-line' && bytes.length === 0
    ? alreadyDone
    : changedSince(`no line of ${displayBytes(path)} has this text any more`)
}

function wantedOf(action: LineAction, host: WritableHost): { line: number; text: string } {
  const path = fromFact(action.path, action.pathBytes)
  return { line: action.line - host.step.linesGoneBefore(path, action.line), text: textOf(action) }
}

function textOf(action: LineAction): string {
  return fromFact(action.text, action.textBytes)
}
