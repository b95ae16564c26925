import { type AnyRule, compileRules, loadRuleFiles, type Problem } from '../detect/index.ts'
import { readTags, ruleMeaning } from '../engine/index.ts'
import { ownRulesFolder, ruleDigest } from './event-rules.ts'
import type { EventMeaning, PreparedEventRules } from './prepared-event-rules.ts'
import { foreignLevel, levelOf, ownFields } from './rule-book.ts'
import { eventRulesIn } from './rules-about-events.ts'

export interface Preparation {
  readonly prepared: PreparedEventRules
  /** Rules that are not used, each with the reason. */
  readonly problems: readonly Problem[]
}

export interface PrepareOptions {
  readonly ownFolder?: string
  /** Whose bytes the digest is of, where that is more than the folders that are read. */
  readonly places?: readonly string[]
}

/** Reads the rules over events of the program and of others. A broken rule is a problem of its own; the others are used. */
export function prepareEventRules(
  foreignFolders: readonly string[] = [],
  { ownFolder = ownRulesFolder, places = [ownFolder, ...foreignFolders] }: PrepareOptions = {},
): Preparation {
  const ownFiles = loadRuleFiles([ownFolder])
  const foreignFiles = loadRuleFiles(foreignFolders)
  const ownIds = new Set(ownFiles.rules.map(rule => rule.id))
  const others = foreignFiles.rules.filter(rule => !ownIds.has(rule.id))
  const prepared = preparedFrom(ruleDigest(places), ownFiles.rules, others)
  const options = { knownFields: ownFields() }
  const without = prepared.own.filter(rule => rule.kind !== 'filter' && !prepared.meanings.has(rule.id))
  return {
    prepared,
    problems: [
      ...ownFiles.errors,
      ...foreignFiles.errors,
      ...compileRules(prepared.own, options).errors,
      ...compileRules(prepared.foreign, { ...options, foreign: true }).errors,
      ...without.map(rule => ({ rule: rule.id, message: 'davylamp: says no class or something unknown' })),
    ],
  }
}

/** Those among rules that events can concern, with what their findings are worth. */
export function preparedFrom(
  digest: string,
  ownRules: readonly AnyRule[],
  foreignRules: readonly AnyRule[],
): PreparedEventRules {
  const own = eventRulesIn(ownRules)
  const foreign = eventRulesIn(foreignRules)
  const meanings = new Map(foreign.map(rule => [rule.id, foreignMeaning(rule)]))
  for (const rule of own) {
    const meaning = ownMeaning(rule)
    if (meaning !== undefined) meanings.set(rule.id, meaning)
  }
  return { digest, own, foreign, meanings }
}

function ownMeaning({ custom, level, tags }: AnyRule): EventMeaning | undefined {
  const meaning = ruleMeaning.safeParse(custom)
  if (!meaning.success) return undefined
  const { specific, because, conclusive, class: kind } = meaning.data
  return {
    level: levelOf(level),
    class: kind,
    conclusive,
    ...readTags(tags),
    ...(specific === undefined ? {} : { specific }),
    ...(because === undefined ? {} : { because }),
  }
}

/** Of what rules of others say of themselves only the level counts, and that up to medium. */
function foreignMeaning({ level, tags }: AnyRule): EventMeaning {
  return { level: foreignLevel(level), class: 'execution', conclusive: false, ...readTags(tags) }
}
