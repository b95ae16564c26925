import type { Problem } from '../sigma/rule.ts'
import { writtenAs } from './rule-forms.ts'
import { readSourceText, type RuleText, type SourceText, type Span } from './rule-text.ts'
import type { Globals, YaraEngine } from './yara-engine.ts'

/** A file of rules with those of them that compile. */
export interface UsableRules {
  readonly file: string
  readonly namespace: string
  readonly source: string
  readonly text: SourceText
  readonly refused: ReadonlySet<RuleText>
  /** Imports that the engine does not know. */
  readonly without: readonly Span[]
  readonly problems: readonly Problem[]
}

export interface ContentSource {
  readonly file: string
  readonly namespace: string
  readonly text: string
}

/** Without asking the compiler: what cannot be told apart as a rule is a problem already. */
export function readRules({ file, namespace, text: source }: ContentSource): UsableRules {
  const text = readSourceText(source)
  const problems: Problem[] =
    text.brokenAt === undefined ? [] : [{ file, line: text.brokenAt, message: 'no rule begins here' }]
  return { file, namespace, source, text, refused: new Set(), without: [], problems }
}

/** Leaves out, one by one and with the reason, what the engine refuses; a rule that builds on a refused one goes with it. */
export function withoutFaults(rules: UsableRules, engine: YaraEngine, globals: Globals): UsableRules {
  const refused = new Set<RuleText>()
  const without: Span[] = []
  const problems = [...rules.problems]
  const { file, source, text } = rules
  // Each turn takes something away, so that it ends.
  for (;;) {
    const faults = engine.check(
      writtenAs(source, text, { form: 'whole', keep: rule => !refused.has(rule), without }),
      globals,
    )
    if (faults.length === 0) return { ...rules, refused, without, problems }
    const before = refused.size + without.length
    for (const { line, message } of faults) {
      const guilty = text.rules.find(one => !refused.has(one) && holds(source, one, line))
      const module = text.imports.find(one => !without.includes(one) && holds(source, one, line))
      if (guilty !== undefined) refused.add(guilty)
      else if (module !== undefined) without.push(module)
      else continue
      problems.push({ file, line: line ?? 1, ...(guilty && { rule: guilty.identifier }), message: reasonIn(message) })
    }
    if (refused.size + without.length > before) continue
    problems.push({ file, message: `none of it is used: ${reasonIn(faults[0]?.message ?? '')}` })
    return { ...rules, refused: new Set(text.rules), without: text.imports, problems }
  }
}

function holds(source: string, { start, end }: Span, line: number | undefined): boolean {
  if (line === undefined) return false
  const first = lineAt(source, start)
  return line >= first && line <= first + source.slice(start, end).split('\n').length - 1
}

function lineAt(source: string, at: number): number {
  return source.slice(0, at).split('\n').length
}

/** The compiler draws the place; its first line and the note below the mark say what is the matter. */
function reasonIn(message: string): string {
  const [first = '', ...rest] = message.split('\n')
  const mark = rest.map(line => /\^+ (.+)$/.exec(line)?.[1]).find(one => one !== undefined)
  return `${first.replace(/^error\[\w+\]: /, '')}${mark === undefined ? '' : ` (${mark})`}`.slice(0, 300)
}
