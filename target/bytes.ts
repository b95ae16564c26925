const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Bytes of a host as a string from which `encodeBytes` gives the same bytes again: valid UTF-8 decoded, every other byte
 * as a lone surrogate U+DC80–U+DCFF (PEP 383).
 */
export function decodeBytes(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes)
  } catch {
    return decodePiecewise(bytes)
  }
}

/** The inverse of `decodeBytes`. */
export function encodeBytes(text: string): Buffer {
  if (text.isWellFormed()) return Buffer.from(text, 'utf8')
  const parts: Buffer[] = []
  let start = 0
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit >= 0xd800 && unit <= 0xdbff) {
      at++
      continue
    }
    if (unit < 0xdc80 || unit > 0xdcff) continue
    parts.push(Buffer.from(text.slice(start, at), 'utf8'), Buffer.of(unit - 0xdc00))
    start = at + 1
  }
  parts.push(Buffer.from(text.slice(start), 'utf8'))
  return Buffer.concat(parts)
}

/**
 * The form a fact may hold: every byte as `\xNN` that was not UTF-8 or belongs to a control character, a line separator or
 * a change of the writing direction (they could steer a terminal or make a name look like another one); tab and all else
 * as it is.
 */
export function displayBytes(text: string): string {
  return text.replace(unshowable, unit => {
    let shown = ''
    for (const byte of encodeBytes(unit)) shown += `\\x${byte.toString(16).padStart(2, '0')}`
    return shown
  })
}

/** With `u`, a surrogate here is a lone one and not the half of a pair. */
const unshowable = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\udc80-\udcff]/gu

/** Base64 of the exact bytes where the display form lost something, else undefined: the `pathBytes` and `textBytes` of facts. */
export function exactBytes(text: string): string | undefined {
  return displayBytes(text) === text ? undefined : encodeBytes(text).toString('base64')
}

/** The string of a fact's display field and its exact bytes, in the form of `decodeBytes`. */
export function fromFact(display: string, exact: string | undefined): string {
  return exact === undefined ? display : decodeBytes(Buffer.from(exact, 'base64'))
}

function decodePiecewise(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at)
    if (length === 0) {
      text += String.fromCharCode(0xdc00 + (bytes[at] ?? 0))
      at++
      continue
    }
    let end = at + length
    for (let next = sequenceLength(bytes, end); next > 0; next = sequenceLength(bytes, end)) end += next
    text += decoder.decode(bytes.subarray(at, end))
    at = end
  }
  return text
}

/** Length of the valid UTF-8 sequence at `at` (RFC 3629: no overlong forms, no surrogates), or 0. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at]
  if (first === undefined) return 0
  if (first < 0x80) return 1
  const length =
    first >= 0xc2 && first <= 0xdf ? 2 : first >= 0xe0 && first <= 0xef ? 3 : first >= 0xf0 && first <= 0xf4 ? 4 : 0
  if (length === 0 || at + length > bytes.length) return 0
  const second = bytes[at + 1] ?? 0
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf
  if (second < low || second > high) return 0
  for (let more = 2; more < length; more++) if (((bytes[at + more] ?? 0) & 0xc0) !== 0x80) return 0
  return length
}
