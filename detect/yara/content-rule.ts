import type { ContentRule } from './content-scanner.ts'
import type { RuleText } from './rule-text.ts'

/** The namespace of the program's own rules. */
export const ownNamespace = 'davylamp'

/** What the head of a rule says, for people and for the rule book. */
export function contentRuleOf(rule: RuleText, namespace: string, file: string): ContentRule {
  const foreign = namespace !== ownNamespace
  const meta = new Map(rule.meta)
  const text = (...names: string[]) => names.map(name => meta.get(name)).find(one => typeof one === 'string') ?? ''
  return {
    id: `${namespace}/${rule.identifier}`,
    uuid: foreign ? undefined : text('id'),
    title: text('title') || rule.identifier.replaceAll('_', ' '),
    description: text('description', 'desc'),
    level: text('level', 'severity'),
    tags: foreign ? rule.tags : listOf(text('tags')),
    meaning: foreign ? {} : meaningOf(meta),
    scope: scopeOf(meta.get('scope')),
    after: foreign ? undefined : text('after') || undefined,
    silent: !foreign && meta.get('silent') === true,
    within: !foreign && meta.get('within') === true,
    foreign,
    file,
    line: rule.line,
  }
}

const meaningNames = ['class', 'specific', 'conclusive', 'because', 'remedy', 'joins', 'exposure']

/** What `davylamp:` says in a Sigma rule, here in the `meta` section. */
function meaningOf(meta: ReadonlyMap<string, string | number | boolean>): Record<string, unknown> {
  return Object.fromEntries(meaningNames.filter(name => meta.has(name)).map(name => [name, meta.get(name)]))
}

/** Names that the meta section of an own rule may have. */
export const metaNames: ReadonlySet<string> = new Set([
  ...[
    'id',
    'title',
    'description',
    'level',
    'tags',
    'scope',
    'after',
    'silent',
    'within',
    'references',
    'falsepositives',
  ],
  ...meaningNames,
])

function scopeOf(value: unknown): ContentRule['scope'] {
  return value === 'memory' || value === 'both' ? value : 'files'
}

export function listOf(text: string): string[] {
  return text
    .split(',')
    .map(one => one.trim())
    .filter(one => one !== '')
}
