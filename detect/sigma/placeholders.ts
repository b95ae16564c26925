import { type Part, parseText } from './text-pattern.ts'

/** Values of a placeholder `%name%`, or undefined where there are none. */
export type Placeholders = (name: string) => readonly string[] | undefined

/** `%name%`, not after a backslash. */
export const placeholder = /(?<!\\)%(\w+)%/g

/** All forms of a value with its placeholders filled in; names without a value go to `unresolved`. */
export function expandParts(parts: readonly Part[], placeholders: Placeholders, unresolved: string[]): Part[][] {
  let forms: Part[][] = [[]]
  for (const part of parts) {
    const pieces = typeof part === 'string' ? part.split(placeholder) : [part]
    for (const [index, piece] of pieces.entries()) {
      const named = typeof piece === 'string' && index % 2 === 1
      const choices = named ? replacements(piece, placeholders, unresolved).map(parseText) : [[unescapePercent(piece)]]
      forms = forms.flatMap(form => choices.map(choice => [...form, ...choice]))
      if (forms.length > 4000) throw new Error('the placeholders stand for too many values')
    }
  }
  return forms
}

export function replacements(name: string, placeholders: Placeholders, unresolved: string[]): readonly string[] {
  const values = placeholders(name)
  if (values === undefined || values.length === 0) unresolved.push(name)
  return values ?? []
}

function unescapePercent(part: Part): Part {
  return typeof part === 'string' ? part.replaceAll('\\%', '%') : part
}
