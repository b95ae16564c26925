import { type Placed, shellStructure } from './shell-structure.ts'

/** What to do with lines of a shell script: take them out, put one in their place, or leave them, and why. */
export type ShellRemoval = 'take' | { readonly replacement: string } | { readonly refused: string }

/** Whether a file is read by a shell, by its place or its first line. */
export function isShellFile(path: string, text: string): boolean {
  if (/^#![^\n]*\b(?:ba|da|k|mk|z|a)?sh\b/.test(text)) return true
  if (text.startsWith('#!')) return false
  return shellPlaces.test(path)
}

const shellPlaces =
  /\/(?:etc\/(?:profile|bash\.bashrc|bashrc|bash\.bash_logout|rc\.local|rc\.d\/[^/]*|init\.d\/[^/]*|profile\.d\/[^/]*\.sh|zsh\/[^/]*|default\/[^/]*)|\.(?:bashrc|bash_profile|bash_login|bash_logout|bash_aliases|profile|kshrc|zshrc|zshenv|zprofile|zlogin|zlogout))$/

const functionHead = /^\s*(?:function\s+[^\s(){};&|]+\s*(?:\(\s*\))?|[^\s(){};&|]+\s*\(\s*\))\s*$/

/**
 * What keeps a script whole when the lines `first` to `last` (0-based) go. The only command of a body becomes `:`; a line that
 * opens a block keeps an opening that does nothing; what begins or ends in the middle of something is refused. A script
 * that cannot be followed to its end is not kept from anything.
 */
export function shellRemoval(text: string, first: number, last: number): ShellRemoval {
  const structure = shellStructure(text)
  if (structure === undefined) return 'take'
  const starts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1), text.length]
  const start = starts[first] ?? text.length
  const end = Math.min(text.length, starts[last + 1] ?? text.length)
  const removed = text.slice(start, end).replace(/\n$/, '')
  if (structure.documents.some(document => start >= document.start && end <= document.end)) return 'take'
  const { tokens } = structure
  const around = tokens.find(token => token.kind === 'word' && token.start < start && token.end > end)
  // What a quote or an array holds is its own; in a substitution it is a script again.
  if (around !== undefined && !/\$\(|`|[<>]\(/.test(around.text)) return 'take'
  const crosses = tokens.some(
    token => (token.start < start && token.end > start) || (token.start < end && token.end > end),
  )
  if (crosses) return { refused: 'it is part of something that spans several lines' }
  const inside = tokens.filter(token => token.start >= start && token.end <= end && token.kind !== 'newline')
  const [head] = inside
  const tail = inside.at(-1)
  if (head === undefined || tail === undefined) return 'take'
  const before = tokens.findLast(token => token.end <= start)
  const after = tokens.find(token => token.start >= tail.end)
  if ((before !== undefined && before.kind !== 'newline') || (after !== undefined && after.kind !== 'newline')) {
    return { refused: 'the command begins or goes on in another line' }
  }
  const indent = /^[ \t]*/.exec(removed)?.[0] ?? ''
  if (tail.wants && (tail.text === ')' || isFunctionName(tokens, tail))) {
    // Its body follows and would run at once.
    return functionHead.test(removed) ? { replacement: `${indent}davylamp_removed()` } : { refused: 'it opens a block' }
  }
  const previous = tokens.findLast(token => token.end <= start && token.kind !== 'newline')
  const waits = previous?.wants === true && ['&&', '||', '|', '|&', '!', 'time'].includes(previous.text)
  if (!isWhole(inside)) {
    const skeleton = skeletonOf(inside, removed, start)
    if (skeleton === undefined) return { refused: 'it opens or closes a block' }
    // `a &&` on the line before still waits for a command.
    return { replacement: `${indent}${waits && skeleton.startsWith(';;') ? ': ' : ''}${skeleton}` }
  }
  const next = tokens.find(token => token.start >= end && token.kind !== 'newline')
  if (previous?.wants !== true) return 'take'
  const chained = waits || previous.text === ')' || isFunctionName(tokens, previous)
  if (!chained && next !== undefined && !next.ends) return 'take'
  const joint = tail.wants && tail.kind === 'operator' && tail.text !== '(' ? ` ${tail.text}` : ''
  return { replacement: `${indent}:${joint}` }
}

/** What is opened within is closed within, and nothing outside is touched. */
function isWhole(inside: readonly Placed[]): boolean {
  const outer = inside[0]?.before ?? ''
  if (inside.at(-1)?.after !== outer) return false
  const arms = outer.endsWith('pattern')
  return inside.every(({ before, after, structural, wants, ends, kind, text }) => {
    const within = (open: string) => open === outer || open === '' || open.startsWith(`${outer}.`) || outer === ''
    const armOf = outer.replace(/pattern$/, '')
    const itsArm = (open: string) => arms && (open.startsWith(`${armOf}pattern`) || open.startsWith(`${armOf}body`))
    if (!within(before) && !itsArm(before)) return false
    if (!within(after) && !itsArm(after)) return false
    // `else`, `then` and `do` of an outer block open nothing and close nothing, and still divide it.
    return !(structural && wants && ends && kind === 'word' && before === outer) && !(text === ';;' && before === outer)
  })
}

function isFunctionName(tokens: readonly Placed[], token: Placed): boolean {
  return tokens[tokens.indexOf(token) - 1]?.text === 'function'
}

/** An opening of the same kind that does nothing. */
function skeletonOf(inside: readonly Placed[], removed: string, start: number): string | undefined {
  const [head] = inside
  const tail = inside.at(-1)
  if (head === undefined || tail === undefined) return undefined
  const outer = head.before
  const opened = tail.after.startsWith(outer === '' ? '' : `${outer}.`) && depthOf(tail.after) === depthOf(outer) + 1
  const flat = inside.every(({ before }, at) => at === 0 || depthOf(before) >= depthOf(outer) + (opened ? 1 : 0))
  const divides = inside.filter(
    ({ structural, wants, ends, before }) => structural && wants && ends && before === tail.after,
  )
  if (opened && flat && ['if', 'while', 'until'].includes(head.text) && divides.length <= 1) {
    const condition = head.text === 'until' ? ':' : 'false'
    if (divides.length === 0) return tail.wants ? undefined : `${head.text} ${condition}`
    return divides[0] === tail ? `${head.text} ${condition}; ${tail.text}` : undefined
  }
  if (head.text === 'elif' && tail.text === 'then' && tail.after === outer) {
    const parts = inside.filter(
      ({ structural, wants, ends, before }) => structural && wants && ends && before === outer,
    )
    return parts.length === 2 ? 'elif false; then' : undefined
  }
  if (opened && tail.text === '{' && functionHead.test(removed.replace(/\{\s*$/, ''))) return 'davylamp_removed() {'
  if (outer.endsWith('body') && tail.after === outer.replace(/body$/, 'pattern') && /^;;?&?$/.test(tail.text)) {
    return inside.slice(0, -1).every(({ before }) => before === outer || before.startsWith(`${outer}.`))
      ? tail.text
      : undefined
  }
  if (outer.endsWith('pattern') && tail.after === outer.replace(/pattern$/, 'body')) {
    const arm = inside.findIndex(({ after }) => after === tail.after)
    const rest = inside.slice(arm + 1)
    const end = inside[arm]?.end ?? start
    if (rest.some(({ before }) => before !== tail.after && !before.startsWith(`${tail.after}.`))) return undefined
    return removed.slice(0, end - start).trimStart()
  }
  return undefined
}

function depthOf(open: string): number {
  return open === '' ? 0 : open.split('.').length
}
