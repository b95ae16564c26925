import type { IdentifiedFact, Incident, Plan, PlannedAction } from '../model/index.ts'
import type { Handling } from '../model/wire/index.ts'
import { canonicalHash } from './canonical.ts'
import type { Judged } from './judge.ts'
import { mechanismWords } from './mechanism-words.ts'
import { nameOf, planFor } from './plan.ts'
import { keyOf } from './proof.ts'
import type { PlanOptions } from './wanted.ts'
import { containerIdOf, type Known, type World } from './world.ts'

/** How much of an incident is handled: the words of `model/wire/order.ts`, and optionally one finding of it alone. */
export interface HandlingChoice {
  readonly handling: Handling
  /** Id of a finding; then only what that finding is about. */
  readonly finding?: string | undefined
}

/**
 * The plan for a handling of incidents. `in-depth` without a finding is the whole plan, byte for byte. What a smaller
 * handling leaves is in the advice. Pure: the same facts give the same bytes.
 */
export function handledPlan(
  incidents: readonly Incident[],
  world: World,
  judged: readonly Judged[],
  choice: HandlingChoice,
  options: PlanOptions,
): Plan {
  if (choice.handling === 'in-depth' && choice.finding === undefined) return planFor(incidents, world, judged, options)
  const parts = incidents
    .map(incident => narrowed(incident, judged, choice))
    .filter(incident => incident.members.length > 0)
  const plan = planFor(parts, world, judged, options)
  const actions = withDependencies(plan.actions, one => isOf(choice.handling, one))
  const left = incidents.flatMap(incident => whatIsLeft(incident, parts))
  // An incident of which nothing is acted on is still what the plan is about.
  const about = incidents.map(one => one.id)
  const { id: _, ...body } = { ...plan, incidents: about, actions, advice: [...plan.advice, ...left] }
  return { ...body, id: canonicalHash(body) }
}

/** The incident with those members only that a handling acts on; everything else of it stays as it is. */
export function narrowed(incident: Incident, judged: readonly Judged[], choice: HandlingChoice): Incident {
  const focus = choice.finding === undefined ? incident.members : aboutFinding(incident, judged, choice.finding)
  const wanted = choice.handling === 'in-depth' ? withStarters(focus, incident) : ofProcesses(focus, incident, choice)
  const keys = new Set(wanted.map(keyOf))
  return { ...incident, members: incident.members.filter(one => keys.has(keyOf(one))) }
}

/** What the fact of a finding is, with the processes that run it or that it is of. */
function aboutFinding(incident: Incident, judged: readonly Judged[], id: string): readonly IdentifiedFact[] {
  const finding = judged.find(one => one.finding.id === id)?.finding
  if (finding === undefined || !incident.findings.includes(id)) return []
  const named = new Set([finding.fact.id, finding.linked?.id])
  const direct = incident.members.filter(one => named.has(one.id))
  const files = filesOf(direct, incident)
  const running = processesOf(incident).filter(
    one =>
      files.some(file => runs(one, file.path)) ||
      direct.some(fact => (fact.kind === 'socket' || fact.kind === 'mount') && fact.pid === one.pid),
  )
  return [...direct, ...files, ...running]
}

/** Processes, what hides them from us, and for `terminate-and-quarantine` their files and what would start them again. */
function ofProcesses(
  focus: readonly IdentifiedFact[],
  incident: Incident,
  { handling, finding }: HandlingChoice,
): readonly IdentifiedFact[] {
  const processes = focus.filter(isProcess)
  const covers = incident.members.filter(
    one => one.kind === 'mount' && one.covers === 'process' && processes.some(it => it.pid === one.pid),
  )
  if (handling === 'terminate') return [...processes, ...covers]
  const sources = incident.members.filter(
    (one): one is Known<'file'> => one.kind === 'file' && processes.some(it => runs(it, one.path)),
  )
  // The file of a finding is a source file although nothing runs it at the moment.
  const accused = finding === undefined ? [] : focus.filter(one => one.kind === 'file')
  return withStarters([...processes, ...covers, ...sources, ...accused], incident)
}

/** With what would start one of these again, and other processes of the same programs. */
function withStarters(chosen: readonly IdentifiedFact[], incident: Incident): readonly IdentifiedFact[] {
  const paths = new Set(
    chosen.flatMap(one =>
      one.kind === 'file' ? [one.path] : one.kind === 'process' ? [one.path, one.script].filter(isText) : [],
    ),
  )
  const starters = incident.members.filter(
    one =>
      (one.kind === 'autostart' && (one.targets.some(path => paths.has(path)) || paths.has(one.path))) ||
      (one.kind === 'container' && chosen.some(it => it.kind === 'process' && it.container === containerIdOf(one))),
  )
  const units = incident.members.filter(
    one => one.kind === 'autostart' && one.name !== undefined && starters.some(it => startsTogether(it, one)),
  )
  const again = processesOf(incident).filter(one => chosen.some(it => it.kind === 'file' && runs(one, it.path)))
  return [...chosen, ...starters, ...units, ...again]
}

/** A timer or path unit goes with the service of its name; so do further lines of one file of a unit. */
function startsTogether(starter: IdentifiedFact, other: Known<'autostart'>): boolean {
  if (starter.kind !== 'autostart' || !starter.mechanism.startsWith('systemd-')) return false
  if (!other.mechanism.startsWith('systemd-')) return false
  const stem = (name: string | undefined) => name?.replace(/\.[a-z]+$/, '')
  return starter.path === other.path || (starter.name !== undefined && stem(starter.name) === stem(other.name))
}

function filesOf(facts: readonly IdentifiedFact[], incident: Incident): Known<'file'>[] {
  const paths = new Set(
    facts.flatMap(one => {
      if (one.kind === 'process') return [one.path, one.script].filter(isText)
      if (one.kind === 'autostart' || one.kind === 'preload') return one.targets
      return one.kind === 'file' ? [one.path] : []
    }),
  )
  return incident.members.filter((one): one is Known<'file'> => one.kind === 'file' && paths.has(one.path))
}

function runs(one: Known<'process'>, path: string): boolean {
  return one.path === path || one.script === path
}

function processesOf(incident: Incident): Known<'process'>[] {
  return incident.members.filter(isProcess)
}

function isProcess(fact: IdentifiedFact): fact is Known<'process'> {
  return fact.kind === 'process'
}

function isText(text: string | undefined): text is string {
  return text !== undefined
}

const terminating = ['freeze-processes', 'preserve-process', 'kill-process', 'unmount']

/** Blocking is an order of its own, or part of `in-depth`. */
function isOf(handling: Handling, { action }: PlannedAction): boolean {
  if (handling === 'terminate') return terminating.includes(action.kind)
  return handling === 'in-depth' || action.kind !== 'block-address'
}

/** The chosen actions with all that they depend on, numbered anew. */
function withDependencies(actions: readonly PlannedAction[], wanted: (one: PlannedAction) => boolean): PlannedAction[] {
  const numbers = new Set(actions.filter(wanted).map(one => one.number))
  // What an action depends on stands before it.
  for (const one of actions.toReversed()) if (numbers.has(one.number)) for (const on of one.dependsOn) numbers.add(on)
  const kept = actions.filter(one => numbers.has(one.number))
  const places = new Map(kept.map((one, at) => [one.number, at + 1]))
  return kept.map((one, at) => ({ ...one, number: at + 1, dependsOn: one.dependsOn.map(on => places.get(on) ?? on) }))
}

const mostNamed = 5

/** What brings it back if only this is done. */
function whatIsLeft(incident: Incident, parts: readonly Incident[]): Plan['advice'] {
  const part = parts.find(one => one.id === incident.id)
  const touched = new Set((part?.members ?? []).map(keyOf))
  const left = incident.members.filter(one => !touched.has(keyOf(one)) && one.kind !== 'socket')
  if (left.length === 0) return []
  const starters = left.filter((one): one is Known<'autostart'> => one.kind === 'autostart')
  const named = starters.slice(0, mostNamed).map(one => ({
    text: `It stays and will start it again: ${mechanismWords(one.mechanism)} ${one.path}${one.line === undefined ? '' : `:${one.line}`}`,
    incident: incident.id,
  }))
  const others = left.filter(one => one.kind !== 'autostart').slice(0, mostNamed)
  const rest = left.length - named.length - others.length
  const text = `This handling leaves ${left.length} ${left.length === 1 ? 'part' : 'parts'} of the incident${
    others.length === 0 ? '' : `: ${others.map(nameOf).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`
  }. Handle it in depth to remove all of it.`
  return [...named, { text, incident: incident.id }]
}
