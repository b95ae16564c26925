import { createRequire } from 'node:module'
import v8 from 'node:v8'
import vm from 'node:vm'
import type { RE2JS as Re2 } from 're2js'
import { relaxRegex } from './regex-relaxed.ts'
import { translateRegex } from './regex-syntax.ts'

/** A regular expression that comes to an end in bounded time on any text. */
export interface SafeRegex {
  readonly engine: 'v8' | 're2' | 'bounded'
  /** Undefined where it was given up, which only those of the engine `bounded` are: neither a match nor none. */
  test(text: string): boolean | undefined
}

// With these, V8 leaves a pattern that backtracks too often to its linear engine, and the flag `l` tells which patterns
// that engine knows. They count for patterns compiled later.
v8.setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks')
v8.setFlagsFromString('--enable-experimental-regexp-engine')

const longestBacktracked = 4096
/** Of the processor for one text, and for all texts that one pattern was given up on. */
const boundedMilliseconds = 50
const mostMilliseconds = 2000
/** Of the clock: after this a text is given up even if the processor was never ours. */
const patienceMilliseconds = 10_000
/** Texts up to here are quick for V8 alone, which is far cheaper than RE2 or a time limit (a tenth of a millisecond a match). */
function longestDirect(degree: number): number {
  if (degree <= 1) return 2048
  return degree === 2 ? 256 : degree === 3 ? 64 : 0
}

/**
 * Compiles a PCRE pattern (specification: `re` and its flags `i`, `m`, `s`). V8 where it can fall back to linear time,
 * RE2 for large repetitions, and for look-around and back-references V8 under a limit of 50 ms of the processor, after which
 * there is no answer. Throws on what none of them reads.
 */
export function compileRegex(pattern: string, flags: { i?: boolean; m?: boolean; s?: boolean } = {}): SafeRegex {
  const { source, multiline, literal, trailing, degree } = translateRegex(pattern, flags)
  const plain = new RegExp(source, multiline ? 'm' : '')
  const quick = overV8(source, multiline)
  const matcher = quick ?? slow(source, multiline, plain, degree)
  const needed = literal.toLowerCase()
  const filtered =
    needed.length < 2 || quick !== undefined
      ? matcher.test
      : (text: string) => text.toLowerCase().includes(needed) && matcher.test(text)
  // `$` also matches before a final line feed in PCRE, and does not in JavaScript.
  const test = trailing
    ? (text: string) => {
        const whole = filtered(text)
        return whole === false && text.endsWith('\n') ? filtered(text.slice(0, -1)) : whole
      }
    : filtered
  return {
    get engine() {
      return matcher.engine
    },
    test,
  }
}

/** Undefined for what V8's linear engine does not know. */
function overV8(source: string, multiline: boolean): SafeRegex | undefined {
  try {
    const plain = new RegExp(source, multiline ? 'm' : '')
    const linear = new RegExp(source, multiline ? 'lm' : 'l')
    // V8 counts the ways back anew at each place of the text, so that a long one takes seconds without ever being left to that engine.
    return { engine: 'v8', test: text => (text.length <= longestBacktracked ? plain : linear).test(text) }
  } catch {
    return undefined
  }
}

/** Most texts are turned down by a pattern that asks for less and is quick; the engine is made ready for the first other. */
function slow(source: string, multiline: boolean, plain: RegExp, degree: number): SafeRegex {
  const direct = longestDirect(degree)
  const sieve = overV8(relaxRegex(source), multiline)
  let made: SafeRegex | undefined
  const matcher = () => {
    made ??= overRe2(source, multiline) ?? bounded(plain)
    return made
  }
  return {
    get engine() {
      return matcher().engine
    },
    test(text) {
      if (text.length <= direct) return plain.test(text)
      return sieve?.test(text) !== false && matcher().test(text)
    },
  }
}

const require = createRequire(import.meta.url)

/** Loaded when a pattern needs it, which few do: it is 1.5 MiB. */
function overRe2(source: string, multiline: boolean): SafeRegex | undefined {
  const { RE2JS } = require('re2js') as { RE2JS: typeof Re2 }
  try {
    const regex = RE2JS.compile(source, multiline ? RE2JS.MULTILINE : 0)
    return { engine: 're2', test: text => regex.matcher(text).find() }
  } catch {
    return undefined
  }
}

let sandbox: { context: vm.Context; script: vm.Script } | undefined

/** Uses no more of the processor than it is allowed, and all of it: how busy the machine is changes no answer. */
function bounded(regex: RegExp): SafeRegex {
  let wasted = 0
  return {
    engine: 'bounded',
    test: text => {
      sandbox ??= { context: vm.createContext(Object.create(null)), script: new vm.Script('regex.test(text)') }
      sandbox.context['regex'] = regex
      sandbox.context['text'] = text
      const started = performance.now()
      for (let limit = boundedMilliseconds; wasted < mostMilliseconds; limit *= 2) {
        const before = process.threadCpuUsage()
        try {
          return sandbox.script.runInContext(sandbox.context, { timeout: limit }) === true
        } catch (error) {
          if (Reflect.get(Object(error), 'code') !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') return undefined
          const { user, system } = process.threadCpuUsage(before)
          const spent = (user + system) / 1000
          wasted += spent
          if (spent > boundedMilliseconds * 0.9 || performance.now() - started > patienceMilliseconds) return undefined
        }
      }
      return undefined
    },
  }
}
