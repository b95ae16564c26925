import type { Target } from '../../target/index.ts'
import { glob } from './directory.ts'

/** One keyword of sshd_config(5) as sshd meets it, with included files in their place. */
export interface SshdLine {
  readonly path: string
  readonly line: number
  readonly text: string
  /** Lower case. */
  readonly keyword: string
  readonly value: string
  /** The criteria of the Match block that holds it; undefined where it holds for everybody. */
  readonly match: string | undefined
}

const mainPath = '/etc/ssh/sshd_config'
const deepest = 16
const mostLines = 20_000

/** All lines in the order in which sshd reads them: of each keyword the first one outside Match blocks is in force. */
export function readSshdLines(target: Target, path = mainPath): SshdLine[] {
  const lines: SshdLine[] = []
  readFile(target, path, undefined, 0, lines)
  return lines
}

/** A Match in an included file ends with that file; an Include inside a Match holds only for those whom it matches. */
function readFile(target: Target, path: string, outer: string | undefined, depth: number, lines: SshdLine[]): void {
  if (depth > deepest) return
  let match = outer
  for (const [at, text] of (target.files.text(path, 1 << 20) ?? '').split('\n', mostLines).entries()) {
    if (lines.length >= mostLines) return
    const parsed = parseSshdLine(text)
    if (!parsed) continue
    const { keyword, value } = parsed
    if (keyword === 'match') match = /^all$/i.test(value) ? outer : value
    else if (keyword === 'include')
      for (const file of included(target, value)) readFile(target, file, match, depth + 1, lines)
    else lines.push({ path, line: at + 1, text, keyword, value, match })
  }
}

/** `Keyword value`, `Keyword=value`, a comment behind it; undefined for empty and comment lines. */
export function parseSshdLine(text: string): { keyword: string; value: string } | undefined {
  if (text.length > 65_536) return undefined
  const line = text.replace(/\0.*$/s, '').trim()
  const match = /^([A-Za-z]\w*)(?:\s*=\s*|\s+)(.*)$/s.exec(line)
  if (!match) return undefined
  const words = (match[2] ?? '').match(/"[^"]*"?|[^\s"]+/g) ?? []
  const comment = words.findIndex(word => word.startsWith('#'))
  const value = words.slice(0, comment < 0 ? undefined : comment).map(word => word.replace(/^"(.*?)"?$/, '$1'))
  return { keyword: (match[1] ?? '').toLowerCase(), value: value.join(' ') }
}

function included(target: Target, patterns: string): string[] {
  return patterns
    .split(/\s+/)
    .filter(pattern => pattern !== '')
    .flatMap(pattern => glob(target, pattern.startsWith('/') ? pattern : `/etc/ssh/${pattern}`).sort())
    .slice(0, 1000)
}
