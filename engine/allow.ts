import type { AllowEntry, Finding } from '../model/index.ts'
import type { View } from './link.ts'

/** The first allowlist entry that covers a match, if it has not expired. Every field that the entry gives must agree. */
export function allowanceFor(
  rule: string,
  view: View,
  entries: readonly AllowEntry[],
  now: string,
): Finding['allowed'] | undefined {
  const entry = entries.find(one => covers(one, rule, view, now))
  return entry && { id: entry.id, reason: entry.reason, author: entry.author, expires: entry.expires }
}

/** True when an entry says nothing: such an entry would allow everything and is ignored. */
export function isEmpty(entry: Partial<AllowEntry>): boolean {
  return [entry.sha256, entry.path, entry.user, entry.package, entry.rule, entry.fingerprint].every(
    one => one === undefined,
  )
}

function covers(entry: AllowEntry, rule: string, view: View, now: string): boolean {
  if (isEmpty(entry)) return false
  if (entry.expires !== 'never' && entry.expires < now) return false
  if (entry.rule !== undefined && entry.rule !== rule) return false
  // A connection is covered by what covers the process that holds it.
  const owner = view.event['owner']
  const holder = isRecord(owner) && owner['kind'] === 'process' ? owner : undefined
  const seen = [view.event, view.event['target'], holder].filter(isRecord)
  return (
    agrees(entry.sha256, seen, ['sha256']) &&
    agrees(entry.path, seen, ['path', 'script', 'library', 'targets']) &&
    agrees(entry.user, [view.event], ['user', 'name']) &&
    agrees(entry.package, seen, ['package']) &&
    agrees(entry.fingerprint, [view.event], ['fingerprint'])
  )
}

function agrees(
  wanted: string | undefined,
  seen: readonly Record<string, unknown>[],
  fields: readonly string[],
): boolean {
  if (wanted === undefined) return true
  return seen.some(one =>
    fields.some(field => {
      const value = one[field]
      return Array.isArray(value) ? value.includes(wanted) : value === wanted
    }),
  )
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
