import type { Target } from '../../target/index.ts'

/** A JSON object of a host: any key may be missing or of any type. */
export type JsonObject = Readonly<Record<string, unknown>>

/** The JSON in a file; undefined where there is none, a gap where it is broken. */
export function readJson(target: Target, path: string, limit = 4 << 20): unknown {
  const text = target.files.text(path, limit)
  if (text === undefined) return undefined
  try {
    return JSON.parse(text)
  } catch {
    target.addGap({ what: 'json', why: 'not valid JSON', path })
    return undefined
  }
}

/** The value if it is an object, else an empty one. */
export function objectOf(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {}
}

/** The value if it is a list, else an empty one; at most 1,000 items. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value.slice(0, 1_000) : []
}

/** The strings of a list, or one string as a list. */
export function stringsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return listOf(value).filter(item => typeof item === 'string')
}

/** The value if it is a string or number, as a string; else empty. */
export function stringOf(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
}
