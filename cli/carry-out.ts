import type { ActionState, Run } from '../model/index.ts'
import { openHost, type WritableHost } from '../remedies/index.ts'
import type { Context } from './context.ts'
import { exitCodes } from './exit-codes.ts'
import type { Look } from './look.ts'
import { describeAction } from './print/action.ts'
import { packageOwned } from './package-owned.ts'
import { type OrderBounds, programFor } from './order-bounds.ts'
import { calledAs } from './program-name.ts'

/** What a run is told, besides its plan. */
export interface Told {
  readonly program: string
  readonly onStep: (state: ActionState, of: number) => void
}

/** Opens the host that was looked at for changes, and lets a run work on it. */
export async function withWritableHost(
  look: Look,
  context: Context,
  work: (host: WritableHost, told: Told) => Promise<Run>,
  bounds: OrderBounds = {},
): Promise<Run> {
  const host = openHost({
    root: look.root,
    live: look.live,
    state: context.state,
    ownedUnmodified: ownedFiles(look),
    centers: bounds.neverBlock ?? [],
  })
  const letGo = holdSignals(context)
  let begun = false
  try {
    return await work(host, {
      program: programFor(bounds),
      onStep: (state, of) => {
        begun = true
        context.progress.show(`${state.number} of ${of}: ${describeAction(state.action)}`)
      },
    })
  } catch (error) {
    if (begun) tellStopped(context)
    throw error
  } finally {
    letGo()
    context.progress.clear()
    host.close()
  }
}

/** Files that a package owns and that are as it installed them. */
function ownedFiles({ assessment, target }: Look): (path: string) => boolean {
  const { world } = assessment
  const owned = packageOwned(target)
  return path => {
    const file = world.file(path)
    if (file === undefined) return owned(path)
    // What a link leads to says nothing about the link.
    const ownership = file?.type === 'symlink' ? undefined : file?.ownership
    return ownership === 'owned' || ownership === 'verified'
  }
}

/** A lost terminal must not stop a run in the middle; Ctrl-C may, and the journal knows how to go on. */
function holdSignals(context: Context): () => void {
  const ignore = () => {}
  const stop = () => {
    tellStopped(context)
    process.exit(exitCodes.left)
  }
  process.on('SIGHUP', ignore).on('SIGINT', stop).on('SIGTERM', stop)
  return () => void process.off('SIGHUP', ignore).off('SIGINT', stop).off('SIGTERM', stop)
}

function tellStopped({ progress, notes }: Context): void {
  progress.clear()
  notes.text(
    `Stopped in the middle. Go on with: ${calledAs} resume – or take back what was done with: ${calledAs} undo`,
  )
}
