import type { Gap, IdentifiedFact, Incident, Proof, Run } from '../model/index.ts'
import { keysInQuestion } from './keys-in-question.ts'
import { mechanismWords } from './mechanism-words.ts'
import { offlineScanFor, offlineSteps } from './offline-scan.ts'
import type { Assessment } from './scan.ts'
import { containerIdOf } from './world.ts'

/** What a re-check has in hand: the incidents that were cleaned, the run, and what was seen afterwards. */
export interface AfterRun {
  readonly run: Run
  readonly before: readonly Incident[]
  readonly after: Assessment
  readonly gaps: readonly Gap[]
  /** Files that are still where they were, and whose contents could not be read again (`keyOf`). */
  readonly unread?: ReadonlySet<string>
  /** Ids of facts that were gone right after the run and came back during the watch. */
  readonly respawned: readonly string[]
  readonly watchedSeconds: number
  readonly at: string
  readonly laterLooks: Proof['laterLooks']
}

/** A proof names what was looked at, what is gone and what remains. It never says clean about what it could not see. */
export function proofOf(input: AfterRun): Proof {
  const present = new Set([...input.after.world.facts.map(keyOf), ...(input.unread ?? [])])
  const members = input.before.flatMap(one => one.members)
  const checked = uniqueBy(
    members.filter(one => isRemovable(one)),
    keyOf,
  ).map(member => checkOf(member, present, input))
  const remains = remainsOf(input, checked)
  const rebuild = uniqueStrings(input.before.flatMap(one => one.rebuildAdvised))
  const keys = keysInQuestion(members, input.after.world).filter(one => one.unexplained)
  const left = checked.some(one => !one.gone) || input.respawned.length > 0 || stillConfirmed(input) || keys.length > 0
  const blind = input.gaps.some(one => blinding.has(one.what))
  const offline = offlineScanFor(input.after.judged.map(one => one.finding))
  return {
    format: 'davylamp-proof',
    version: 1,
    run: input.run.id,
    at: input.at,
    result: rebuild.length > 0 ? 'rebuild-advised' : left ? 'left' : blind || offline ? 'unproven' : 'clean',
    checked,
    respawned: [...input.respawned],
    watchedSeconds: input.watchedSeconds,
    remains: [
      ...rebuild.map(rebuildAdvice),
      ...(offline?.because ?? []).map(why => ({ what: 'the kernel may hide something', why, advice: offlineSteps })),
      ...keys.map(({ path, text }) => ({
        what: `login keys in ${path}`,
        why: "one may be the intruder's way back: remove it, or allow what is yours with allow add --fingerprint",
        advice: text,
      })),
      ...remains,
    ],
    gaps: [...input.gaps],
    laterLooks: input.laterLooks,
  }
}

/** Gaps that leave open whether something is gone. */
const blinding: ReadonlySet<string> = new Set(['processes', 'autostarts', 'contents of files', '/'])

/** The order for a host whose own programs cannot be believed. */
export const rebuildSteps =
  'Snapshot the disks; re-initialise the system disk; make a disk from the snapshot; attach it to another machine and scan it with --root; then attach the data disks again.'

function rebuildAdvice(why: string): Proof['remains'][number] {
  return { what: 'this host cannot be trusted', why, advice: rebuildSteps }
}

/** Names one thing so that the same thing is found again: a process by pid and start, all else by its id. */
export function keyOf(fact: IdentifiedFact): string {
  if (fact.kind === 'process') return `process ${fact.pid} ${fact.startTime}`
  if (fact.kind === 'socket') return `socket ${fact.inode}`
  if (fact.kind === 'command-integrity') return `command ${fact.path} ${fact.state}`
  return `${fact.kind} ${fact.id}`
}

function isRemovable(fact: IdentifiedFact): boolean {
  return fact.kind !== 'socket' && fact.kind !== 'listener' && fact.kind !== 'log-entry' && fact.kind !== 'package'
}

function checkOf(fact: IdentifiedFact, present: ReadonlySet<string>, input: AfterRun): Proof['checked'][number] {
  const gone = !present.has(keyOf(fact)) || isDisarmed(fact, input.run) || isMended(fact, input)
  return { what: describeFact(fact), gone, how: howSeen(fact), detail: gone ? undefined : 'it is still there' }
}

/** An account that was locked and a setting whose flags were cleared stay where they are, without their harm. */
function isDisarmed(fact: IdentifiedFact, run: Run): boolean {
  const done = run.actions.filter(one => one.outcome === 'done' || one.outcome === 'already-done')
  if (fact.kind === 'account')
    return done.some(one => one.action.kind === 'lock-account' && one.action.name === fact.name)
  if (fact.kind === 'container')
    return done.some(one => one.action.kind === 'stop-container' && one.action.id === containerIdOf(fact))
  return false
}

/** A page of which only lines were taken stays; when it was looked into again, nothing was found. */
function isMended(fact: IdentifiedFact, { run, after, unread }: AfterRun): boolean {
  if (fact.kind !== 'file' || fact.injected === undefined || unread?.has(keyOf(fact)) === true) return false
  const edited = run.actions.filter(
    ({ action }) =>
      (action.kind === 'remove-line' || action.kind === 'replace-line') &&
      (action.pathBytes ?? action.path) === (fact.pathBytes ?? fact.path),
  )
  const now = after.world.file(fact.path)
  return (
    edited.length > 0 &&
    edited.every(one => one.outcome === 'done' || one.outcome === 'already-done') &&
    (now?.matches ?? []).length === 0
  )
}

function remainsOf(input: AfterRun, checked: Proof['checked']): Proof['remains'] {
  const remains: Proof['remains'] = []
  for (const one of checked)
    if (!one.gone)
      remains.push({
        what: one.what,
        why: 'still there after the run',
        advice: 'Read the journal for the reason, then run clean again.',
      })
  for (const one of input.run.actions)
    if (one.outcome === 'failed' || one.outcome === 'changed-since')
      remains.push({
        what: `action ${one.number} (${one.action.kind})`,
        why: one.detail ?? one.outcome,
        advice: 'Run clean again: it looks anew and plans from what is there now.',
      })
  for (const id of input.respawned)
    remains.push({
      what: id,
      why: 'came back during the watch',
      advice: 'Something still starts it: scan again with --observe 60s.',
    })
  for (const incident of input.before)
    for (const way of incident.entryPoints)
      remains.push({
        what: way.what === 'unknown' ? 'way in not known' : `way in: ${way.what}`,
        why: way.because,
        advice: way.advice,
      })
  return remains
}

function stillConfirmed(input: AfterRun): boolean {
  return input.after.incidents.some(one => one.verdict === 'confirmed')
}

/** One line that names a fact for a person. */
export function describeFact(fact: IdentifiedFact): string {
  switch (fact.kind) {
    case 'process':
      return `process ${fact.pid} ${fact.path ?? fact.name}`
    case 'autostart':
      return `${mechanismWords(fact.mechanism)} ${fact.path}${fact.line === undefined ? '' : `:${fact.line}`}${fact.name === undefined ? '' : ` (${fact.name})`}`
    case 'login-key':
      return `login key ${fact.path}:${fact.line} ${fact.comment || fact.fingerprint}`
    case 'account':
      return `account ${fact.name}`
    case 'preload':
      return `preload ${fact.path} ${fact.library}`
    case 'kernel-module':
      return `kernel module ${fact.name}`
    case 'bpf-program':
      return `BPF program ${fact.programId} ${fact.name}`.trim()
    case 'kernel-hook':
      return `${fact.way} hook of ${fact.by}`
    case 'container':
      return `container ${fact.name} (${fact.image})`
    case 'socket':
      return `connection to ${fact.address}:${fact.port}`
    default:
      return 'path' in fact && fact.path !== undefined
        ? `${fact.kind} ${fact.path}${'line' in fact && fact.line !== undefined ? `:${fact.line}` : ''}`
        : fact.kind
  }
}

function howSeen(fact: IdentifiedFact): string {
  return fact.kind === 'process' ? 'own reading of /proc, by pid and start time' : 'own reading of the file system'
}

function uniqueBy<T>(values: readonly T[], key: (value: T) => string): T[] {
  return [...new Map(values.map(one => [key(one), one])).values()]
}

function uniqueStrings(values: readonly string[]): string[] {
  return [...new Set(values)].sort()
}
