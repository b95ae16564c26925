/** Paragraphs of a Debian control file (deb-control(5)): fields by lower-case name, continuation lines joined by newlines. */
export function* paragraphsOf(text: string): Generator<ReadonlyMap<string, string>> {
  for (let start = 0; start < text.length; ) {
    const gap = text.indexOf('\n\n', start)
    const end = gap === -1 ? text.length : gap
    const fields = fieldsOf(text.slice(start, end))
    if (fields.size > 0) yield fields
    start = end + 2
  }
}

export function fieldsOf(paragraph: string): Map<string, string> {
  const fields = new Map<string, string>()
  let name: string | undefined
  for (const line of paragraph.split('\n')) {
    if (line.startsWith('#')) continue
    if (/^[ \t]/.test(line)) {
      if (name !== undefined) fields.set(name, `${fields.get(name) ?? ''}\n${line.trim()}`)
      continue
    }
    const colon = line.indexOf(':')
    name = colon > 0 ? line.slice(0, colon).toLowerCase() : undefined
    if (name !== undefined) fields.set(name, line.slice(colon + 1).trim())
  }
  return fields
}
