/** A word, a text or a sign of YARA's language; `at` is its place in the source. */
export interface Token {
  readonly kind: 'word' | 'text' | 'regex' | 'other'
  readonly text: string
  readonly at: number
}

// A regular expression needs no classes here: YARA ends it at the first slash that is not escaped. A slash alone means nothing
// else in YARA, where `\` divides.
const tokenPattern =
  /\s+|\/\/[^\n]*|\/\*(?:[\s\S]*?\*\/|[\s\S]*)|("(?:\\[^\n]|[^"\\\n])*")|(\/(?:\\[^\n]|[^/\\\n])+\/[a-z]*)|([$#@!]?\w+)|[\s\S]/y

/** In order, without blanks and comments. */
export function tokensOf(source: string): Token[] {
  const tokens: Token[] = []
  tokenPattern.lastIndex = 0
  for (let at = 0; at < source.length; at = tokenPattern.lastIndex) {
    const match = tokenPattern.exec(source)
    if (match === null) break
    const [whole, text, regex, word] = match
    if (text !== undefined) tokens.push({ kind: 'text', text, at })
    else if (regex !== undefined) tokens.push({ kind: 'regex', text: regex, at })
    else if (word !== undefined) tokens.push({ kind: 'word', text: word, at })
    else if (whole.length === 1 && whole.trim() !== '') tokens.push({ kind: 'other', text: whole, at })
  }
  return tokens
}
