/** Fills the blanks of a sentence; what they hold is never read again. */
export function fill(sentence: string, values: Readonly<Record<string, string | number>>): string {
  return sentence.replace(/\{(\w+)\}/g, (blank, name: string) => {
    const value = values[name]
    return value === undefined ? blank : String(value)
  })
}

/** The word for a code, or the code itself where a host or a newer version says one that is not known here. */
export function wordFor(words: Readonly<Record<string, string>>, code: string): string {
  return Object.hasOwn(words, code) ? (words[code] ?? code) : code
}
