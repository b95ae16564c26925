import { anyDash, dashes, type Part } from './text-pattern.ts'

/** The bytes as a string of characters 0–255. */
export function wideBytes(text: string, bigEndian: boolean): string {
  const bytes = Buffer.from(text, 'utf16le')
  return (bigEndian ? bytes.swap16() : bytes).toString('latin1')
}

export function bytesOf(text: { parts: readonly Part[]; binary?: boolean }): Buffer {
  return Buffer.from(text.parts.join(''), text.binary ? 'latin1' : 'utf8')
}

/** The parts of the encodings at the three offsets that do not depend on the bytes around. */
export function offsetsOf(bytes: Buffer): string[] {
  return [0, 1, 2].map(offset => {
    const whole = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64')
    const start = [0, 2, 3][offset]
    const end = [undefined, -3, -2][(bytes.length + offset) % 3]
    return whole.slice(start, end)
  })
}

/** `-` and its relatives at the start of a word become interchangeable (as `\B[-/]\b` in pySigma). */
export function withDashes(text: string): Part[] {
  const parts: Part[] = []
  let start = 0
  for (const match of text.matchAll(/(?<![\p{L}\p{N}_])[-/\u2013\u2014\u2015](?=[\p{L}\p{N}_])/gu)) {
    if (match.index > start) parts.push(text.slice(start, match.index))
    parts.push(anyDash)
    start = match.index + 1
  }
  if (start < text.length) parts.push(text.slice(start))
  return parts
}

/** The texts that a value with dashes stands for. */
export function dashForms(parts: readonly Part[]): Part[][] {
  let forms: Part[][] = [[]]
  for (const part of parts) {
    const choices = part === anyDash ? dashes : [part]
    forms = forms.flatMap(form => choices.map(choice => [...form, choice]))
    if (forms.length > 3200) throw new Error('the value holds too many dashes')
  }
  return forms
}
