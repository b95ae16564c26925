/** Parses JSON; whole numbers that a double cannot hold become strings of their digits. */
export function parseJson(text: string): unknown {
  if (!/\d{16}/.test(text)) return JSON.parse(text)
  return JSON.parse(text, (_key, value: unknown, context?: { source?: string }) =>
    typeof value === 'number' &&
    !Number.isSafeInteger(value) &&
    /^-?\d+$/.test(context?.source ?? '') &&
    String(value) !== context?.source
      ? context?.source
      : value,
  )
}

/** The JSON values of a text that holds several one after the other, or one list of them. */
export function parseJsonValues(text: string): unknown[] {
  const values: unknown[] = []
  for (let at = 0; at < text.length; ) {
    const start = at + (/^[\s\u001e\ufeff,]*/.exec(text.slice(at, at + 1000))?.[0].length ?? 0)
    if (start >= text.length) break
    const end = endOfValue(text, start)
    values.push(parseJson(text.slice(start, end)))
    at = end
  }
  const only = values[0]
  return values.length === 1 && Array.isArray(only) ? only : values
}

function endOfValue(text: string, start: number): number {
  let depth = 0
  let quoted = false
  for (let at = start; at < text.length; at++) {
    const unit = text[at]
    if (quoted) {
      if (unit === '\\') at++
      else if (unit === '"') quoted = false
    } else if (unit === '"') quoted = true
    else if (unit === '{' || unit === '[') depth++
    else if ((unit === '}' || unit === ']') && --depth <= 0) return at + 1
  }
  return text.length
}
