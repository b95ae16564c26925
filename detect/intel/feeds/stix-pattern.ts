// The patterning language of STIX 2.1 (section 9), read whole, so that nothing is taken for something else by its looks.

/** One comparison of a pattern: `file:hashes.'SHA-256' = '…'`. */
export interface Comparison {
  readonly kind: 'comparison'
  /** The type of the object: `file`. */
  readonly object: string
  /** Steps behind it: `['hashes', 'SHA-256']`. */
  readonly path: readonly string[]
  readonly operator: string
  readonly negated: boolean
  readonly values: readonly string[]
}

export type Pattern =
  | Comparison
  | { readonly kind: 'and' | 'or' | 'followed-by'; readonly parts: readonly Pattern[] }
  /** A time or a number of times is wanted too. */
  | { readonly kind: 'qualified'; readonly part: Pattern }
  /** One observation: its comparisons are about one object. */
  | { readonly kind: 'observation'; readonly part: Pattern }

export class PatternError extends Error {
  override readonly name = 'PatternError'
}

const longestPattern = 65_536
const deepest = 60

/** Throws `PatternError`. */
export function parsePattern(text: string): Pattern {
  if (text.length > longestPattern) throw new PatternError('the pattern is longer than 65536 characters')
  const parser = new Parser(tokensOf(text))
  const pattern = parser.observations(0)
  parser.end()
  return pattern
}

interface Token {
  readonly kind: 'word' | 'text' | 'number' | 'sign' | 'end'
  readonly text: string
  readonly at: number
}

const lexer =
  /\s+|\/\*[\s\S]*?\*\/|\/\/[^\n]*|(?<literal>(?:t|b|h)?'(?:[^'\\]|\\[\s\S])*')|(?<number>[+-]?\d+(?:\.\d+)?)|(?<word>[A-Za-z_][\w-]*)|(?<sign><=|>=|!=|<>|==|[[\](),:.=<>*])/gy

function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  lexer.lastIndex = 0
  for (let at = 0; at < text.length; at = lexer.lastIndex) {
    lexer.lastIndex = at
    const found = lexer.exec(text)
    if (found === null) throw new PatternError(`it cannot be read from character ${at + 1} on`)
    const { literal, number, word, sign } = found.groups ?? {}
    if (literal !== undefined) tokens.push({ kind: 'text', text: textOf(literal), at })
    else if (number !== undefined) tokens.push({ kind: 'number', text: number, at })
    else if (word !== undefined) tokens.push({ kind: 'word', text: word, at })
    else if (sign !== undefined) tokens.push({ kind: 'sign', text: sign, at })
    if (tokens.length > 20_000) throw new PatternError('it has more than 20000 parts')
  }
  tokens.push({ kind: 'end', text: '', at: text.length })
  return tokens
}

function textOf(literal: string): string {
  const inner = literal.slice(literal.indexOf("'") + 1, -1).replaceAll(/\\([\s\S])/g, '$1')
  return literal.startsWith('h') ? Buffer.from(inner, 'hex').toString('latin1') : inner
}

class Parser {
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  /** FOLLOWEDBY binds least, AND most. */
  observations(depth: number): Pattern {
    return this.#joined('followed-by', 'FOLLOWEDBY', () =>
      this.#joined('or', 'OR', () => this.#joined('and', 'AND', () => this.#observation(depth))),
    )
  }

  end(): void {
    if (this.#next().kind !== 'end') this.#fail('nothing more')
  }

  #observation(depth: number): Pattern {
    if (depth > deepest) this.#fail('fewer brackets')
    let pattern: Pattern
    if (this.#takes('[')) {
      pattern = { kind: 'observation', part: this.#comparisons(depth + 1) }
      this.#wants(']')
    } else {
      this.#wants('(')
      pattern = this.observations(depth + 1)
      this.#wants(')')
    }
    while (this.#qualifier()) pattern = { kind: 'qualified', part: pattern }
    return pattern
  }

  #qualifier(): boolean {
    if (this.#takesWord('WITHIN')) {
      this.#wantsKind('number')
      this.#wantsWord('SECONDS')
      return true
    }
    if (this.#takesWord('REPEATS')) {
      this.#wantsKind('number')
      this.#wantsWord('TIMES')
      return true
    }
    if (!this.#takesWord('START')) return false
    this.#wantsKind('text')
    this.#wantsWord('STOP')
    this.#wantsKind('text')
    return true
  }

  #comparisons(depth: number): Pattern {
    if (depth > deepest) this.#fail('fewer brackets')
    return this.#joined('or', 'OR', () => this.#joined('and', 'AND', () => this.#comparison(depth)))
  }

  #comparison(depth: number): Pattern {
    if (this.#takes('(')) {
      const inner = this.#comparisons(depth + 1)
      this.#wants(')')
      return inner
    }
    if (this.#takesWord('EXISTS'))
      return { kind: 'comparison', ...this.#objectPath(), operator: 'EXISTS', negated: false, values: [] }
    const place = this.#objectPath()
    const negated = this.#takesWord('NOT')
    const token = this.#next()
    const operator = token.text === '==' ? '=' : token.text === '<>' ? '!=' : token.text
    if (operator === 'IN') return { kind: 'comparison', ...place, operator, negated, values: this.#set() }
    if (!operators.has(operator)) this.#fail('an operator', token)
    return { kind: 'comparison', ...place, operator, negated, values: [this.#literal()] }
  }

  #objectPath(): { object: string; path: string[] } {
    const object = this.#wantsKind('word')
    this.#wants(':')
    const path = [this.#step()]
    for (;;) {
      if (this.#takes('.')) path.push(this.#step())
      else if (this.#takes('[')) {
        const index = this.#next()
        if (index.kind !== 'number' && index.text !== '*') this.#fail('a number or *', index)
        this.#wants(']')
        path.push(`[${index.text}]`)
      } else return { object, path }
    }
  }

  #step(): string {
    const token = this.#next()
    if (token.kind !== 'word' && token.kind !== 'text') this.#fail('the name of a property', token)
    return token.text
  }

  #set(): string[] {
    this.#wants('(')
    const values = [this.#literal()]
    while (this.#takes(',')) values.push(this.#literal())
    this.#wants(')')
    return values
  }

  #literal(): string {
    const token = this.#next()
    const truth = token.kind === 'word' && /^(?:true|false)$/i.test(token.text)
    if (token.kind !== 'text' && token.kind !== 'number' && !truth) this.#fail('a value', token)
    return token.text
  }

  #joined(kind: 'and' | 'or' | 'followed-by', word: string, part: () => Pattern): Pattern {
    const first = part()
    if (!this.#isWord(word)) return first
    const parts = [first]
    while (this.#takesWord(word)) parts.push(part())
    return { kind, parts }
  }

  #next(): Token {
    const token = this.#tokens[this.#at] ?? this.#tokens.at(-1)
    if (token === undefined) throw new PatternError('it is empty')
    this.#at++
    return token
  }

  #takes(sign: string): boolean {
    const token = this.#tokens[this.#at]
    if (token?.kind !== 'sign' || token.text !== sign) return false
    this.#at++
    return true
  }

  #isWord(word: string): boolean {
    const token = this.#tokens[this.#at]
    return token?.kind === 'word' && token.text === word
  }

  #takesWord(word: string): boolean {
    if (!this.#isWord(word)) return false
    this.#at++
    return true
  }

  #wants(sign: string): void {
    if (!this.#takes(sign)) this.#fail(sign, this.#tokens[this.#at])
  }

  #wantsWord(word: string): void {
    if (!this.#takesWord(word)) this.#fail(word, this.#tokens[this.#at])
  }

  #wantsKind(kind: Token['kind']): string {
    const token = this.#next()
    if (token.kind !== kind) this.#fail(kind === 'word' ? 'a name' : `a ${kind}`, token)
    return token.text
  }

  #fail(wanted: string, token = this.#tokens[this.#at - 1]): never {
    throw new PatternError(`${wanted} was expected at character ${(token?.at ?? 0) + 1}`)
  }
}

const operators = new Set(['=', '!=', '<', '>', '<=', '>=', 'LIKE', 'MATCHES', 'ISSUBSET', 'ISSUPERSET'])
