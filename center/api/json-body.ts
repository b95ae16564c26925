import { badRequest } from '../problem-error.ts'

/** Nothing that we take is nested deeper; a million brackets would otherwise reach code that recurses. */
const deepest = 64

/**
 * Parses a request body: UTF-8 without tricks, bounded depth, no keys that reach an object's prototype.
 * An empty body is `undefined`. Throws a ProblemError (400) that says where it is wrong.
 */
export function jsonBody(bytes: Uint8Array): unknown {
  if (bytes.length === 0) return undefined
  const text = utf8(bytes)
  if (tooDeep(text))
    throw badRequest('The body is nested too deeply', `At most ${deepest} levels of objects and lists are taken.`)
  try {
    return JSON.parse(text, refusePrototypes)
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause
    throw badRequest('The body is not valid JSON', shortened(cause.message))
  }
}

function utf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw badRequest('The body is not valid UTF-8', 'Send JSON in UTF-8.')
  }
}

function tooDeep(text: string): boolean {
  let depth = 0
  let quoted = false
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (quoted) {
      if (code === backslash) at++
      else if (code === quote) quoted = false
    } else if (code === quote) quoted = true
    else if (code === bracket || code === brace) {
      if (++depth > deepest) return true
    } else if (code === bracketEnd || code === braceEnd) depth--
  }
  return false
}

const [quote, backslash, bracket, bracketEnd, brace, braceEnd] = [0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d]

function refusePrototypes(key: string, value: unknown): unknown {
  if (key === '__proto__') throw badRequest('The body has a key that is not allowed', 'Leave out "__proto__".')
  return value
}

/** The parser's own words quote what was sent; enough of it to find the place. */
function shortened(message: string): string {
  return message.length <= 200 ? message : `${message.slice(0, 200)}…`
}
