/** Text for a page of the man macros (man(7)): no letter means anything to troff(1). */
export function plain(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('…', '...')
    .replaceAll("'", '\\(aq')
    .replaceAll('`', '\\(ga')
    .replaceAll('^', '\\(ha')
    .replaceAll('~', '\\(ti')
    .replace(/^\./gm, '\\&.')
    .replace(/[^ -~\n]/gu, letter => `\\[u${(letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`)
}

export function bold(text: string): string {
  return `\\fB${plain(text)}\\fR`
}

/** A section with its paragraphs; what begins with a macro brings its own. */
export function section(title: string, ...paragraphs: readonly string[]): string {
  const lines = [`.SH ${plain(title)}`]
  for (const one of paragraphs) {
    if (!one.startsWith('.') && !/^\.S[HS] /.test(lines.at(-1) ?? '')) lines.push('.PP')
    lines.push(one)
  }
  return lines.join('\n')
}

/** A word with what it means beside or below it. Both are troff already. */
export function item(word: string, meaning: string): string {
  return `.TP\n${word}\n${meaning}`
}

/** Lines as they are. */
export function verbatim(lines: readonly string[]): string {
  return ['.PP', '.nf', '.RS 4', ...lines.map(plain), '.RE', '.fi'].join('\n')
}
