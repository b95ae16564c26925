import type { Problem } from '../sigma/rule.ts'
import { contentRuleOf } from './content-rule.ts'
import type { ContentRule } from './content-scanner.ts'
import { type ContentSource, readRules } from './usable-rules.ts'

/** A rule as it is written: nothing of it was compiled. */
export interface WrittenRule {
  readonly head: ContentRule
  readonly meta: readonly (readonly [name: string, value: string | number | boolean])[]
  readonly text: string
}

/** The rules of a source, without the compiler: quick, and for people. Private rules belong to those that name them. */
export function readContentRules(source: ContentSource): {
  readonly rules: readonly WrittenRule[]
  readonly problems: readonly Problem[]
} {
  const { text, problems } = readRules(source)
  const rules = text.rules
    .filter(rule => !rule.private)
    .map(rule => ({
      head: contentRuleOf(rule, source.namespace, source.file),
      meta: rule.meta,
      text: source.text.slice(rule.start, rule.end),
    }))
  return { rules, problems }
}
