import type { AlertStory } from '../../model/api/index.ts'
import { type Edge, type Finding, type IdentifiedFact, type Incident, type Level, levels } from '../../model/index.ts'
import { chainsOf } from './chains.ts'
import { type Graph, graphOf } from './graph.ts'
import { detailOf, labelOf } from './label.ts'
import { type Moment, momentsOf } from './moments.ts'
import { processesOf } from './processes.ts'

/** What an incident or finding tells, before a center adds what it did about it. */
export interface IncidentStory {
  readonly summary: readonly string[]
  readonly why: AlertStory['why']
  readonly entryPoints: AlertStory['entryPoints']
  readonly rebuildAdvised: readonly string[]
  readonly timeline: readonly Moment[]
  readonly graph: Graph
  readonly processes: AlertStory['processes']
  readonly noticed: AlertStory['noticed']
}

export interface StoryOptions {
  /** Of the graph; what is beyond it is left out and counted. Default 200. */
  readonly nodes?: number
}

const mostReasons = 300
const mostMoments = 500

/** The story of an incident. `findings`: those that it names, as far as they are known. */
export function storyOfIncident(
  incident: Incident,
  findings: readonly Finding[],
  { nodes = 200 }: StoryOptions = {},
): IncidentStory {
  const worst = worstLevels(findings)
  const { members, context, edges, entryPoints, since, noticed = [] } = incident
  return {
    summary: incident.summary,
    why: whyOf(findings),
    entryPoints: entryPoints.map(({ what, because, confidence, advice }) => ({ what, because, confidence, advice })),
    rebuildAdvised: incident.rebuildAdvised,
    timeline: momentsOf(members, context, since, noticed).slice(0, mostMoments),
    graph: graphOf({ members, context, edges, entryPoints, levels: worst }, nodes),
    processes: processesOf(members, context, worst),
    noticed: chainsOf(noticed),
  }
}

/** The story of one finding: what it is about, and what of its incident stands directly beside that. */
export function storyOfFinding(
  finding: Finding,
  incident: Incident | undefined,
  { nodes = 200 }: StoryOptions = {},
): IncidentStory {
  const own = incident?.members.filter(one => one.id === finding.fact.id) ?? []
  const members = own.length > 0 ? own : [finding.fact]
  const around = incident === undefined ? [] : neighbours(finding, incident)
  const worst = worstLevels([finding])
  const noticed = (incident?.noticed ?? []).filter(one => one.facts.includes(finding.fact.id))
  const edges: Edge[] = [...(incident?.edges ?? [])]
  const linked = around.find(one => one.id === finding.linked?.id)
  if (linked !== undefined && !edges.some(one => joins(one, finding.fact.id, linked.id)))
    edges.push({ from: finding.fact.id, to: linked.id, reason: `is its ${finding.linked?.as ?? 'link'}` })
  return {
    summary: [finding.because],
    why: whyOf([finding]),
    entryPoints: [],
    rebuildAdvised: [],
    timeline: momentsOf([...members, ...around.filter(isDirect)], around, undefined, noticed).slice(0, mostMoments),
    graph: graphOf({ members, context: around, edges, entryPoints: [], levels: worst }, nodes),
    processes: processesOf(members, around, worst),
    noticed: chainsOf(noticed),
  }
}

function isDirect(fact: IdentifiedFact): boolean {
  return fact.kind === 'file' || fact.kind === 'process' || fact.kind === 'autostart'
}

function neighbours(finding: Finding, { edges, members, context }: Incident): IdentifiedFact[] {
  const { fact, linked } = finding
  const beside = new Set(linked === undefined ? [] : [linked.id])
  for (const one of edges) {
    if (one.from === fact.id) beside.add(one.to)
    if (one.to === fact.id) beside.add(one.from)
  }
  beside.delete(fact.id)
  const ancestors = context.filter(
    one => one.kind === 'process' && fact.kind === 'process' && fact.parentPid === one.pid,
  )
  return [...[...members, ...context].filter(one => beside.has(one.id)), ...ancestors]
}

function joins(edge: Edge, a: string, b: string): boolean {
  return (edge.from === a && edge.to === b) || (edge.from === b && edge.to === a)
}

function worstLevels(findings: readonly Finding[]): Map<string, Level> {
  const worst = new Map<string, Level>()
  for (const { fact, level } of findings) {
    const before = worst.get(fact.id)
    if (before === undefined || weight(level) > weight(before)) worst.set(fact.id, level)
  }
  return worst
}

/** The strongest reason first. */
function whyOf(findings: readonly Finding[]): IncidentStory['why'] {
  return findings
    .filter(one => one.allowed === undefined)
    .toSorted(
      (a, b) =>
        Number(b.conclusive) - Number(a.conclusive) ||
        weight(b.level) - weight(a.level) ||
        (a.rule.title < b.rule.title ? -1 : a.rule.title > b.rule.title ? 1 : 0),
    )
    .slice(0, mostReasons)
    .map(one => ({
      finding: one.id,
      rule: one.rule,
      level: one.level,
      class: one.class,
      conclusive: one.conclusive,
      because: one.because,
      attack: one.attack,
      fact: { id: one.fact.id, kind: one.fact.kind, label: labelOf(one.fact) || detailOf(one.fact) },
    }))
}

function weight(level: Level): number {
  return levels.indexOf(level)
}
