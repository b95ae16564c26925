import { z } from 'zod'
import {
  type AllowEntry,
  type Finding,
  findingClasses,
  type IdentifiedFact,
  type Level,
  levels,
} from '../model/index.ts'
import { allowanceFor } from './allow.ts'
import { shortHash } from './identity.ts'
import { type View, viewsOf } from './link.ts'
import { sentence } from './sentence.ts'
import type { World } from './world.ts'

/** What `davylamp:` in a rule says beyond Sigma. */
export const ruleMeaning = z.object({
  class: z.enum(findingClasses),
  /** What it is specific to; without it the rule only supports a verdict. */
  specific: z.enum(['mining', 'concealment']).optional(),
  /** Enough for a confirmed verdict on its own. */
  conclusive: z.boolean().default(false),
  /** One sentence with `{field}` in it, about this host. */
  because: z.string().optional(),
  /** What to do with the fact where its kind leaves a choice. */
  remedy: z.enum(['remove-account', 'lock-account', 'none', 'quarantine-file', 'remove-line']).optional(),
  /** Too common to mean anything alone, but part of the story on a host with a confirmed intrusion of that time. */
  joins: z.boolean().default(false),
  /** Only an exposure: a way in, not an intrusion. */
  exposure: z.string().optional(),
})
export type RuleMeaning = z.infer<typeof ruleMeaning>

/** A rule as the engine needs it. */
export interface JudgingRule {
  readonly id: string
  readonly title: string
  readonly level: Level
  /** Sigma tags: `attack.t1053.003`, `family.kinsing`. */
  readonly tags: readonly string[]
  readonly meaning: RuleMeaning
  /** What `because` may name besides fields of the fact. */
  readonly values?: Readonly<Record<string, unknown>>
}

/** The rules that match one view; how they are evaluated is the detector's business. */
export type Detect = (event: View['event'], kind: IdentifiedFact['kind']) => readonly JudgingRule[]

/** A finding together with the rule that made it, inside the engine. */
export interface Judged {
  readonly finding: Finding
  readonly rule: JudgingRule
}

/** All findings of a host, one for each rule and fact, strongest first. The same facts and rules give the same list. */
export function judge(
  world: World,
  detect: Detect,
  allow: readonly AllowEntry[],
  now: string,
  protectedPids: ReadonlySet<number> = new Set(),
): Judged[] {
  const judged = new Map<string, Judged>()
  for (const fact of world.facts) {
    // The program itself and the session that runs it are no suspects.
    if (fact.kind === 'process' && protectedPids.has(fact.pid)) continue
    for (const view of viewsOf(fact, world))
      for (const rule of detect(view.event, fact.kind)) {
        const key = `${rule.id}:${fact.id}:${'pid' in fact ? fact.pid : ''}`
        if (!judged.has(key)) judged.set(key, { rule, finding: findingOf(rule, view, allow, now) })
      }
  }
  return [...judged.values()].sort(strongestFirst)
}

function findingOf(rule: JudgingRule, view: View, allow: readonly AllowEntry[], now: string): Finding {
  return {
    id: shortHash(['finding', rule.id, view.fact.id]),
    rule: { id: rule.id, title: rule.title },
    level: rule.level,
    class: rule.meaning.class,
    specific: rule.meaning.specific,
    conclusive: rule.meaning.conclusive,
    ...readTags(rule.tags),
    because: sentence(rule.meaning.because ?? rule.title, { ...view.event, ...rule.values }),
    fact: view.fact,
    linked: view.linked,
    allowed: allowanceFor(rule.id, view, allow, now),
  }
}

/** What Sigma tags name: ATT&CK techniques as `T1053.003`, and families. */
export function readTags(tags: readonly string[]): { attack: string[]; families: string[] } {
  return {
    attack: tags.filter(tag => /^attack\.t\d/.test(tag)).map(tag => tag.slice('attack.'.length).toUpperCase()),
    families: tags.filter(tag => tag.startsWith('family.')).map(tag => tag.slice('family.'.length)),
  }
}

function strongestFirst(a: Judged, b: Judged): number {
  const byLevel = levels.indexOf(b.finding.level) - levels.indexOf(a.finding.level)
  if (byLevel !== 0) return byLevel
  const left = `${a.rule.id}\u0000${a.finding.id}`
  const right = `${b.rule.id}\u0000${b.finding.id}`
  return left < right ? -1 : left > right ? 1 : 0
}
