import type { Target } from '../../target/index.ts'

/** One line of a text, with what a backslash at its end joins to it. */
export interface HostLine {
  /** 1-based, of the first line. */
  readonly line: number
  /** Exactly as it is in the file; joined lines keep the line ends between them. */
  readonly text: string
  /** What a parser reads: joined, without the line's carriage return. */
  readonly joined: string
}

const mostLines = 50_000
const mostJoined = 200

/** The lines of a file; none when it cannot be read. */
export function readLines(target: Target, path: string, limit = 1 << 20): HostLine[] {
  return linesOf(target.files.text(path, limit) ?? '')
}

/** The lines of a text, joined where a line ends in an odd number of backslashes. */
export function linesOf(text: string): HostLine[] {
  const raw = text.split('\n', mostLines)
  if (raw.at(-1) === '') raw.pop()
  const lines: HostLine[] = []
  for (let at = 0; at < raw.length; ) {
    const first = at
    const parts: string[] = []
    for (;;) {
      const part = (raw[at++] ?? '').replace(/\r$/, '')
      const goesOn = endsInBackslash(part) && at < raw.length && parts.length < mostJoined && !isComment(part)
      parts.push(goesOn ? part.slice(0, -1) : part)
      if (!goesOn) break
    }
    lines.push({ line: first + 1, text: raw.slice(first, at).join('\n'), joined: parts.join('') })
  }
  return lines
}

function endsInBackslash(text: string): boolean {
  let count = 0
  while (text.charCodeAt(text.length - 1 - count) === 92) count++
  return count % 2 === 1
}

function isComment(text: string): boolean {
  return /^\s*#/.test(text)
}
