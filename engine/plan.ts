import {
  type Action,
  type IdentifiedFact,
  type Incident,
  type Plan,
  type PlannedAction,
  phases,
} from '../model/index.ts'
import { actionsFor } from './actions-for.ts'
import { canonicalHash } from './canonical.ts'
import type { Judged } from './judge.ts'
import type { PlanOptions, Wanted } from './wanted.ts'
import type { World } from './world.ts'

/** Actions that cannot be taken back; the plan says so before anybody agrees. */
const final = new Set<Action['kind']>(['kill-process'])
const liveOnly = new Set<Action['kind']>([
  'block-address',
  'unblock-address',
  'freeze-processes',
  'preserve-process',
  'mask-unit',
  'kill-process',
  'unmount',
  'set-sysctl',
])

/**
 * The plan for incidents: contain, freeze, preserve, disarm, remove, repair – killing first is why miners come back. Pure
 * and deterministic: the same facts give the same bytes.
 */
export function planFor(
  incidents: readonly Incident[],
  world: World,
  judged: readonly Judged[],
  options: PlanOptions,
): Plan {
  const numbered: Omit<PlannedAction, 'number' | 'dependsOn'>[] = []
  const skipped: Plan['skipped'] = []
  const advice: Plan['advice'] = []
  const seen = new Set<string>()
  const wanted: (Wanted & { incident: Incident })[] = []
  for (const incident of incidents) {
    const wishes = actionsFor(incident, world, judged, options)
    wanted.push(...wishes.actions.map(one => ({ ...one, incident })))
    skipped.push(...wishes.skipped.map(one => ({ ...one, incident: incident.id })))
    advice.push(...wishes.advice.map(one => ({ ...one, incident: incident.id })))
  }
  for (const one of wanted.sort(inOrder)) {
    const key = objectOf(one.action)
    if (seen.has(key)) continue
    seen.add(key)
    if (!options.live && liveOnly.has(one.action.kind)) {
      skipped.push({
        what: `${one.action.kind}: ${one.reason}`,
        why: 'needs a running system',
        incident: one.incident.id,
        fact: one.fact,
      })
      continue
    }
    numbered.push({
      phase: one.phase,
      action: one.action,
      reason: one.reason,
      incident: one.incident.id,
      findings: findingsFor(one.fact, one.incident, judged),
      fact: one.fact,
      undoable: !final.has(one.action.kind),
    })
  }
  const actions = withDependencies(numbered.map((one, index) => ({ number: index + 1, ...one, dependsOn: [] })))
  const body = {
    format: 'davylamp-plan' as const,
    version: 1 as const,
    target: { root: options.root, live: options.live },
    incidents: incidents.map(one => one.id),
    actions,
    skipped,
    advice: uniqueAdvice(advice),
  }
  return { ...body, id: canonicalHash(body) }
}

/** What two actions must not both touch: one action for each object and kind. */
function objectOf(action: Action): string {
  switch (action.kind) {
    case 'remove-line':
    case 'replace-line':
      return `line ${action.pathBytes ?? action.path} ${action.line} ${action.textBytes ?? action.text}`
    case 'kill-process':
    case 'preserve-process':
      return `${action.kind} ${action.process.pid} ${action.process.startTime}`
    case 'block-address':
    case 'unblock-address':
      return `${action.kind} ${action.address}`
    case 'mask-unit':
      return `mask ${action.user ?? ''} ${action.name}`
    case 'freeze-processes':
      return `freeze ${action.processes.map(one => one.pid).join(' ')}`
    case 'lock-account':
    case 'remove-account':
      return `account ${action.name}`
    case 'set-sysctl':
      return `sysctl ${action.name}`
    case 'reinstall-package':
      return `package ${action.package}`
    case 'stop-container':
      return `container ${action.id}`
    case 'clear-attributes':
    case 'preserve-file':
    case 'unmount':
      return `${action.kind} ${action.pathBytes ?? action.path}`
    case 'remove-unit':
    case 'quarantine-file':
    case 'restore-command':
      return `file ${action.pathBytes ?? action.path}`
  }
}

/** A change to a path waits for the clearing of its flags and of those of its directory. */
function withDependencies(actions: PlannedAction[]): PlannedAction[] {
  const cleared = actions.flatMap(one =>
    one.action.kind === 'clear-attributes' ? [{ path: one.action.path, number: one.number }] : [],
  )
  return actions.map(one => {
    if (one.action.kind === 'clear-attributes') return one
    const path =
      'path' in one.action ? one.action.path : one.action.kind.endsWith('-account') ? '/etc/passwd' : undefined
    if (path === undefined) return one
    const dependsOn = cleared
      .filter(
        clear =>
          clear.number < one.number && (clear.path === path || clear.path === path.slice(0, path.lastIndexOf('/'))),
      )
      .map(clear => clear.number)
    return { ...one, dependsOn }
  })
}

function findingsFor(fact: string, incident: Incident, judged: readonly Judged[]): string[] {
  const ids = judged.filter(one => one.finding.fact.id === fact && incident.findings.includes(one.finding.id))
  return [...new Set(ids.map(one => one.finding.id))].sort()
}

function inOrder(a: Wanted, b: Wanted): number {
  const left = `${JSON.stringify(a.action)}`
  const right = `${JSON.stringify(b.action)}`
  return (
    phases.indexOf(a.phase) - phases.indexOf(b.phase) || a.rank - b.rank || (left < right ? -1 : left > right ? 1 : 0)
  )
}

function uniqueAdvice(advice: Plan['advice']): Plan['advice'] {
  return [...new Map(advice.map(one => [`${one.text} ${one.command ?? ''}`, one])).values()]
}

/** The display name of a fact, for sentences. */
export function nameOf(fact: IdentifiedFact): string {
  if (fact.kind === 'process') return `pid ${fact.pid} (${fact.path ?? fact.name})`
  if (fact.kind === 'account') return `account ${fact.name}`
  if (fact.kind === 'autostart' && fact.name !== undefined) return `${fact.mechanism} ${fact.name}`
  return 'path' in fact && fact.path !== undefined ? fact.path : fact.kind
}
