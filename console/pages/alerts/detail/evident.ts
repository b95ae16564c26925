import type { IdentifiedFact, Level } from '../../../../model/index.ts'
import { levels } from '../../../../model/index.ts'
import type { Story } from './kinds.ts'

/** One thing on the host with all that speaks against it. */
export interface Evident {
  readonly id: string
  readonly kind: string
  readonly label: string
  /** Of the worst finding; absent: it only belongs to what was found. */
  readonly level?: Level
  readonly why: Story['why']
}

/** What was found, the worst first, then what belongs to it. */
export function evidentThings(story: Story, facts: readonly IdentifiedFact[]): readonly Evident[] {
  const things = new Map<string, Evident>()
  for (const one of story.why) {
    const { id, kind, label } = one.fact
    const known = things.get(id)
    const level = worse(known?.level, one.level)
    things.set(id, { id, kind, label, level, why: [...(known?.why ?? []), one] })
  }
  const labels = new Map(story.graph.nodes.map(one => [one.id, one.label]))
  for (const fact of facts) {
    const { id, kind } = fact
    if (!things.has(id)) things.set(id, { id, kind, label: labels.get(id) ?? labelOf(fact), why: [] })
  }
  return [...things.values()].toSorted((a, b) => rank(b.level) - rank(a.level))
}

/** What is in no drawing has no label yet. */
function labelOf(fact: IdentifiedFact): string {
  const said = ['command', 'name', 'path', 'address', 'id'] as const
  return said
    .map(name => Reflect.get(fact, name) as unknown)
    .find(one => typeof one === 'string' && one !== '') as string
}

function worse(a: Level | undefined, b: Level): Level {
  return a !== undefined && rank(a) > rank(b) ? a : b
}

function rank(level: Level | undefined): number {
  return level === undefined ? -1 : levels.indexOf(level)
}
