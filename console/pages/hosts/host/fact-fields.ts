/** A field of something whose shape is only known to its host. */
export function fieldOf(fact: unknown, name: string): unknown {
  return typeof fact === 'object' && fact !== null ? (fact as Readonly<Record<string, unknown>>)[name] : undefined
}

/** A field as text; `undefined` where there is none, or something else. */
export function textOf(fact: unknown, name: string): string | undefined {
  const value = fieldOf(fact, name)
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}

export function listOf(fact: unknown, name: string): readonly string[] {
  const value = fieldOf(fact, name)
  return Array.isArray(value) ? value.filter(one => typeof one === 'string' || typeof one === 'number').map(String) : []
}

/** Any value of a fact in one text, for people. */
export function shownValue(value: unknown): string {
  if (value === undefined || value === null) return ''
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (Array.isArray(value) && value.every(one => typeof one !== 'object')) return value.join('\n')
  return JSON.stringify(value, undefined, 1)
}

/** What a fact is called in a list: what a person would look for first. */
export function factTitle(kind: string, fact: unknown): string {
  const text = (name: string) => textOf(fact, name) ?? ''
  switch (kind) {
    case 'autostart':
      return text('command') || text('name') || text('path')
    case 'listener':
      return `${text('protocol')} ${addressOf(text('address'))}:${text('port')}`
    case 'login-key':
      return [text('user'), text('keyType'), text('comment') || text('fingerprint')].filter(one => one !== '').join(' ')
    case 'sudo-rule':
      return `${text('user')} ${text('command')}`
    case 'preload':
      return text('library') || text('text')
    default:
      return text('name') || text('path')
  }
}

/** IPv6 addresses stand in brackets before a port. */
export function addressOf(address: string): string {
  return address.includes(':') ? `[${address}]` : address
}

/** Fields of facts that are times. */
export const timeFields: ReadonlySet<string> = new Set([
  'modified',
  'changed',
  'passwordChanged',
  'createdAt',
  'homeCreatedAt',
  'lastActive',
])

export interface FieldChange {
  readonly field: string
  readonly before: string
  readonly after: string
}

/** Fields that are there anew at each look and say nothing about what changed. */
const restless = new Set(['pids', 'pid', 'startTime', 'inode', 'changed', 'ageDays', 'lastActive'])

/** The fields in which two states of a fact differ; those that people look for come first. */
export function changedFields(before: unknown, after: unknown): readonly FieldChange[] {
  const names = new Set([...namesOf(before), ...namesOf(after)])
  const changes = [...names].flatMap(field => {
    const [former, now] = [shownValue(fieldOf(before, field)), shownValue(fieldOf(after, field))]
    return former === now ? [] : [{ field, before: former, after: now }]
  })
  const telling = changes.filter(({ field }) => !restless.has(field))
  return telling.length > 0 ? telling : changes
}

function namesOf(fact: unknown): readonly string[] {
  return typeof fact === 'object' && fact !== null ? Object.keys(fact) : []
}
