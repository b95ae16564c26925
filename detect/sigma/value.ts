import { type Value, WrittenNumber } from './rule.ts'

export type Mapping = { readonly [key: string]: Value }

/** True for a YAML map. */
export function isMapping(value: Value | undefined): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof WrittenNumber)
}

/** Text of a scalar as it was written; undefined for an empty one. */
export function textOf(value: Value | undefined): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value
  if (value instanceof WrittenNumber) return value.text
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}

/** Texts of a list, or of the one scalar in its place. */
export function textList(value: Value | undefined): string[] {
  const list: readonly Value[] = Array.isArray(value) ? value : value === undefined ? [] : [value]
  return list.flatMap(item => textOf(item) ?? [])
}
