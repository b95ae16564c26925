import type { RuleText } from './rule-text.ts'
import { tokensOf } from './rule-tokens.ts'
import type { UsableRules } from './usable-rules.ts'

/** Where a rule stands, and the rules that its condition may name. */
interface Home {
  readonly source: string
  readonly siblings: Map<string, RuleText[]>
}

/** Which rules others cannot be compiled without. */
export class RuleSelection {
  readonly #homes = new Map<RuleText, Home>()
  readonly #globals: RuleText[] = []

  constructor(files: readonly UsableRules[]) {
    const namespaces = new Map<string, Home['siblings']>()
    for (const { namespace, source, text } of files) {
      const siblings = namespaces.get(namespace) ?? new Map<string, RuleText[]>()
      namespaces.set(namespace, siblings)
      for (const rule of text.rules) {
        siblings.set(rule.identifier, [...(siblings.get(rule.identifier) ?? []), rule])
        this.#homes.set(rule, { source, siblings })
        if (rule.global) this.#globals.push(rule)
      }
    }
  }

  /** These, what their conditions name, what that names, and so on; and global rules, on which all others depend. */
  withNeeded(rules: readonly RuleText[]): ReadonlySet<RuleText> {
    const selected = new Set(rules.length === 0 ? [] : [...this.#globals, ...rules])
    // What is added to a set while it is walked is met too.
    for (const rule of selected) for (const one of this.#namedBy(rule)) selected.add(one)
    return selected
  }

  #namedBy(rule: RuleText): RuleText[] {
    const home = this.#homes.get(rule)
    if (home === undefined) return []
    const { source, siblings } = home
    return tokensOf(source.slice(rule.condition, rule.end - 1)).flatMap(({ text }) => siblings.get(text) ?? [])
  }
}
