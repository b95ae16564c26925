/** One `key = value` of an ini file, with the section it stands in. */
export interface IniEntry {
  readonly section: string
  readonly key: string
  readonly value: string
  /** 1-based, of the key. */
  readonly line: number
  /** The exact lines, with the line ends between them. */
  readonly text: string
}

/** The entries of an ini file as Python's configparser reads it: indented lines go on with the value before, `;` and `#` begin comments. */
export function iniEntries(text: string): IniEntry[] {
  const entries: IniEntry[] = []
  let section = ''
  let open: { key: string; value: string; line: number; text: string } | undefined
  const close = (): void => {
    if (open) entries.push({ section, ...open })
    open = undefined
  }
  for (const [index, raw] of text.split('\n', 20_000).entries()) {
    const line = raw.replace(/\r$/, '')
    if (/^\s*(?:[#;]|$)/.test(line)) continue
    const header = /^\s*\[([^\]]{1,300})\]/.exec(line)
    if (header) {
      close()
      section = (header[1] ?? '').trim()
      continue
    }
    if (/^\s/.test(line) && open && !/^\s*[\w.-]+\s*[=:]/.test(line)) {
      open = { ...open, value: `${open.value}\n${line.trim()}`.slice(0, 32_768), text: `${open.text}\n${raw}` }
      continue
    }
    const equals = line.search(/[=:]/)
    if (equals < 1) continue
    close()
    open = { key: line.slice(0, equals).trim(), value: line.slice(equals + 1).trim(), line: index + 1, text: raw }
  }
  close()
  return entries
}
