import { join } from 'node:path'
import {
  compileRules,
  createStream,
  eventFields,
  type FieldNames,
  factFields,
  type KnownFields,
  loadRuleFiles,
  type Problem,
  type RuleSet,
  type StreamOptions,
  viewsOfFact,
} from '../detect/index.ts'
import { type Detect, derivedFields, hostFields, type JudgingRule, roles, ruleMeaning } from '../engine/index.ts'
import { openContentRules, type ContentBook } from './content-rules.ts'
import { ownRulesFolder } from './event-rules.ts'
import { folderDigest } from './folder-digest.ts'
import { factRulesIn } from './rules-about-events.ts'
import { type ContentMatch, type Fact, type FactKind, factSchemas, type Level, levels } from '../model/index.ts'

/** A pattern of the rule was given up on that fact, so that it was taken not to match. */
export type Unanswered = (rule: string, fact: Fact) => void

/** Rules made ready for one or more scans. */
export interface RuleBook {
  readonly own: RuleSet
  /** Of others (`--rules DIR`): they support a verdict and never make it. */
  readonly foreign: RuleSet
  /** YARA rules, own ones and those of the same folders of others. */
  readonly content: ContentBook
  readonly count: number
  /** Changes with every byte of every rule. */
  readonly version: string
  /** What is wrong with own rules, so that they were left out. */
  readonly errors: readonly Problem[]
  readonly foreignProblems: readonly Problem[]
  /** A fresh detector: rules that count start at zero. `unanswered` hears of each fact that a rule gave no answer about. */
  detector(unanswered?: Unanswered): Detect
}

export function openRules(foreignFolders: readonly string[] = [], ownFolder = ownRulesFolder): RuleBook {
  const ownFiles = loadRuleFiles([ownFolder])
  const own = compileRules(factRulesIn(ownFiles.rules), { knownFields: ownFields() })
  const foreignFiles = loadRuleFiles(foreignFolders)
  const ownIds = new Set(ownFiles.rules.map(rule => rule.id))
  // What a rule is worth goes by its id: under one of ours a rule of others would be worth as much as ours.
  const [taken, others] = partition(foreignFiles.rules, rule => ownIds.has(rule.id))
  const foreign = compileRules(factRulesIn(others), { knownFields: ownFields(), foreign: true })
  const meanings = new Map<string, JudgingRule>()
  const meaningErrors: Problem[] = []
  for (const rule of [...own.rules, ...own.correlations]) {
    const meaning = ruleMeaning.safeParse(rule.custom)
    if (meaning.success) meanings.set(rule.id, { ...headOf(rule), level: levelOf(rule.level), meaning: meaning.data })
    else meaningErrors.push(problemOf(rule, 'davylamp: says no class or something unknown'))
  }
  addForeignMeanings(foreign, meanings)
  const content = openContentRules(join(ownFolder, 'yara'), foreignFolders)
  return {
    own,
    foreign,
    content,
    count: own.rules.length + own.correlations.length + foreign.rules.length + foreign.correlations.length,
    version: folderDigest([ownFolder, ...foreignFolders], name => /(?<!\.cases)\.ya?ml$|\.yara?$/i.test(name)),
    errors: [...ownFiles.errors, ...own.errors, ...meaningErrors],
    foreignProblems: [
      ...foreignFiles.errors,
      ...foreign.errors,
      ...taken.map(rule => problemOf(rule, 'its id is that of a rule of the program')),
    ],
    detector: unanswered => detectorOf([own, foreign], meanings, unanswered, content),
  }
}

/** Ids that rules of others may not have. */
export function ownRuleIds(): ReadonlySet<string> {
  return new Set(loadRuleFiles([ownRulesFolder]).rules.map(rule => rule.id))
}

/** For rules of others alone, as a scan would use them beside its own. */
export function foreignDetector(foreign: RuleSet): Detect {
  const meanings = new Map<string, JudgingRule>()
  addForeignMeanings(foreign, meanings)
  return detectorOf([foreign], meanings)
}

function partition<T>(items: readonly T[], fits: (item: T) => boolean): readonly [T[], T[]] {
  return [items.filter(fits), items.filter(item => !fits(item))]
}

/** Rules of others are worth a medium level at most, and nothing of what they say of themselves counts. */
function addForeignMeanings(foreign: RuleSet, meanings: Map<string, JudgingRule>): void {
  for (const rule of [...foreign.rules, ...foreign.correlations]) {
    if (meanings.has(rule.id)) continue
    const meaning = ruleMeaning.parse({ class: 'execution' })
    meanings.set(rule.id, { ...headOf(rule), level: foreignLevel(rule.level), meaning })
  }
}

/** Fields of each kind of fact with those that linking adds, and of each kind of event: what a rule may name. */
export function ownFields(): KnownFields {
  const cache = new Map<string, FieldNames>()
  return source => {
    const kind = source.category?.replaceAll('_', '-')
    if (kind === undefined || !isKind(kind)) return eventFields(source)
    const linked = roles[kind] ?? {}
    const links = Object.fromEntries(Object.entries(linked).map(([role, other]) => [role, [other]]))
    const plain = factFields(links)(source)
    if (plain === undefined) return undefined
    const known = cache.get(kind)
    if (known !== undefined) return known
    const names = new Map(plain)
    for (const name of Object.keys(derivedFields[kind] ?? {})) names.set(name, false)
    for (const name of hostFields) names.set(`host.${name}`, false)
    for (const [role, other] of Object.entries(linked))
      for (const name of Object.keys(derivedFields[other] ?? {})) names.set(`${role}.${name}`, false)
    cache.set(kind, names)
    return names
  }
}

function detectorOf(
  sets: readonly RuleSet[],
  meanings: ReadonlyMap<string, JudgingRule>,
  unanswered?: Unanswered,
  content?: ContentBook,
): Detect {
  let fact: Fact
  const options: StreamOptions = { unanswered: rule => unanswered?.(rule.title, fact) }
  const streams = sets.filter(set => set.rules.length > 0).map(set => createStream(set, options))
  return event => {
    fact = event as unknown as Fact
    const views = viewsOfFact(fact, event)
    const found: JudgingRule[] = []
    for (const stream of streams)
      for (const match of stream.push(views)) {
        const rule = meanings.get(match.rule.id)
        if (rule !== undefined) found.push(rule)
      }
    if (content !== undefined)
      for (const match of matchesOf(fact)) {
        const rule = content.judging(match)
        if (rule !== undefined) found.push(asOf(rule, fact))
      }
    return found
  }
}

/** What a package put there and nobody changed is the administrator's choice: the finding supports others, and opens no incident. */
function asOf(rule: JudgingRule, fact: Fact): JudgingRule {
  if (fact.kind !== 'file' || (fact.ownership !== 'owned' && fact.ownership !== 'verified')) return rule
  return levels.indexOf(rule.level) > levels.indexOf('low') ? { ...rule, level: 'low' } : rule
}

/** What content rules said of a file, of an executable that no path leads to, and of a process's memory. */
function matchesOf(fact: Fact): readonly ContentMatch[] {
  if (fact.kind === 'file') return fact.matches ?? []
  if (fact.kind === 'process') return [...(fact.matches ?? []), ...(fact.memoryMatches ?? [])]
  return []
}

function headOf({ id, title, tags }: { id: string; title: string; tags: readonly string[] }) {
  return { id, title, tags }
}

/** What a finding of a rule of others is worth. */
export function foreignLevel(level: string | undefined): Level {
  return levels[Math.min(levels.indexOf(levelOf(level)), levels.indexOf('medium'))] ?? 'medium'
}

/** Sigma lets a level be absent; such a rule is worth a look. */
export function levelOf(level: string | undefined): Level {
  return levels.find(one => one === level) ?? 'medium'
}

function problemOf(rule: { id: string; file?: string; line: number }, message: string): Problem {
  return { ...(rule.file === undefined ? {} : { file: rule.file }), line: rule.line, rule: rule.id, message }
}

function isKind(kind: string): kind is FactKind {
  return Object.hasOwn(factSchemas, kind)
}
