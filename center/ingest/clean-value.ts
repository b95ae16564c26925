/** The same value as PostgreSQL's text and jsonb take it: no U+0000, no lone surrogates, no key that means more than itself. */
export function cleanValue<T>(value: T): T
export function cleanValue(value: unknown): unknown {
  if (typeof value === 'string') return cleanText(value)
  if (Array.isArray(value)) return value.map(one => cleanValue<unknown>(one))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([key]) => key !== '__proto__')
  return Object.fromEntries(entries.map(([key, one]) => [cleanText(key), cleanValue<unknown>(one)]))
}

/** NUL is written as facts write bytes (`\x00`); half of a character becomes U+FFFD. */
export function cleanText(text: string): string {
  return (text.includes('\0') ? text.replaceAll('\0', '\\x00') : text).toWellFormed()
}

/** Clean, and no longer than so many characters. Never ends within a character. */
export function shortText(text: string, most: number): string {
  const clean = cleanText(text)
  return clean.length <= most ? clean : clean.slice(0, most).toWellFormed()
}

/** Clean, and no longer than so many bytes of UTF-8. */
export function shortBytes(text: string, most: number): string {
  const clean = cleanText(text)
  if (clean.length * 3 <= most) return clean
  const bytes = Buffer.from(clean)
  if (bytes.length <= most) return clean
  let end = most
  // A byte 10xxxxxx continues a character: go back to where it began.
  while (end > 0 && (bytes.readUInt8(end) & 0xc0) === 0x80) end--
  return bytes.toString('utf8', 0, end)
}
