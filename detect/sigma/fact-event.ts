import type { Fact } from '../../model/index.ts'
import { initiated } from './initiated.ts'
import type { View } from './log-source.ts'
import facts from './mapping/facts.json' with { type: 'json' }
import type { LogSource } from './rule.ts'

interface FactMapping {
  readonly logsource: LogSource
  /** Sigma's field → field of the fact or of a linked one. */
  readonly fields: { readonly [field: string]: string | undefined }
  /** Without these it is no such event. */
  readonly needs: readonly string[]
}

/** Facts (or single fields) that belong to a fact, by the prefix under which rules see them. */
export type Linked = { readonly [prefix: string]: unknown }

const mappings: { readonly [kind: string]: readonly FactMapping[] | undefined } = facts

/**
 * A fact as rules see it: as itself, with what is linked to it under a prefix (`target.path`), and as the event of Sigma's
 * taxonomy that it amounts to (`process` → `process_creation`).
 */
export function viewsOfFact(fact: Fact, linked: Linked = {}): View[] {
  const own: { [field: string]: unknown } = { ...linked, ...fact }
  const views: View[] = [{ source: { category: fact.kind, product: 'davylamp' }, fields: own }]
  const extra = fact.kind === 'socket' ? { initiated: linked['initiated'] ?? initiated(fact) } : {}
  for (const { logsource, fields, needs } of mappings[fact.kind] ?? []) {
    const event: { [field: string]: unknown } = {}
    for (const [name, source] of Object.entries(fields)) {
      const value = source === undefined ? undefined : fieldAt({ ...own, ...extra }, source)
      if (value !== undefined) event[name] = value
    }
    if (needs.every(name => event[name] !== undefined)) views.push({ source: logsource, fields: event })
  }
  return views
}

function fieldAt(fields: { readonly [field: string]: unknown }, path: string): unknown {
  let value: unknown = fields
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined
    value = Reflect.get(value, name)
  }
  return value
}
