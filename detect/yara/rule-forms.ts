import type { RuleText, SourceText, Span } from './rule-text.ts'

/** The external variable that stands for `filesize` where a scan sees a content in parts. */
export const sizeVariable = 'content_size'

export interface Writing {
  readonly form: RuleForm
  readonly keep: (rule: RuleText) => boolean
  /** What is left out besides. */
  readonly without?: readonly Span[]
  /** Rules of which the compiler shall not see what they want of the size and the beginning of a content. */
  readonly veiled?: ReadonlySet<RuleText>
}

/** The rules that are kept of a source, in one of the forms that scanning needs. Lines stay where they are. */
export function writtenAs(source: string, text: SourceText, { form, keep, without = [], veiled }: Writing): string {
  const edits: Edit[] = without.map(span => ({ ...span, text: '' }))
  for (const rule of text.rules)
    if (!keep(rule) || (form === 'strings' && !rule.hasStrings))
      edits.push({ start: rule.start, end: rule.end, text: '' })
    else edits.push(...(form !== 'strings' && veiled?.has(rule) ? veil(rule) : []), ...editsOf(rule, form))
  return edited(source, edits)
}

/**
 * `whole`: as it is written, for a content that is seen at once.
 * `gathered`: for the parts of a large content that matter, put together, where the rule asks for the size: that comes from outside.
 * `strings`: matches where any string of the rule is found, to find those parts.
 */
export type RuleForm = 'whole' | 'gathered' | 'strings'

interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** An alternative that never holds: only what a condition wants in any case is drawn conclusions from. */
function veil({ condition, end }: RuleText): Edit[] {
  return [
    { start: condition, end: condition, text: ' filesize < 0 or (' },
    { start: end - 1, end: end - 1, text: ')' },
  ]
}

function editsOf(rule: RuleText, form: RuleForm): Edit[] {
  if (form === 'whole') return []
  if (form === 'gathered') return rule.sizes.map(span => ({ ...span, text: sizeVariable }))
  // A global rule that does not match would silence all others, and hits of private ones are not told.
  const modifiers = rule.modifiers.map(span => ({ ...span, text: '' }))
  return [...modifiers, { start: rule.condition, end: rule.end - 1, text: ' any of them ' }]
}

function edited(source: string, edits: readonly Edit[]): string {
  let result = ''
  let at = 0
  for (const { start, end, text } of [...edits].sort((a, b) => a.start - b.start)) {
    result += source.slice(at, start) + text + source.slice(start, end).replace(/[^\n]/g, '')
    at = end
  }
  return result + source.slice(at)
}
