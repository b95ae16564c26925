import type { Target } from '../../target/index.ts'

/** One line of a text, with what a backslash at its end joins to it. */
export interface HostLine {
  /** 1-based, of the first line. */
  readonly line: number
  /** Exactly as it is in the file; joined lines keep the line ends between them. */
  readonly text: string
  /** What a parser reads: joined, without the line's carriage return; of a long run of blanks the first 64. */
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
    lines.push({ line: first + 1, text: raw.slice(first, at).join('\n'), joined: withoutGulfs(parts.join('')) })
  }
  return lines
}

/** Nobody needs so many, and a pattern that may divide them between two of its parts tries every way to do so. */
function withoutGulfs(text: string): string {
  return text.replace(/\s{65,}/g, run => run.slice(0, 64))
}

function endsInBackslash(text: string): boolean {
  let count = 0
  while (text.charCodeAt(text.length - 1 - count) === 92) count++
  return count % 2 === 1
}

function isComment(text: string): boolean {
  return /^\s*#/.test(text)
}
