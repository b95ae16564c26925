/** A setting of apt.conf(5) with its full name, such as `DPkg::Post-Invoke`. */
export interface AptSetting {
  readonly name: string
  readonly value: string
  /** 1-based, of the value. */
  readonly line: number
}

/** Every value of an apt.conf text: nested blocks, lists, `#clear` and comments in the C and shell way. */
export function aptSettings(text: string): AptSetting[] {
  const settings: AptSetting[] = []
  const scopes: string[] = []
  let words: { text: string; line: number; quoted: boolean }[] = []
  let line = 1
  const pattern =
    /\n|\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|#(?!clear|include)[^\n]*|"(?:[^"\\]|\\[\s\S])*"?|[{};]|[^\s{};"]+/g
  const finish = (): void => {
    const value = words.at(-1)
    if (value !== undefined && (words.length > 1 || value.quoted)) {
      const names = value === words[0] ? [] : [words[0]?.text ?? '']
      settings.push({
        name: [...scopes.filter(scope => scope !== ''), ...names].join('::').replace(/::$/, ''),
        value: value.text,
        line: value.line,
      })
    }
    words = []
  }
  for (const [token] of text.slice(0, 1 << 20).matchAll(pattern)) {
    if (token === '{') {
      if (scopes.length < 64) scopes.push(words[0]?.text ?? '')
      words = []
    } else if (token === '}') {
      finish()
      scopes.pop()
    } else if (token === ';') finish()
    else if (token.startsWith('"')) {
      words.push({
        text: token
          .slice(1)
          .replace(/"$/, '')
          .replace(/\\(["\\])/g, '$1'),
        line,
        quoted: true,
      })
    } else if (token !== '\n' && !/^(?:\/\/|\/\*|#)/.test(token)) words.push({ text: token, line, quoted: false })
    for (let at = token.indexOf('\n'); at >= 0; at = token.indexOf('\n', at + 1)) line++
    if (settings.length >= 5_000) break
  }
  finish()
  return settings
}
