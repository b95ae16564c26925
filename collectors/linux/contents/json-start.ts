/**
 * Begins like JSON, also like JSON with comments before it. No regular expression: between comments one tries every way to
 * divide a text, and a file with forty comments would keep a scan for ever.
 */
export function startsLikeJson(text: string): boolean {
  let at = text.startsWith('\ufeff') ? 1 : 0
  for (;;) {
    at = afterSpace(text, at)
    const end = commentEnd(text, at)
    if (end === undefined) break
    at = end
  }
  if (text[at] !== '{' && text[at] !== '[') return false
  const next = text[afterSpace(text, at + 1)]
  return next !== undefined && '"{[}]/'.includes(next)
}

const longestComment = 2_000

/** Where the comment that begins there has its end; undefined where none begins or it has no end. */
function commentEnd(text: string, at: number): number | undefined {
  const start = text.slice(at, at + 2)
  if (start !== '/*' && start !== '//') return undefined
  const [mark, most] = start === '/*' ? (['*/', longestComment] as const) : (['\n', Number.POSITIVE_INFINITY] as const)
  const end = text.indexOf(mark, at + 2)
  return end < 0 || end - at > most ? undefined : end + mark.length
}

function afterSpace(text: string, at: number): number {
  let next = at
  while (next < text.length && /\s/.test(text.charAt(next))) next++
  return next
}
