import type { AnyRule } from '../detect/index.ts'

/** Titles of the rules that speak through those that count them and never for themselves, so that no case finds them. */
export function onlyCounted(rules: readonly AnyRule[]): ReadonlySet<string> {
  const counted = rules.flatMap(rule => (rule.kind === 'correlation' && !rule.generate ? rule.rules : []))
  return new Set(
    rules.flatMap(rule => (rule.kind !== 'filter' && counted.includes(rule.name ?? rule.id) ? rule.title : [])),
  )
}
