/** Text that means itself in a pattern. */
export function escapeLiteral(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}

export function escapeInClass(text: string): string {
  return text.replace(/[\\\]^[-]/g, '\\$&')
}

/** A pattern for a character in both cases. */
export function eitherCase(text: string): string {
  const lower = text.toLowerCase()
  const upper = text.toUpperCase()
  if (lower === upper || lower.length !== 1 || upper.length !== 1) return escapeLiteral(text)
  return `[${lower}${upper}]`
}

/** The members of a class once more in the other case: single characters, and ranges where they meet letters of ASCII. */
export function bothCases(members: readonly string[]): string {
  let more = ''
  for (const member of members) {
    const range = /^(\\?.|\\u[0-9a-f]{4})-(\\?.|\\u[0-9a-f]{4})$/is.exec(member)
    if (range) more += otherCaseRange(characterOf(range[1] ?? ''), characterOf(range[2] ?? ''))
    else if (!/^\\[wWdDsS]/.test(member) && [...member].length === 1) more += otherCase(member)
  }
  return more
}

function characterOf(written: string): number {
  if (/^\\u[0-9a-f]{4}$/i.test(written)) return Number.parseInt(written.slice(2), 16)
  return written.charCodeAt(written.length - 1)
}

function otherCaseRange(from: number, to: number): string {
  let more = ''
  for (const [low, high, shift] of [
    [0x41, 0x5a, 32],
    [0x61, 0x7a, -32],
  ] as const) {
    const start = Math.max(from, low)
    const end = Math.min(to, high)
    if (start <= end) more += `${String.fromCharCode(start + shift)}-${String.fromCharCode(end + shift)}`
  }
  return more
}

function otherCase(text: string): string {
  const other = text === text.toLowerCase() ? text.toUpperCase() : text.toLowerCase()
  return other.length === text.length && other !== text ? other : ''
}
