import { bothCases, eitherCase, escapeInClass, escapeLiteral } from './regex-case.ts'

/** A PCRE pattern as JavaScript reads it, without the `i` and `s` flags. */
export interface Translated {
  readonly source: string
  readonly multiline: boolean
  /** Longest text (folded) that every match holds, or ''. */
  readonly literal: string
  /** The pattern holds `$`. */
  readonly trailing: boolean
  /** How many long repetitions follow each other, the exponent of the time a backtracking engine needs; without bound when nested. */
  readonly degree: number
}

interface Flags {
  i: boolean
  s: boolean
}

const posixClasses: { readonly [name: string]: string } = {
  alpha: 'a-zA-Z',
  digit: '0-9',
  alnum: '0-9a-zA-Z',
  upper: 'A-Z',
  lower: 'a-z',
  space: '\\s',
  blank: ' \\t',
  punct: '!-\\/:-@\\[-`{-~',
  xdigit: '0-9a-fA-F',
  cntrl: '\\x00-\\x1f\\x7f',
  print: ' -~',
  graph: '!-~',
  word: '\\w',
}

/**
 * Writes the `i` flag out as `[aA]`: without that flag V8 can run the pattern in linear time. Throws on what has no
 * equal in JavaScript (possessive quantifiers, atomic groups, recursion, conditionals).
 */
export function translateRegex(pattern: string, flags: { i?: boolean; m?: boolean; s?: boolean }): Translated {
  if (pattern.length > 20_000) throw new Error('regular expression is too long')
  return new Translator(pattern, flags).run()
}

class Translator {
  readonly #pattern: string
  #at = 0
  #multiline: boolean
  #flags: Flags
  #stack: Flags[] = []
  /** For each open group, and the one closed last: whether it holds a repetition or a choice. */
  #branching: boolean[] = []
  #closedBranching = false
  #nested = false
  #long = 0
  #out = ''
  #trailing = false
  #run = ''
  #longest = ''
  #alternatives = false

  constructor(pattern: string, flags: { i?: boolean; m?: boolean; s?: boolean }) {
    this.#pattern = pattern
    this.#multiline = flags.m ?? false
    this.#flags = { i: flags.i ?? false, s: flags.s ?? false }
  }

  run(): Translated {
    while (this.#at < this.#pattern.length) this.#step()
    this.#endRun()
    if (this.#stack.length > 0) throw new Error('missing ")" in regular expression')
    const usable = !this.#alternatives && /^[\x20-\x7e]*$/.test(this.#longest)
    const literal = usable ? this.#longest.toLowerCase() : ''
    return {
      source: this.#out,
      multiline: this.#multiline,
      literal,
      trailing: this.#trailing,
      degree: this.#nested ? Number.POSITIVE_INFINITY : this.#long,
    }
  }

  #step() {
    const unit = this.#pattern.charAt(this.#at)
    if (unit === '\\') this.#escape()
    else if (unit === '[') this.#characterClass()
    else if (unit === '(') this.#open()
    else if (unit === ')') this.#close()
    else if (unit === '.') this.#emit(this.#flags.s ? '[\\s\\S]' : '[^\\n]', 1)
    else if (unit === '$' || unit === '^' || unit === '|') this.#anchor(unit)
    else if (this.#quantifier(unit)) return
    else this.#literal(codePointAt(this.#pattern, this.#at))
  }

  #anchor(unit: string) {
    if (unit === '$') this.#trailing = true
    if (unit === '|') this.#noteBranching()
    if (unit === '|') this.#alternatives = true
    this.#emit(unit, 1)
  }

  #quantifier(unit: string): boolean {
    const rest = this.#pattern.slice(this.#at, this.#at + 24)
    const match = /^(?:[*+?]|\{\d+(?:,\d*)?\}|\{,\d+\})/.exec(unit === '{' || '*+?'.includes(unit) ? rest : '')
    if (!match) return false
    const follower = rest.charAt(match[0].length)
    if (follower === '+') throw new Error('possessive quantifiers are not supported in regular expressions')
    if (this.#out.endsWith(')') && this.#closedBranching) this.#nested = true
    if (Number(/(\d*)\}?$/.exec(match[0])?.[1] || 99) > 16 && match[0] !== '?') this.#long++
    this.#noteBranching()
    // The character before may be absent or repeated, so it is no part of a needed text.
    this.#run = this.#run.slice(0, -1)
    this.#endRun()
    const text = match[0].startsWith('{,') ? `{0${match[0].slice(1)}` : match[0]
    this.#out += text + (follower === '?' ? '?' : '')
    this.#at += match[0].length + (follower === '?' ? 1 : 0)
    return true
  }

  #literal(text: string) {
    this.#at += text.length
    this.#run += text
    if (this.#run.length > this.#longest.length && this.#stack.length === 0 && !this.#quantified())
      this.#longest = this.#run
    this.#out += this.#flags.i ? eitherCase(text) : escapeLiteral(text)
  }

  #noteBranching() {
    if (this.#branching.length > 0) this.#branching[this.#branching.length - 1] = true
  }

  #quantified(): boolean {
    return '*+?{'.includes(this.#pattern.charAt(this.#at)) && this.#at < this.#pattern.length
  }

  #emit(text: string, length: number) {
    this.#endRun()
    this.#out += text
    this.#at += length
  }

  #endRun() {
    this.#run = ''
  }

  #open() {
    const rest = this.#pattern.slice(this.#at, this.#at + 80)
    const comment = /^\(\?#[^)]*\)/.exec(rest)
    if (comment) return this.#emit('', comment[0].length)
    const flags = /^\(\?([a-zA-Z]*)(?:-([a-zA-Z]+))?([:)])/.exec(rest)
    if (flags && rest.startsWith('(?') && (flags[1] !== '' || flags[2] !== undefined)) return this.#inlineFlags(flags)
    const named = /^\(\?P?<([A-Za-z_]\w*)>/.exec(rest)
    const back = /^\(\?P=([A-Za-z_]\w*)\)/.exec(rest)
    if (back) return this.#emit(`\\k<${back[1]}>`, back[0].length)
    const opener = named ? `(?<${named[1]}>` : (/^\(\?(?:[:=!]|<[=!])/.exec(rest)?.[0] ?? '(')
    if (opener === '(' && rest.startsWith('(?'))
      throw new Error(`"${rest.slice(0, 4)}" is not supported in regular expressions`)
    if (rest.startsWith('(*')) throw new Error('verbs are not supported in regular expressions')
    this.#stack.push({ ...this.#flags })
    this.#branching.push(false)
    if (this.#stack.length > 250) throw new Error('regular expression is nested too deep')
    this.#emit(opener, named?.[0].length ?? opener.length)
  }

  #inlineFlags(match: RegExpExecArray) {
    const inner = { ...this.#flags }
    for (const flag of match[1] ?? '') this.#setFlag(inner, flag, true)
    for (const flag of match[2] ?? '') this.#setFlag(inner, flag, false)
    if (match[3] === ':') {
      this.#stack.push({ ...this.#flags })
      this.#branching.push(false)
      this.#emit('(?:', match[0].length)
    } else {
      this.#emit('', match[0].length)
    }
    this.#flags = inner
  }

  #setFlag(flags: Flags, flag: string, on: boolean) {
    if (flag === 'i' || flag === 's') flags[flag] = on
    else if (flag === 'm' && on) this.#multiline = true
    else if (flag !== 'u' && flag !== 'a') throw new Error(`flag "${flag}" is not supported in regular expressions`)
  }

  #close() {
    const outer = this.#stack.pop()
    if (!outer) throw new Error('unmatched ")" in regular expression')
    this.#flags = outer
    this.#closedBranching = this.#branching.pop() ?? false
    if (this.#closedBranching) this.#noteBranching()
    this.#emit(')', 1)
  }

  #escape() {
    const letter = this.#pattern.charAt(this.#at + 1)
    if (letter === '') throw new Error('regular expression ends with a backslash')
    if (letter === 'Q') return this.#quoted()
    const code = /^\\(?:x\{([0-9a-fA-F]{1,6})\}|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4}))/.exec(
      this.#pattern.slice(this.#at, this.#at + 12),
    )
    const digits = code?.[1] ?? code?.[2] ?? code?.[3]
    if (code && digits !== undefined) {
      const point = Number.parseInt(digits, 16)
      if (point > 0x10ffff) throw new Error('character out of range in regular expression')
      this.#at += code[0].length
      this.#endRun()
      const text = String.fromCodePoint(point)
      this.#out += this.#flags.i ? eitherCase(text) : escapeLiteral(text)
      return
    }
    if (letter === 'Z') this.#trailing = true
    if (letter === 'A') return this.#emit(this.#multiline ? '(?<![\\s\\S])' : '^', 2)
    if (letter === 'Z' || letter === 'z') return this.#emit(this.#multiline ? '(?![\\s\\S])' : '$', 2)
    const replaced = escapes[letter]
    if (replaced !== undefined) return this.#emit(replaced, 2)
    if (/[wWdDsSbBtnrfv0-9]/.test(letter)) return this.#emit(`\\${letter}`, 2)
    if (/[A-Za-z]/.test(letter)) {
      const name = /^\\k[<{']([A-Za-z_]\w*)[>}']/.exec(this.#pattern.slice(this.#at, this.#at + 64))
      if (name) return this.#emit(`\\k<${name[1]}>`, name[0].length)
      throw new Error(`"\\${letter}" is not supported in regular expressions`)
    }
    this.#at++
    this.#literal(codePointAt(this.#pattern, this.#at))
  }

  #quoted() {
    const end = this.#pattern.indexOf('\\E', this.#at + 2)
    const text = this.#pattern.slice(this.#at + 2, end < 0 ? undefined : end)
    this.#endRun()
    for (const character of text) this.#out += this.#flags.i ? eitherCase(character) : escapeLiteral(character)
    this.#at = end < 0 ? this.#pattern.length : end + 2
  }

  #characterClass() {
    const start = this.#at + 1
    let at = start
    const negated = this.#pattern.charAt(at) === '^'
    if (negated) at++
    const members: string[] = []
    const first = at
    while (at < this.#pattern.length && (this.#pattern.charAt(at) !== ']' || at === first)) {
      const member = this.#classMember(at)
      members.push(member.text)
      at = member.end
    }
    if (at >= this.#pattern.length) throw new Error('missing "]" in regular expression')
    const body = members.join('')
    const cased = this.#flags.i ? bothCases(members) : ''
    this.#emit(`[${negated ? '^' : ''}${body}${cased}]`, at + 1 - this.#at)
  }

  #classMember(at: number): { text: string; end: number } {
    const rest = this.#pattern.slice(at, at + 24)
    const posix = /^\[:(\^?)(\w+):\]/.exec(rest)
    if (posix) {
      const members = posixClasses[posix[2] ?? '']
      if (members === undefined || posix[1] === '^') throw new Error(`class "${posix[0]}" is not supported`)
      return { text: members, end: at + posix[0].length }
    }
    const from = this.#classCharacter(at)
    const range =
      this.#pattern.charAt(from.end) === '-' &&
      this.#pattern.charAt(from.end + 1) !== ']' &&
      from.end + 1 < this.#pattern.length
    if (!range || from.set || this.#pattern.startsWith('[:', from.end + 1)) return { text: from.text, end: from.end }
    const to = this.#classCharacter(from.end + 1)
    // PCRE takes the hyphen before a set such as \w literally.
    return { text: to.set ? `${from.text}\\-${to.text}` : `${from.text}-${to.text}`, end: to.end }
  }

  #classCharacter(at: number): { text: string; end: number; set: boolean } {
    const unit = this.#pattern.charAt(at)
    if (unit !== '\\') {
      const text = codePointAt(this.#pattern, at)
      return { text: escapeInClass(text), end: at + text.length, set: false }
    }
    const letter = this.#pattern.charAt(at + 1)
    const code = /^\\(?:x\{([0-9a-fA-F]{1,4})\}|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4}))/.exec(
      this.#pattern.slice(at, at + 10),
    )
    const digits = code?.[1] ?? code?.[2] ?? code?.[3]
    if (code && digits !== undefined)
      return { text: `\\u${digits.padStart(4, '0')}`, end: at + code[0].length, set: false }
    if (/[wWdDsS]/.test(letter)) return { text: `\\${letter}`, end: at + 2, set: true }
    if (letter === 'h') return { text: ' \\t', end: at + 2, set: true }
    if (/[tnrfvb]/.test(letter)) return { text: letter === 'b' ? '\\x08' : `\\${letter}`, end: at + 2, set: false }
    if (letter === 'e' || letter === 'a') return { text: letter === 'e' ? '\\x1b' : '\\x07', end: at + 2, set: false }
    if (letter === '0') return { text: '\\x00', end: at + 2, set: false }
    if (letter === '' || /[A-Za-z1-9]/.test(letter))
      throw new Error(`"\\${letter}" is not supported in a class of a regular expression`)
    return { text: escapeInClass(letter), end: at + 2, set: false }
  }
}

const escapes: { readonly [letter: string]: string } = {
  h: '[ \\t]',
  H: '[^ \\t]',
  R: '(?:\\r\\n|[\\n\\r\\x0b\\x0c])',
  N: '[^\\n]',
  e: '\\x1b',
  a: '\\x07',
}

function codePointAt(text: string, at: number): string {
  return String.fromCodePoint(text.codePointAt(at) ?? 0)
}
