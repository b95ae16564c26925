/** A condition of a rule as a tree. */
export type Condition =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Condition[] }
  | { readonly kind: 'not'; readonly part: Condition }
  | { readonly kind: 'name'; readonly name: string }
  /** At least `count` of the detections whose name fits the pattern; `them` is all of them. */
  | { readonly kind: 'of'; readonly count: number | 'all'; readonly pattern: string }

/** The condition cannot be read, or (`unsupported`) is in a form that version 2 of the specification dropped. */
export class ConditionError extends Error {
  readonly unsupported: boolean
  constructor(message: string, unsupported = false) {
    super(message)
    this.unsupported = unsupported
  }
}

/** Precedence from loose to tight: or, and, not, `N of`, brackets (specification, "Condition"). */
export function parseCondition(text: string): Condition {
  if (text.includes('|'))
    throw new ConditionError('aggregation after "|" is not part of Sigma 2; use a correlation rule', true)
  const tokens = text.match(/[()]|[^\s()]+/g) ?? []
  if (tokens.length > 5000) throw new ConditionError('condition is too long')
  const reader = new Reader(tokens)
  const condition = reader.either(0)
  if (reader.next() !== undefined) throw new ConditionError(`unexpected "${reader.next()}" in condition`)
  return condition
}

const deepest = 200

class Reader {
  readonly #tokens: readonly string[]
  #at = 0

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens
  }

  next(): string | undefined {
    return this.#tokens[this.#at]
  }

  either(depth: number): Condition {
    return this.#joined('or', () => this.#joined('and', () => this.#negated(depth)))
  }

  #joined(word: 'and' | 'or', operand: () => Condition): Condition {
    const first = operand()
    const parts = [first]
    while (this.#take(word)) parts.push(operand())
    return parts.length === 1 ? first : { kind: word, parts }
  }

  #negated(depth: number): Condition {
    if (depth > deepest) throw new ConditionError('condition is nested too deep')
    if (this.#take('not')) return { kind: 'not', part: this.#negated(depth + 1) }
    if (this.#take('(')) {
      const inner = this.either(depth + 1)
      if (!this.#take(')')) throw new ConditionError('missing ")" in condition')
      return inner
    }
    return this.#operand()
  }

  #operand(): Condition {
    const token = this.next()
    if (token === undefined) throw new ConditionError('condition ends too early')
    if (token === ')' || /^(and|or|not)$/i.test(token)) throw new ConditionError(`unexpected "${token}" in condition`)
    this.#at++
    if (/^(\d+|all|any)$/i.test(token) && this.#take('of')) return this.#selector(token.toLowerCase())
    return { kind: 'name', name: token }
  }

  #selector(quantity: string): Condition {
    const pattern = this.next()
    if (pattern === undefined || pattern === '(' || pattern === ')')
      throw new ConditionError(`nothing after "${quantity} of"`)
    this.#at++
    const count = quantity === 'all' ? 'all' : quantity === 'any' ? 1 : Number(quantity)
    if (count === 0) throw new ConditionError('"0 of" says nothing; use "not 1 of"')
    return { kind: 'of', count, pattern: /^them$/i.test(pattern) ? 'them' : pattern }
  }

  #take(word: string): boolean {
    if (this.next()?.toLowerCase() !== word) return false
    this.#at++
    return true
  }
}

/** Names that a pattern of `N of` stands for. Those that begin with `_` are meant to be left out unless it does too. */
export function namesFor(pattern: string, names: readonly string[]): string[] {
  if (pattern === 'them') return names.filter(name => !name.startsWith('_'))
  const source = pattern.split('*').map(piece => piece.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'))
  const fits = new RegExp(`^${source.join('.*')}$`)
  return names.filter(name => fits.test(name) && (pattern.startsWith('_') || !name.startsWith('_')))
}
