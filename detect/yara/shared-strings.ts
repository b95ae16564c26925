import type { RuleText } from './rule-text.ts'
import { type Token, tokensOf } from './rule-tokens.ts'
import type { UsableRules } from './usable-rules.ts'

/**
 * Rules that have a string which another rule has too. YARA-X 1.20 keeps such a string once, with what the first of these rules wants of the
 * size and of the beginning of a content: where that does not hold, none of the others finds it.
 */
export function rulesWithSharedStrings(files: readonly UsableRules[]): ReadonlySet<RuleText> {
  const first = new Map<string, RuleText>()
  const sharing = new Set<RuleText>()
  for (const { source, text } of files)
    for (const rule of text.rules)
      for (const value of stringsOf(tokensOf(source.slice(rule.start, rule.condition)))) {
        const other = first.get(value) ?? rule
        first.set(value, other)
        if (other !== rule) sharing.add(rule).add(other)
      }
  return sharing
}

/** Without their modifiers: two that look alike may still be two. */
function stringsOf(tokens: readonly Token[]): string[] {
  return tokens.flatMap(({ text }, at) => {
    if (!text.startsWith('$') || tokens[at + 1]?.text !== '=') return []
    const value = tokens[at + 2]?.text ?? ''
    if (value !== '{') return [value]
    const end = tokens.findIndex((one, place) => place > at && one.text === '}')
    const hex = tokens.slice(at + 2, end === -1 ? tokens.length : end)
    return [
      hex
        .map(one => one.text)
        .join('')
        .toLowerCase(),
    ]
  })
}
