import { parse } from 'yaml'
import { compileRules, parseRules } from '../detect/index.ts'
import { eventRulesFrom } from './event-rules.ts'
import { preparedFrom } from './prepare-event-rules.ts'
import { foreignDetector, ownFields, ownRuleIds } from './rule-book.ts'
import { type CaseJudges, foundIn, parseCases, type RuleCase } from './rule-cases.ts'

/** Rules that somebody wrote for their own hosts, with the cases that show what they find. */
export interface Pack {
  /** The rules alone, as hosts get them. */
  readonly rules: string
  /** The lists of cases alone. */
  readonly cases: string
  readonly count: number
  /** Why it cannot be used, each with its place; empty: it can. */
  readonly problems: readonly string[]
}

/**
 * Reads a pack: YAML documents, each a Sigma rule or a list of cases (docs/how-to/add-a-rule.md), and runs the cases. A pack is
 * without fault when its rules compile, every rule has a case that it finds and a near-miss, and all of them hold.
 */
export async function openPack(text: string): Promise<Pack> {
  const documents = text.split(/^---[ \t]*$/m).filter(one => one.trim() !== '')
  const lists = documents.filter(isList)
  const rules = documents.filter(one => !isList(one)).join('---\n')
  const parsed = parseRules(rules)
  const set = compileRules(parsed.rules, { knownFields: ownFields(), foreign: true })
  const problems = [...parsed.errors, ...set.errors].map(one => `line ${one.line ?? '?'}: ${one.message}`)
  const titles = [...set.rules, ...set.correlations].map(one => one.title)
  if (titles.length === 0) problems.push('it holds no rule that could be used')
  const taken = ownRuleIds()
  for (const rule of parsed.rules)
    if (taken.has(rule.id)) problems.push(`line ${rule.line}: its id is that of a rule of the program: give it another`)
  const cases = readLists(lists, problems)
  for (const title of titles) {
    const own = cases.filter(one => one.rule === title)
    if (!own.some(one => one.finds.length > 0)) problems.push(`rule "${title}" has no case that it finds`)
    if (!own.some(one => one.finds.length === 0)) problems.push(`rule "${title}" has no near-miss that it leaves alone`)
  }
  if (problems.length === 0)
    for (const one of cases)
      problems.push(
        ...(await failureOf(one, titles, () => ({
          facts: foreignDetector(set),
          events: () => eventRulesFrom(preparedFrom('', [], parsed.rules)),
        }))),
      )
  return { rules, cases: lists.join('---\n'), count: titles.length, problems }
}

function isList(document: string): boolean {
  return /^\s*(?:#[^\n]*\n\s*)*-\s/.test(document)
}

function readLists(lists: readonly string[], problems: string[]): RuleCase[] {
  return lists.flatMap((list, place) => {
    try {
      parse(list)
      return parseCases(list)
    } catch (error) {
      problems.push(
        `list ${place + 1} of cases: ${error instanceof Error ? error.message.slice(0, 500) : String(error)}`,
      )
      return []
    }
  })
}

async function failureOf(one: RuleCase, titles: readonly string[], judges: () => CaseJudges): Promise<string[]> {
  if (!titles.includes(one.rule)) return [`case "${one.name}": the pack has no rule "${one.rule}"`]
  try {
    const found = await foundIn(one, judges())
    const wanted = [...one.finds].sort()
    if (JSON.stringify(found) === JSON.stringify(wanted)) return []
    return [`case "${one.name}": found ${found.join(', ') || 'nothing'}, wanted ${wanted.join(', ') || 'nothing'}`]
  } catch (error) {
    return [`case "${one.name}": ${error instanceof Error ? error.message.slice(0, 500) : String(error)}`]
  }
}
