import type { HostEvent, LoginEvent } from '../../model/index.ts'
import { boundedExec } from './bounded-event.ts'
import { initiated } from './initiated.ts'
import type { View } from './log-source.ts'
import events from './mapping/events.json' with { type: 'json' }
import type { LogSource } from './rule.ts'

interface EventMapping {
  readonly logsource: LogSource
  /** It is such an event only where these fields hold one of these values. */
  readonly when?: { readonly [field: string]: readonly string[] }
  /** Sigma's field → path in the event. */
  readonly fields: { readonly [field: string]: string }
  /** Without these it is no such event. */
  readonly needs: readonly string[]
}

interface PreparedMapping {
  readonly source: LogSource
  readonly when: readonly (readonly [field: string, values: readonly string[]])[]
  readonly fields: readonly (readonly [name: string, path: readonly string[]])[]
  readonly needs: readonly string[]
}

type Fields = { [field: string]: unknown }

const kinds = ['exec', 'connection', 'file-change', 'load', 'login'] as const
const ownSources = Object.fromEntries(kinds.map(kind => [kind, { category: kind, product: 'davylamp' }]))
const mappings = new Map(
  Object.entries(events as { readonly [kind: string]: readonly EventMapping[] }).map(([kind, of]) => [
    kind,
    of.map(prepared),
  ]),
)

/** Every log source that an event of a host can be of: rules for others never see one. */
export const eventSources: readonly LogSource[] = [
  ...Object.values(ownSources),
  ...[...mappings.values()].flat().map(({ source }) => source),
]

/**
 * An event as rules see it: as itself, with the nearest of its ancestors as `parent`, and as the event of Sigma's taxonomy that
 * it amounts to (`exec` → `process_creation`). A login is also what sshd would have written about it. Of very long command lines only
 * the beginning and the end are seen.
 */
export function viewsOfEvent(given: HostEvent): View[] {
  const event = given.kind === 'exec' ? boundedExec(given) : given
  const own: Fields = { ...event }
  if (event.kind === 'exec') own['parent'] = event.ancestors[0]
  const views: View[] = [{ source: ownSources[event.kind] ?? {}, fields: own }]
  const of = mappings.get(event.kind)
  if (of === undefined) return views
  const all = event.kind === 'exec' ? own : { ...own, ...derived(event) }
  for (const mapping of of) {
    const fields = fieldsOf(mapping, all)
    if (fields !== undefined) views.push({ source: mapping.source, fields })
  }
  return views
}

function prepared({ logsource, when = {}, fields, needs }: EventMapping): PreparedMapping {
  return {
    source: logsource,
    when: Object.entries(when),
    fields: Object.entries(fields).map(([name, path]) => [name, path.split('.')]),
    needs,
  }
}

function fieldsOf({ when, fields, needs }: PreparedMapping, event: Fields): Fields | undefined {
  for (const [field, values] of when) if (!values.includes(String(event[field]))) return undefined
  const found: Fields = {}
  for (const [name, path] of fields) {
    const value = valueAt(event, path)
    if (value !== undefined) found[name] = value
  }
  for (const name of needs) if (found[name] === undefined) return undefined
  return found
}

function valueAt(event: Fields, path: readonly string[]): unknown {
  let value: unknown = event
  for (const name of path) {
    if (typeof value !== 'object' || value === null) return undefined
    value = Reflect.get(value, name)
  }
  return value
}

function derived(event: HostEvent): Fields {
  if (event.kind === 'connection') return { initiated: initiated(event) }
  return event.kind === 'login' ? { message: messageOf(event) } : {}
}

/** In the words of sshd's auth.c (`auth_log`), which rules for its log search for. */
function messageOf({ succeeded, method, account, known, address }: LoginEvent): string {
  const user = `${succeeded || known !== false ? '' : 'invalid user '}${account ?? ''}`
  const from = address === undefined ? '' : ` from ${address}`
  return `${succeeded ? 'Accepted' : 'Failed'} ${method ?? 'password'} for ${user}${from}`
}
