import v8 from 'node:v8'
import vm from 'node:vm'
import { RE2JS } from 're2js'
import { translateRegex } from './regex-syntax.ts'

/** A regular expression that answers in bounded time on any text. */
export interface SafeRegex {
  readonly engine: 'v8' | 're2' | 'bounded'
  test(text: string): boolean
}

// With these, V8 leaves a pattern that backtracks too often to its linear engine, and the flag `l` tells which patterns
// that engine knows. They count for patterns compiled later.
v8.setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks')
v8.setFlagsFromString('--enable-experimental-regexp-engine')

const longestBounded = 4096
const boundedMilliseconds = 50
/** Texts up to here are quick for V8 alone, which is far cheaper than RE2 or a time limit (a tenth of a millisecond a match). */
function longestDirect(degree: number): number {
  if (degree <= 1) return 2048
  return degree === 2 ? 256 : degree === 3 ? 64 : 0
}

/**
 * Compiles a PCRE pattern (specification: `re` and its flags `i`, `m`, `s`). V8 where it can fall back to linear time,
 * RE2 for large repetitions, and for look-around and back-references V8 on the first 4 KiB under a time limit, where running
 * out of time is no match. Throws on what none of them reads.
 */
export function compileRegex(pattern: string, flags: { i?: boolean; m?: boolean; s?: boolean } = {}): SafeRegex {
  const { source, multiline, literal, trailing, degree } = translateRegex(pattern, flags)
  const plain = new RegExp(source, multiline ? 'm' : '')
  const matcher = linear(source, multiline)
    ? overV8(plain)
    : (overRe2(source, multiline, plain, degree) ?? bounded(plain, degree))
  const needed = literal.toLowerCase()
  const filtered =
    needed.length < 2 || matcher.engine === 'v8'
      ? matcher.test
      : (text: string) => text.toLowerCase().includes(needed) && matcher.test(text)
  // `$` also matches before a final line feed in PCRE, and does not in JavaScript.
  const test = trailing
    ? (text: string) => filtered(text) || (text.endsWith('\n') && filtered(text.slice(0, -1)))
    : filtered
  return { engine: matcher.engine, test }
}

function linear(source: string, multiline: boolean): boolean {
  try {
    return new RegExp(source, multiline ? 'lm' : 'l') !== undefined
  } catch {
    return false
  }
}

function overV8(regex: RegExp): SafeRegex {
  return { engine: 'v8', test: text => regex.test(text) }
}

function overRe2(source: string, multiline: boolean, plain: RegExp, degree: number): SafeRegex | undefined {
  try {
    const regex = RE2JS.compile(source, multiline ? RE2JS.MULTILINE : 0)
    const direct = longestDirect(degree)
    return { engine: 're2', test: text => (text.length <= direct ? plain.test(text) : regex.matcher(text).find()) }
  } catch {
    return undefined
  }
}

let sandbox: { context: vm.Context; script: vm.Script } | undefined

function bounded(regex: RegExp, degree: number): SafeRegex {
  return {
    engine: 'bounded',
    test: text => {
      if (text.length <= longestDirect(degree)) return regex.test(text)
      sandbox ??= { context: vm.createContext(Object.create(null)), script: new vm.Script('regex.test(text)') }
      sandbox.context['regex'] = regex
      sandbox.context['text'] = text.slice(0, longestBounded)
      try {
        return sandbox.script.runInContext(sandbox.context, { timeout: boundedMilliseconds }) === true
      } catch {
        return false
      }
    },
  }
}
