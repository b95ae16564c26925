import { readFileSync } from 'node:fs'
import { type AnyRule, loadRuleFiles, parseRules } from '../detect/index.ts'
import { ruleMeaning, readTags } from '../engine/index.ts'
import type { FindingClass, Level } from '../model/index.ts'
import { contentCatalogue } from './content-catalogue.ts'
import { documentsOf } from './rule-text.ts'
import { ownRulesFolder } from './event-rules.ts'
import { foreignLevel, levelOf } from './rule-book.ts'
import { parseCases, readCases, type RuleCase } from './rule-cases.ts'

/** A rule for people: what it looks for, what it is worth, how it is written. */
export interface CatalogueRule {
  readonly id: string
  readonly title: string
  readonly description: string
  /** What its findings are worth: rules of others at most `medium`. */
  readonly level: Level
  /** Kind of fact that it judges; for log sources of others their words. */
  readonly about: string
  readonly class: FindingClass
  readonly attack: readonly string[]
  readonly families: readonly string[]
  readonly falsePositives: readonly string[]
  readonly references: readonly string[]
  /** Its document as it is written: YAML, or YARA for rules about contents. */
  readonly text: string
  readonly cases: readonly { readonly name: string; readonly matches: boolean }[]
}

/** The rules that come with the program. Reads files; the same in every call. */
export function programCatalogue(folder: string = ownRulesFolder): CatalogueRule[] {
  const { rules } = loadRuleFiles([folder])
  const cases = casesByTitle(readCases(folder).flatMap(one => one.cases))
  const sigma = [...Map.groupBy(rules, rule => rule.file ?? '')].flatMap(([file, ofFile]) => {
    const documents = documentsOf(readFileSync(file, 'utf8'))
    return ofFile.flatMap(rule => {
      const meaning = ruleMeaning.safeParse(rule.custom)
      if (rule.kind === 'filter' || !meaning.success) return []
      return [{ ...shown(rule, ofFile, documents, cases), level: levelOf(rule.level), class: meaning.data.class }]
    })
  })
  return [...sigma, ...contentCatalogue(folder)]
}

/** The rules of a pack that was taken (`openPack`): both texts are of its `Pack`. */
export function packCatalogue(rules: string, cases: string): CatalogueRule[] {
  const parsed = parseRules(rules).rules
  const documents = documentsOf(rules)
  const byTitle = casesByTitle(parseCases(cases))
  return parsed.flatMap(rule => {
    if (rule.kind === 'filter') return []
    return [
      { ...shown(rule, parsed, documents, byTitle), level: foreignLevel(rule.level), class: 'execution' as const },
    ]
  })
}

type Cases = ReadonlyMap<string, readonly RuleCase[]>

function casesByTitle(cases: readonly RuleCase[]): Cases {
  return Map.groupBy(cases, one => one.rule)
}

function shown(rule: AnyRule, all: readonly AnyRule[], documents: (line: number) => string, cases: Cases) {
  return {
    id: rule.id,
    title: rule.title,
    description: rule.description ?? '',
    about: aboutOf(rule, all),
    ...readTags(rule.tags),
    falsePositives: rule.falsepositives,
    references: rule.references,
    text: documents(rule.line),
    cases: (cases.get(rule.title) ?? []).map(one => ({ name: one.name, matches: one.finds.length > 0 })),
  }
}

/** A rule that counts others is about what they are about. */
function aboutOf(rule: AnyRule, all: readonly AnyRule[]): string {
  if (rule.kind === 'correlation') {
    const counted = all.find(
      one => one.kind === 'rule' && rule.rules.some(name => name === one.id || name === one.name),
    )
    return counted === undefined ? rule.type : aboutOf(counted, all)
  }
  const { category, product, service } = rule.logsource
  return category?.replaceAll('_', '-') ?? [product, service].filter(one => one !== undefined).join(' ')
}
