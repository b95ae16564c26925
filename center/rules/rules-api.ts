import { z } from 'zod'
import { levels } from '../../model/index.ts'
import type { RuleObject, ruleRoutes } from '../../model/api/index.ts'
import { keyset } from '../api/keyset.ts'
import type { Handlers } from '../context.ts'
import { notFound } from '../problem-error.ts'
import { type KnownRule, knownRules } from './known-rules.ts'
import { type RuleCounts, ruleCounts } from './rule-counts.ts'

type Query = z.output<(typeof ruleRoutes)['listRules']['query']>
type Position = [number, string, string]

const byLevel = keyset('rules', [z.number().int(), z.string(), z.string()])
/** As much of a title as decides its place, so that a cursor stays short; the id decides the rest. */
const titleInOrder = 200

/** The functions behind `ruleRoutes`. */
export const ruleHandlers: Handlers<typeof ruleRoutes> = {
  async listRules({ query }, { caller, db, center }) {
    const after = byLevel.read(query.after)
    const found = (await knownRules(db))
      .filter(rule => fits(rule, query))
      .map(rule => ({ rule, place: placeOf(rule) }))
      .filter(({ place }) => after === undefined || compare(place, after) > 0)
      .sort((one, other) => compare(one.place, other.place))
    const { items, ...next } = byLevel.page(found, query.limit, ({ place }) => place)
    const counts = await ruleCounts(db, center, caller)
    return { items: items.map(({ rule }) => ruleObjectOf(rule, counts)), ...next }
  },

  async getRule({ params }, { caller, db, center }) {
    const rule = (await knownRules(db)).find(one => one.id === params.rule)
    if (rule === undefined) throw notFound('rule')
    return {
      ...ruleObjectOf(rule, await ruleCounts(db, center, caller)),
      falsePositives: [...rule.falsePositives],
      references: [...rule.references],
      text: rule.text,
      cases: [...rule.cases],
    }
  },
}

function ruleObjectOf(rule: KnownRule, counts: RuleCounts): RuleObject {
  return {
    id: rule.id,
    title: rule.title,
    description: rule.description,
    level: rule.level,
    about: rule.about,
    class: rule.class,
    attack: [...rule.attack],
    families: [...rule.families],
    source: rule.source,
    alerts: counts.get(rule.id) ?? 0,
  }
}

function fits(rule: KnownRule, { text, level, about, attack, source }: Query): boolean {
  if (level !== undefined && rule.level !== level) return false
  if (about !== undefined && rule.about !== about) return false
  if (source !== undefined && rule.source !== source) return false
  if (attack !== undefined && !rule.attack.some(one => isOf(one, attack.toUpperCase()))) return false
  return text === undefined || wordsOf(rule).includes(text.toLowerCase())
}

/** A technique means its sub-techniques too. */
function isOf(technique: string, asked: string): boolean {
  return technique === asked || technique.startsWith(`${asked}.`)
}

function wordsOf({ id, title, description, families, attack }: KnownRule): string {
  return [id, title, description, ...families, ...attack].join('\n').toLowerCase()
}

/** The worst first, then by title. */
function placeOf({ level, title, id }: KnownRule): Position {
  return [levels.length - levels.indexOf(level), title.slice(0, titleInOrder).toWellFormed(), id]
}

function compare([level, title, id]: Position, [otherLevel, otherTitle, otherId]: Position): number {
  return level - otherLevel || order(title, otherTitle) || order(id, otherId)
}

/** By code unit: the same on every center, whatever its language. */
function order(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}
