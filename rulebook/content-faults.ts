import {
  listOf,
  metaNames,
  type Problem,
  readContentRules,
  type ContentSource,
  type WrittenRule,
} from '../detect/index.ts'
import { ruleMeaning } from '../engine/index.ts'
import { levels } from '../model/index.ts'

/** What is wrong with the heads of the program's own YARA rules; the compiler has its own complaints. */
export function contentFaults(sources: readonly ContentSource[]): Problem[] {
  const read = sources.map(readContentRules)
  const rules = read.flatMap(one => one.rules)
  const names = new Map(rules.map(rule => [identifierOf(rule), rule]))
  const used = Map.groupBy(rules, rule => rule.head.uuid)
  const faults = rules.flatMap(rule => {
    const found = faultsOf(rule, names)
    if ((used.get(rule.head.uuid)?.length ?? 0) > 1 && rule.head.uuid !== '') found.push('another rule has the same id')
    return found.map(message => ({ file: rule.head.file, line: rule.head.line, rule: identifierOf(rule), message }))
  })
  return [...read.flatMap(one => one.problems), ...faults]
}

function faultsOf(rule: WrittenRule, names: ReadonlyMap<string, WrittenRule>): string[] {
  const { head, meta } = rule
  const said = new Map(meta)
  const found = [...said.keys()].filter(name => !metaNames.has(name)).map(name => `meta knows no "${name}"`)
  if (said.size !== meta.length) found.push('meta says something twice')
  if (said.has('scope') && said.get('scope') !== head.scope) found.push('scope is none of files, memory, both')
  for (const name of listOf(head.after ?? '')) {
    const leader = names.get(name)
    if (leader === undefined) found.push(`after names no rule: ${name}`)
    else if (leader.head.after !== undefined) found.push(`after names ${name}, which comes after another itself`)
    else if (leader.head.scope !== head.scope && leader.head.scope !== 'both')
      found.push(`${name} looks at other contents`)
  }
  // It only leads to others: nobody ever reads of it.
  if (head.silent) return found
  if (!/^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/.test(head.uuid ?? '')) found.push('its id is no UUID')
  for (const name of ['title', 'description', 'because'])
    if (typeof said.get(name) !== 'string') found.push(`it has no ${name}`)
  if (!levels.some(one => one === head.level)) found.push(`its level is none of ${levels.join(', ')}`)
  for (const tag of head.tags)
    if (/^attack\.t/i.test(tag) && !/^attack\.t\d{4}(\.\d{3})?$/.test(tag))
      found.push(`tag ${tag} is no ATT&CK technique`)
  if (!head.tags.some(tag => /^attack\.t\d/.test(tag))) found.push('it has no ATT&CK technique among its tags')
  const meaning = ruleMeaning.safeParse(head.meaning)
  if (!meaning.success) found.push(...meaning.error.issues.map(one => `${one.path.join('.')}: ${one.message}`))
  return found
}

function identifierOf({ head }: WrittenRule): string {
  return head.id.slice(head.id.lastIndexOf('/') + 1)
}
