import type { Decision, ResponseQuestion } from '../../agent/response/index.ts'
import { canonicalHash, type World } from '../../engine/index.ts'
import type { Plan, PlannedAction, ProcessName, ResponseKind } from '../../model/index.ts'

/** An action that is not carried out, and why. */
export interface LeftOut {
  readonly kind: ResponseKind
  readonly action: PlannedAction
  readonly outcome: 'would' | 'refused'
  readonly detail: string
}

export interface AllowedPlan {
  readonly plan: Plan
  /** Which response each action of the plan is; what only makes another one possible has none. */
  readonly kinds: ReadonlyMap<number, ResponseKind>
  readonly left: readonly LeftOut[]
}

/** Asked once for each action, in their order; whoever answers counts what was allowed. */
export type Ask = (question: Omit<ResponseQuestion, 'verdict'>) => Decision

type Freeze = Extract<PlannedAction['action'], { kind: 'freeze-processes' }>
type Spared = NonNullable<Freeze['follow']['spare']>

export interface Surroundings {
  readonly world: World
  /** Every path that an action touches, with the links above it followed too. */
  readonly touched: (action: PlannedAction['action']) => readonly string[]
  readonly ask: Ask
  /** What the owner of the host protects, for processes that appear while others are stopped. */
  readonly spare: Omit<Spared, 'pids'>
  /** The whole incident may be cleaned: each action is part of that, and only what is protected is left out. */
  readonly whole: boolean
}

/** The part of a plan that may be carried out without asking anybody. Pure. */
export function allowedPlan(plan: Plan, { world, touched, ask, spare, whole }: Surroundings): AllowedPlan {
  const left: LeftOut[] = []
  const kinds = new Map<PlannedAction, ResponseKind>()
  for (const one of plan.actions) {
    if (isSupport(one)) continue
    const kind = whole ? 'clean' : kindOf(one, world)
    const { subject, paths, containerNames } = ownerOf(one, world)
    const decision = ask({ kind, subject, paths: [...paths, ...touched(one.action)], containerNames })
    if (decision.may) kinds.set(one, kind)
    else left.push({ kind, action: one, outcome: decision.outcome, detail: decision.detail })
  }
  const killed = [...kinds.keys()].flatMap(({ action }) => (action.kind === 'kill-process' ? [action.process] : []))
  const named = new Set(killed.map(nameOf))
  const living = left.flatMap(({ action: { action } }) => (action.kind === 'kill-process' ? [action.process.pid] : []))
  const chosen = plan.actions.flatMap((one): PlannedAction[] => {
    const { action } = one
    if (action.kind === 'freeze-processes') return frozen(one, action, named, { ...spare, pids: living })
    if (action.kind === 'preserve-process') return named.has(nameOf(action.process)) ? [one] : []
    if (action.kind === 'unmount') return named.size > 0 ? [one] : []
    return kinds.has(one) || isSupport(one) ? [one] : []
  })
  const numbers = needed(chosen, one => kinds.has(one) || !isPreparation(one))
  const kept = chosen.filter(one => numbers.has(one.number))
  const places = new Map(kept.map((one, at) => [one.number, at + 1]))
  const actions = kept.map((one, at) => ({
    ...one,
    number: at + 1,
    dependsOn: one.dependsOn.map(on => places.get(on) ?? on),
  }))
  const { id: _, ...body } = { ...plan, actions }
  const ofNumber = [...kinds].flatMap(([one, kind]) => {
    const at = places.get(one.number)
    return at === undefined ? [] : [[at, kind] as const]
  })
  return { plan: { ...body, id: canonicalHash(body) }, kinds: new Map(ofNumber), left }
}

/** What an action is in the words of `response.may`. */
function kindOf({ action, phase, fact }: PlannedAction, world: World): ResponseKind {
  if (action.kind === 'block-address' || action.kind === 'kill-process') return action.kind
  const about = world.get(fact)?.kind
  if (about === 'autostart' || about === 'preload') return 'disarm-autostart'
  return action.kind === 'quarantine-file' && phase === 'remove' ? 'quarantine-file' : 'clean'
}

/** Takes flags off, or copies, for another action. */
function isPreparation({ action }: PlannedAction): boolean {
  return action.kind === 'clear-attributes' || action.kind === 'preserve-file'
}

/** What goes with an action that was asked about. */
function isSupport(one: PlannedAction): boolean {
  return isPreparation(one) || ['freeze-processes', 'preserve-process', 'unmount'].includes(one.action.kind)
}

/** What is frozen and not ended would stand still for ever. */
function frozen(one: PlannedAction, action: Freeze, killed: ReadonlySet<string>, spare: Spared): PlannedAction[] {
  const processes = action.processes.filter(process => killed.has(nameOf(process)))
  if (processes.length === 0) return []
  const isNeeded = Object.values(spare).some(list => list.length > 0)
  return [{ ...one, action: { ...action, processes, follow: { ...action.follow, ...(isNeeded ? { spare } : {}) } } }]
}

function needed(actions: readonly PlannedAction[], isWanted: (one: PlannedAction) => boolean): ReadonlySet<number> {
  const present = new Set(actions.map(one => one.number))
  const numbers = new Set<number>()
  // What an action depends on stands before it; what depends on something that is left out is left out.
  for (const one of actions) if (!one.dependsOn.every(on => present.has(on))) present.delete(one.number)
  for (const one of actions.toReversed()) {
    if (!present.has(one.number) || !(isWanted(one) || numbers.has(one.number))) continue
    numbers.add(one.number)
    for (const on of one.dependsOn) numbers.add(on)
  }
  return numbers
}

/** Whose the object of an action is, as far as the look knows. */
function ownerOf(
  { action, fact: id }: PlannedAction,
  world: World,
): Pick<Required<ResponseQuestion>, 'subject' | 'paths' | 'containerNames'> {
  if (action.kind === 'stop-container')
    return { subject: { container: action.id }, paths: [], containerNames: [action.name] }
  const named = 'process' in action ? world.process(action.process.pid) : undefined
  const fact = named ?? world.get(id)
  const user = fact !== undefined && 'user' in fact ? fact.user : undefined
  const container = fact !== undefined && 'container' in fact ? fact.container : undefined
  const names = world
    .all('container')
    .filter(one => container !== undefined && (one.containerId ?? one.id).startsWith(container))
    .map(one => one.name)
  return {
    subject: { ...(user === undefined ? {} : { user }), ...(container === undefined ? {} : { container }) },
    paths: fact?.kind === 'process' && fact.script !== undefined ? [fact.script] : [],
    containerNames: names,
  }
}

function nameOf({ pid, startTime }: ProcessName): string {
  return `${pid} ${startTime}`
}
