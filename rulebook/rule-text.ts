/** The YAML document that a line of a text lies in, as it is written. Lines count from 1; `text` is split once for all of them. */
export function documentsOf(text: string): (line: number) => string {
  const lines = text.split('\n')
  const ends = lines.flatMap((line, at) => (line.startsWith('---') ? [at] : []))
  return line => {
    const start = (ends.findLast(at => at < line) ?? -1) + 1
    const end = ends.find(at => at >= line)
    return lines.slice(start, end).join('\n').trimEnd()
  }
}
