const interpreters =
  /^(?:python|perl|ruby|php|php-cgi|node|nodejs|bun|deno|bash|rbash|sh|dash|zsh|ksh|mksh|ash|busybox|lua|luajit|tclsh|expect|java|pwsh|awk|gawk|mawk|osascript|Rscript)[\d.]*$/
const shells = /^(?:ba|rba|da|z|k|mk|a|fi|c|tc)?sh[\d.]*$/
const loaders = /^ld(?:-linux|-musl|-2|64|\.so|\.lld)?[\w.-]*\.so[\d.]*$/

// Options whose value is the next word, so that it is not taken for the script.
const takesValue = new Set([
  '-W',
  '-X',
  '-I',
  '-o',
  '-O',
  '-d',
  '-r',
  '-L',
  '-cp',
  '-classpath',
  '--class-path',
  '-p',
  '--module-path',
  '--require',
  '--import',
  '--loader',
  '--rcfile',
  '--init-file',
  '-M',
  '--library-path',
  '--preload',
  '--argv0',
  '-t',
  '-S',
  '--inspect-port',
]) // prettier-ignore

// After these no script follows: the program is in the words, in a module's name or comes from stdin.
const noScript = /^(?:-c|-e|-E|-m|-s|-|--eval|--print|-pe|-ne|-R|-B|--version|--help|-l?i?c|--command)$/

/** True for shells, script languages and the like: programs whose own name says nothing about what runs. */
export function isInterpreter(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1)
  return interpreters.test(name) || loaders.test(name)
}

/** True for a command shell or a language in which a reverse shell is usually written. */
export function isShell(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1)
  return shells.test(name) || interpreters.test(name)
}

/** The file that an interpreter runs, absolute: `bash ./x.sh`, `python3 -u /x.py`, `java -jar x.jar`, `ld.so ./x`. */
export function scriptOf(path: string, argv: readonly string[], cwd: string | undefined): string | undefined {
  if (!isInterpreter(path)) return undefined
  const word = firstOperand(path, argv)
  if (word === undefined || word === '' || /[\n\u0000]/.test(word) || word.length > 4096) return undefined
  return absolute(word, cwd)
}

function firstOperand(path: string, argv: readonly string[]): string | undefined {
  const busybox = path.endsWith('/busybox')
  if (busybox && !shells.test(argv[0]?.replace(/^.*\//, '').replace(/^-/, '') ?? '') && !shells.test(argv[1] ?? ''))
    return undefined
  for (let at = busybox && shells.test(argv[1] ?? '') ? 2 : 1; at < Math.min(argv.length, 64); at++) {
    const word = argv[at] ?? ''
    if (word === '-jar' || word === '-f' || word === '--file' || word === '--') return argv[at + 1]
    if (noScript.test(word)) return undefined
    if (takesValue.has(word)) at++
    else if (!/^[-+]/.test(word)) return /^[\w.]+=/.test(word) ? undefined : word
  }
  return undefined
}

function absolute(word: string, cwd: string | undefined): string | undefined {
  if (word.startsWith('/')) return tidy(word)
  return cwd === undefined ? undefined : tidy(`${cwd}/${word}`)
}

/** Without `.`, `..` and doubled slashes. */
function tidy(path: string): string {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return `/${parts.join('/')}`
}
