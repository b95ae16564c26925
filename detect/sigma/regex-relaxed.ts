const mostRepetitions = 16

/**
 * A pattern (as `translateRegex` writes it) that holds wherever the given one does, and can be run in linear time: without
 * look-around, with anything in the place of a back-reference, and without upper bounds of long repetitions.
 */
export function relaxRegex(source: string): string {
  let relaxed = ''
  for (let at = 0; at < source.length; ) {
    const piece = pieceAt(source, at)
    at += piece.length
    if (/^\\(?:[1-9]|k<)/.test(piece)) relaxed += anything
    else if (lookAround.test(piece)) {
      at = endOfGroup(source, at)
      relaxed += '(?:)'
    } else relaxed += piece.startsWith('{') ? relaxedRepetition(piece) : piece
  }
  return relaxed
}

const anything = String.raw`(?:[\s\S]*)`
const lookAround = /^\(\?<?[=!]$/

/** An escape, a class, the start of a group with its kind, a counted repetition, or one character. */
function pieceAt(source: string, at: number): string {
  const unit = source.charAt(at)
  if (!'\\[({'.includes(unit)) return unit
  pieces.lastIndex = at
  return pieces.exec(source)?.[0] ?? unit
}

const pieces = /\\(?:[1-9]\d*|k<\w+>|[\s\S])|\[(?:\\[\s\S]|[^\\\]])*\]|\((?:\?(?:<?[=!]|:|<\w+>))?|\{\d+(?:,\d*)?\}/y

/** Behind the group whose inside begins at `from`. */
function endOfGroup(source: string, from: number): number {
  let at = from
  for (let open = 1; open > 0 && at < source.length; ) {
    const piece = pieceAt(source, at)
    at += piece.length
    if (piece.startsWith('(')) open++
    else if (piece === ')') open--
  }
  return at
}

function relaxedRepetition(text: string): string {
  const [least = 0, most = text.includes(',') ? 0 : least] = [...text.matchAll(/\d+/g)].map(Number)
  if (Math.max(least, most) <= mostRepetitions) return text
  return least === 0 ? '*' : '+'
}
