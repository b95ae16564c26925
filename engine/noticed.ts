import type { Edge, FactKind, IdentifiedFact, Noticed, NoticedPart } from '../model/index.ts'
import { isShared, isSharedTool } from './places.ts'
import { containerIdOf, isOwned, programsOf } from './world.ts'

/** What was noticed of an incident, with the edges that it explains. */
export interface NoticedOf {
  readonly parts: readonly NoticedPart[]
  readonly edges: readonly Edge[]
}

const mostParts = 15
const mostResponses = 20

/**
 * What was noticed of things that an incident has already, most telling first. It takes nothing along and joins nothing: who can write to
 * the file of detections must not be able to make anything guilty.
 */
export function noticedOf(members: readonly IdentifiedFact[], noticed: readonly Noticed[]): NoticedOf {
  const parts = noticed.flatMap((one): NoticedPart[] => {
    const facts = members.filter(fact => isAbout(one, fact)).map(fact => fact.id)
    return facts.length === 0 ? [] : [{ ...one, facts: [...new Set(facts)] }]
  })
  const edges = parts.flatMap(part => edgesOf(part, members))
  return { parts: onceEach(parts).sort(mostTelling).slice(0, mostParts), edges: unique(edges) }
}

/** Newest first, alike ones once: what was noticed and is no part of any incident. */
export function noticedElsewhere(noticed: readonly Noticed[], members: readonly IdentifiedFact[]): Noticed[] {
  const parts = noticed.filter(one => !members.some(fact => isAbout(one, fact))).map(one => ({ ...one, facts: [] }))
  return onceEach(parts)
    .sort((a, b) => compare(b.at, a.at))
    .slice(0, mostParts)
    .map(({ facts: _, ...one }) => one)
}

/** The same process, program, file, place or endpoint. A package's own program is what thousands of innocent processes run. */
export function isAbout({ subject }: Noticed, fact: IdentifiedFact): boolean {
  switch (fact.kind) {
    case 'process':
      return isProcess(subject, fact) || isProgram(subject, fact)
    case 'file':
      if (!sameContent(subject.sha256, fact.sha256) && fact.path !== subject.path) return false
      if (isOwned(fact.ownership) || fact.packagedCopy !== undefined || isShared(fact.path)) return false
      if (sameContent(subject.sha256, fact.sha256)) return true
      return subject.container === undefined && !isSharedTool(fact.path)
    case 'socket':
      return subject.address === fact.address && subject.port === fact.port
    case 'autostart':
      if (places.has(subject.kind)) return fact.path === subject.path
      return subject.path !== undefined && !isSharedTool(subject.path) && fact.targets.includes(subject.path)
    case 'container':
      return subject.container !== undefined && containerIdOf(fact).startsWith(subject.container)
    default:
      return places.has(subject.kind) && subject.path !== undefined && 'path' in fact && fact.path === subject.path
  }
}

type Subject = Noticed['subject']
type ProcessFact = Extract<IdentifiedFact, { kind: 'process' }>

const places: ReadonlySet<Subject['kind']> = new Set(['autostart', 'file'])

function isProcess({ pid, startTime }: Partial<Subject>, fact: ProcessFact): boolean {
  return pid !== undefined && startTime !== undefined && fact.pid === pid && fact.startTime === startTime
}

function isProgram(subject: Subject, fact: ProcessFact): boolean {
  if (isOwned(fact.ownership) || places.has(subject.kind)) return false
  if (sameContent(subject.sha256, fact.sha256)) return true
  const { path } = subject
  if (path === undefined || isSharedTool(path)) return false
  if (fact.container !== undefined) return fact.path === path && fact.container === subject.container
  return subject.container === undefined && programsOf(fact).includes(path)
}

function sameContent(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && one === other
}

/** Whoever is above it, or wrote it, and is part of the incident too. A number that another process has by now joins nothing. */
function edgesOf({ chain, subject, facts }: NoticedPart, members: readonly IdentifiedFact[]): Edge[] {
  const wrote = places.has(subject.kind)
  for (const [at, one] of chain.entries()) {
    const above = members.find(
      (fact): fact is ProcessFact =>
        fact.kind === 'process' && (isProcess(one, fact) || (wrote && at === 0 && isNamed(one, fact))),
    )
    if (above === undefined) {
      // Only the first of those above wrote the file; of those that start it any may be left.
      if (wrote) return []
      continue
    }
    const reason = wrote ? `was written by pid ${above.pid}, as was noticed` : `was started by pid ${above.pid}`
    return facts
      .filter(id => id !== above.id && reaches(id, wrote, members))
      .map(id => ({ from: above.id, to: id, reason }))
  }
  return []
}

/** The program of a writer that has ended, run by another process of the incident now. */
function isNamed({ path }: Noticed['chain'][number], fact: ProcessFact): boolean {
  return path !== undefined && !isSharedTool(path) && !isOwned(fact.ownership) && programsOf(fact).includes(path)
}

function reaches(id: string, wrote: boolean, members: readonly IdentifiedFact[]): boolean {
  const kind: FactKind | undefined = members.find(one => one.id === id)?.kind
  return wrote ? kind !== 'process' && kind !== 'socket' : kind === 'process'
}

/** Those alike as one, with the time of the first, how often, and all that was done. */
function onceEach(parts: readonly NoticedPart[]): NoticedPart[] {
  const groups = Map.groupBy(
    parts.toSorted((a, b) => compare(a.at, b.at)),
    likeness,
  )
  return [...groups.values()].flatMap(group => {
    const [first, last] = [group[0], group.at(-1)]
    if (first === undefined || last === undefined) return []
    const times = group.reduce((sum, one) => sum + one.times, 0)
    return {
      ...first,
      ...(group.length > 1 ? { lastAt: last.lastAt ?? last.at } : {}),
      times,
      verdict: group.some(one => one.verdict === 'confirmed') ? 'confirmed' : first.verdict,
      because: [...new Set(group.flatMap(one => one.because))].slice(0, 5),
      facts: [...new Set(group.flatMap(one => one.facts))],
      responses: group.flatMap(one => one.responses).slice(-mostResponses),
    }
  })
}

function likeness({ subject, chain, service }: Noticed): string {
  const { kind, path, command, address, port, account } = subject
  const above = chain.map(one => one.path ?? one.name)
  return JSON.stringify([kind, path ?? command, address, port, account, service, above])
}

/** A start with a chain tells more than a load without one; what was first, more than what came of it. */
function mostTelling(a: NoticedPart, b: NoticedPart): number {
  return worth(b) - worth(a) || compare(a.at, b.at) || compare(a.detection, b.detection)
}

function worth({ subject, chain, verdict }: NoticedPart): number {
  return (subject.kind === 'process' ? 4 : 0) + (chain.length > 0 ? 2 : 0) + (verdict === 'confirmed' ? 1 : 0)
}

function unique(edges: readonly Edge[]): Edge[] {
  const found = new Map<string, Edge>()
  for (const one of edges) {
    const pair = [one.from, one.to].sort().join(' ')
    if (!found.has(pair)) found.set(pair, one)
  }
  return [...found.values()]
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
