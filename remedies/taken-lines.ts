import { fromFact } from '../target/index.ts'
import type { RemovedAccount } from './accounts.ts'
import { type FileEdit, type LineEdit, linesLost } from './line-edits.ts'
import type { RunRecord } from './run-record.ts'

/** How many lines before this one the run has taken out of the file so far. */
export function linesGoneBefore(record: RunRecord, path: string, line: number): number {
  return lineEditsOf(record)
    .filter(({ path: its, named }) => (its === path || named?.path === path) && (named?.line ?? line) < line)
    .reduce((sum, { edit }) => sum + linesLost(edit), 0)
}

interface TakenLines {
  readonly path: string
  readonly edit: LineEdit
  readonly named: { readonly path: string; readonly line: number } | undefined
}

/** Whether the run has taken these lines out of the file. */
export function tookLine(record: RunRecord, path: string, text: string): boolean {
  return lineEditsOf(record).some(one => one.path === path && one.edit.text === text)
}

/** Every line that the run took out so far, in the file where it lay (`named`: as its action calls it). */
function lineEditsOf(record: RunRecord): TakenLines[] {
  return record.tasks.flatMap(({ action, outcome, undo }): TakenLines[] => {
    if (outcome !== 'done' || undo === undefined) return []
    if (action.kind === 'remove-line') {
      const { path, edits } = undo.data as FileEdit
      return edits.map(edit => ({
        path,
        edit,
        named: { path: fromFact(action.path, action.pathBytes), line: action.line },
      }))
    }
    if (action.kind !== 'remove-account') return []
    const { edits } = undo.data as RemovedAccount
    return edits.flatMap(({ path, edits: its }) => its.map(edit => ({ path, edit, named: undefined })))
  })
}
