import { describeFact, noticedWords } from '../../engine/index.ts'
import type { IdentifiedFact, Incident } from '../../model/index.ts'

/** Something that happened, as a fact of the incident tells. */
export interface Moment {
  readonly at: string
  readonly what: string
}

const words: Readonly<Record<string, string>> = {
  created: 'appeared',
  changed: 'changed',
  modified: 'was written',
  startedAt: 'started',
  createdAt: 'was created',
  homeCreatedAt: 'got a home',
  passwordChanged: 'got a new password',
  lastActive: 'was last active',
  at: 'was logged',
}
const most = 200

/** Times of an incident's facts, oldest first; equal moments of one fact once. */
export function timelineOf(incident: Incident): Moment[] {
  const moments = [...incident.members, ...incident.context.filter(one => one.kind === 'log-entry')].flatMap(momentsOf)
  for (const one of incident.noticed ?? []) moments.push({ at: one.at, what: `noticed: ${noticedWords(one)}` })
  return moments.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)).slice(0, most)
}

function momentsOf(fact: IdentifiedFact): Moment[] {
  const byTime = new Map<string, Moment>()
  for (const [name, word] of Object.entries(words)) {
    const at: unknown = Reflect.get(fact, name)
    if (typeof at !== 'string' || Number.isNaN(Date.parse(at))) continue
    const second = at.slice(0, 19)
    if (!byTime.has(second)) byTime.set(second, { at, what: `${describeFact(fact)} ${word}` })
  }
  return [...byTime.values()]
}
