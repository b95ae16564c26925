import type { LogSource } from './rule.ts'

/** Names of fields; true for those that hold objects, so that a path may go on below them. */
export type FieldNames = ReadonlyMap<string, boolean>
export type KnownFields = (source: LogSource) => FieldNames | undefined

/** One message for each field that there is not, with the nearest that there is. */
export function checkFields(fields: readonly string[], known: FieldNames): string[] {
  return [...new Set(fields)].flatMap(field => {
    if (known.has(field)) return []
    for (let dot = field.indexOf('.'); dot > 0; dot = field.indexOf('.', dot + 1)) {
      if (known.get(field.slice(0, dot)) === true) return []
    }
    const near = nearest(field, [...known.keys()])
    return [`unknown field "${field}"${near === undefined ? '' : `; did you mean "${near}"?`}`]
  })
}

function nearest(word: string, names: readonly string[]): string | undefined {
  let best: string | undefined
  let least = Math.max(3, Math.floor(word.length / 3)) + 1
  for (const name of names) {
    const distance = editDistance(word.toLowerCase(), name.toLowerCase())
    if (distance < least) {
      least = distance
      best = name
    }
  }
  return best
}

function editDistance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (let at = 1; at <= one.length; at++) {
    const next = [at]
    for (let to = 1; to <= other.length; to++) {
      const same = one[at - 1] === other[to - 1] ? 0 : 1
      next.push(Math.min((row[to] ?? 0) + 1, (next[to - 1] ?? 0) + 1, (row[to - 1] ?? 0) + same))
    }
    row = next
  }
  return row[other.length] ?? 0
}
