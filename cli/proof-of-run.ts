import { join } from 'node:path'
import { z } from 'zod'
import { describeFact, keyOf, proofOf } from '../engine/index.ts'
import { type Gap, type Incident, incident, type Plan, type Proof, type Run } from '../model/index.ts'
import { runFolder } from '../remedies/index.ts'
import { fromFact } from '../target/index.ts'
import { isContentUnread } from './content-gaps.ts'
import type { Context } from './context.ts'
import { type LookOptions, lookAt, openTarget } from './look.ts'
import { watchForReturn } from './respawn-watch.ts'
import { allScans } from './state/saved-scan.ts'
import { readOptional, reasonOf, writeState } from './state/state-files.ts'

/** What a run was against, kept beside its journal: `prove` looks for exactly this. */
const beforeRun = z.object({
  format: z.literal('davylamp-before'),
  version: z.literal(1),
  incidents: z.array(incident),
  advice: z.array(z.object({ text: z.string(), command: z.string().optional() })),
})
export type BeforeRun = z.infer<typeof beforeRun>

/** The run is over: that this cannot be written is told, and does not keep it from being proven. */
export function keepBefore(
  { state, notes }: Context,
  run: string,
  plan: Plan,
  incidents: readonly Incident[],
): BeforeRun {
  const chosen = incidents.filter(one => plan.incidents.includes(one.id))
  const before: BeforeRun = { format: 'davylamp-before', version: 1, incidents: chosen, advice: plan.advice }
  try {
    writeState(join(runFolder(state, run), 'before.json'), before)
  } catch (error) {
    notes.text(
      `What run ${run} was against could not be kept (${reasonOf(error)}): a later prove goes by the last scan.`,
    )
  }
  return before
}

/** For a run that was cut off before it could keep this, the scan that it came from serves. */
export function readBefore(state: string, run: Run): BeforeRun {
  try {
    const text = readOptional(join(runFolder(state, run.id), 'before.json'))
    if (text !== undefined) return beforeRun.parse(JSON.parse(text))
  } catch {
    // Cut by a crash.
  }
  const saved = allScans(state).find(one => run.incidents.some(id => one.scan.incidents.some(two => two.id === id)))
  const incidents = (saved?.scan.incidents ?? []).filter(one => run.incidents.includes(one.id))
  return { format: 'davylamp-before', version: 1, incidents, advice: saved?.plan.advice ?? [] }
}

export interface ProofOptions {
  readonly watchSeconds: number
  readonly look: LookOptions
  readonly laterLooks: Proof['laterLooks']
}

/** Watches, looks again with new eyes, and keeps the proof beside the journal. */
export async function proveRun(run: Run, before: BeforeRun, options: ProofOptions, context: Context): Promise<Proof> {
  const respawned = await watch(run, before, options, context)
  const again = { ...options.look, ...(run.live ? {} : { root: run.root }), save: false }
  const there = stillThere(run, before)
  // What only a full scan met: nothing points at it, and a quick look would not meet it again.
  const alone = there.filter(fact => fact.seenAs.includes('content'))
  const paths = alone.map(fact => fromFact(fact.path, fact.pathBytes))
  const look = await lookAt({ ...again, path: [...(again.path ?? []), ...paths] }, context)
  look.close()
  const { gaps } = look.scan
  // On a tree nothing runs that could hide something or come back.
  const blinding = look.live ? gaps : gaps.filter(one => one.why !== needsRunningSystem)
  const proof = proofOf({
    run,
    before: before.incidents,
    after: look.assessment,
    gaps: blinding,
    unread: new Set(isContentUnread(gaps) ? there.map(keyOf) : []),
    respawned,
    watchedSeconds: options.watchSeconds,
    at: new Date().toISOString(),
    laterLooks: options.laterLooks,
  })
  const whole = withSuspects({ ...proof, gaps: [...gaps] satisfies Gap[] }, look.assessment.incidents, before)
  return { ...whole, gaps: [...whole.gaps, ...kept(join(runFolder(context.state, run.id), 'proof.json'), whole)] }
}

/** Writes a proof. That it cannot be written is told in the one that is shown. */
function kept(path: string, proof: Proof): Gap[] {
  try {
    writeState(path, proof)
    return []
  } catch (error) {
    return [{ what: 'state folder', why: `this proof was not kept: ${reasonOf(error)}`, path }]
  }
}

/** Files in which content rules found something, and that are where they were. */
function stillThere(run: Run, { incidents }: BeforeRun) {
  const { target, close } = openTarget(run.live ? undefined : run.root)
  try {
    const files = incidents.flatMap(one => one.members.flatMap(fact => (fact.kind === 'file' ? [fact] : [])))
    const found = files.filter(fact => fact.type === 'file' && (fact.matches ?? []).length > 0)
    return found.filter(fact => target.files.lstat(fromFact(fact.path, fact.pathBytes))?.type === 'file')
  } finally {
    close()
  }
}

const needsRunningSystem = 'needs a running system'

async function watch(run: Run, before: BeforeRun, { watchSeconds }: ProofOptions, context: Context): Promise<string[]> {
  if (watchSeconds === 0) return []
  const { target, close } = openTarget(run.live ? undefined : run.root)
  try {
    return await watchForReturn(target, run, before.incidents, watchSeconds, (left, back) =>
      context.progress.show(
        `watching for ${left} more seconds: ${back === 0 ? 'nothing came back' : `${back} came back`}`,
      ),
    )
  } finally {
    close()
    context.progress.clear()
  }
}

/** What is only suspected was not acted on and is still there; and what a person has to do stays to be done. */
function withSuspects(proof: Proof, after: readonly Incident[], before: BeforeRun): Proof {
  const suspects = after.filter(one => one.verdict === 'suspected')
  const told = new Set(proof.remains.map(one => one.advice))
  const remains = [
    ...proof.remains,
    ...suspects.map(one => ({
      what: `suspected: ${one.title}`,
      why: one.members.slice(0, 3).map(describeFact).join(', '),
      advice: `Decide with: explain ${one.id.slice(0, 8)}. Remove it with: clean --include suspected. Or allow it with: allow add`,
    })),
    ...before.advice
      .filter(one => !told.has(one.text))
      .map(one => ({ what: 'to do', why: one.text, advice: one.command ?? '' })),
  ]
  return { ...proof, remains, result: proof.result === 'clean' && suspects.length > 0 ? 'left' : proof.result }
}
