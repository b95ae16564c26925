import { existsSync } from 'node:fs'
import type { Run } from '../model/index.ts'
import { openHost, previewUndo, undoRun } from '../remedies/index.ts'
import { agreed, canAsk } from './ask.ts'
import { CommandError } from './command-error.ts'
import type { Context } from './context.ts'
import { type ExitCode, exitCodes } from './exit-codes.ts'
import { findRun } from './find-run.ts'
import { removeLooks } from './later-looks.ts'
import { describeAction } from './print/action.ts'
import { styled } from './print/page.ts'
import { outcomeWord, stateWord } from './print/run.ts'
import { count } from './print/verdict.ts'
import { brokenByPlan, refuse } from './order-bounds.ts'
import { packageOwned } from './package-owned.ts'
import { calledAs } from './program-name.ts'
import { requireRoot, requireWritableState } from './state/permission.ts'

export interface UndoCommandOptions {
  readonly action?: number
  readonly yes?: boolean
  readonly root?: string
  readonly neverTouch?: readonly string[]
}

/** Takes back a run or one action of it, last first. */
export async function undoCommand(options: UndoCommandOptions, context: Context, id?: string): Promise<ExitCode> {
  const run = findRun(context.state, { id, root: options.root }, one => one.state !== 'undone')
  const preview = previewOf(run, options.action, context)
  if (preview.actions.length === 0) {
    if (context.json) context.print(run)
    else context.page.text(`There is nothing to take back in run ${run.id}.`)
    return exitCodes.fine
  }
  const broken = await brokenByPlan(preview, options, run.live ? '/' : run.root)
  if (broken !== undefined) return refuse(broken, context)
  if (options.yes !== true) {
    showPreview(run, preview, context)
    if (!canAsk() || context.json) {
      context.notes.text(`Nothing was changed. To do it: ${calledAs} undo ${run.id} --yes`)
      return exitCodes.left
    }
    if (!(await agreed('Take this back?'))) return exitCodes.left
  }
  if (run.live) requireRoot('undo')
  requireWritableState(context.state)
  const after = await takeBack(run, options.action, context)
  if (context.json) context.print(after)
  else showResult(after, preview, context)
  const wanted = new Set(preview.actions.map(one => one.number))
  const left = after.actions.filter(one => wanted.has(one.number) && one.outcome !== 'undone')
  return left.length === 0 ? exitCodes.fine : exitCodes.left
}

type Preview = ReturnType<typeof previewUndo>

function previewOf(run: Run, action: number | undefined, context: Context): Preview {
  if (action !== undefined && !run.actions.some(one => one.number === action))
    throw new CommandError(`run ${run.id} has no action ${action}: ${calledAs} runs ${run.id} lists them`)
  if (!existsSync(run.root))
    throw new CommandError(`${run.root}, which this run changed, is not there. Mount it again first.`)
  return previewUndo(context.state, run.id, action)
}

async function takeBack(run: Run, action: number | undefined, context: Context): Promise<Run> {
  if (action === undefined && run.live) await removeLooks(run, context)
  const owned = run.live ? { ownedUnmodified: packageOwned() } : {}
  const host = openHost({ root: run.root, live: run.live, state: context.state, ...owned })
  try {
    const { run: after } = await undoRun(run.id, host, {
      ...(action === undefined ? {} : { action }),
      onStep: (state, of) => context.progress.show(`of ${of}: ${state.number} ${describeAction(state.action)}`),
    })
    return after
  } finally {
    context.progress.clear()
    host.close()
  }
}

function showPreview(run: Run, preview: Preview, context: Context): void {
  if (context.json) return
  const { page } = context
  page.text(`${styled('UNDO', 'strong')} – ${count(preview.actions.length, 'action')} of run ${run.id}, last first`)
  page.line()
  for (const one of preview.actions) page.text(describeAction(one.action), 2, `${String(one.number).padStart(3)}  `)
  if (preview.warnings.length === 0) return
  page.heading('What this lets happen again')
  for (const one of preview.warnings) page.text(one, 2, '- ')
  page.line()
}

function showResult(run: Run, preview: Preview, context: Context): void {
  const { page } = context
  const undone = run.actions.filter(one => preview.actions.some(two => two.number === one.number))
  const back = undone.filter(one => one.outcome === 'undone').length
  page.text(`${stateWord(run.state)} – ${back} of ${count(undone.length, 'action')} taken back`)
  for (const one of undone.filter(two => two.outcome !== 'undone'))
    page.text(
      `${describeAction(one.action)}${one.detail === undefined ? '' : ` – ${one.detail}`}`,
      2,
      `${String(one.number).padStart(3)}  ${outcomeWord(one)}`,
    )
  const final = run.actions.filter(one => !one.undoable && one.outcome === 'done').length
  if (final > 0) page.text(`${count(final, 'action')} could not be taken back: killed processes stay dead.`)
}
