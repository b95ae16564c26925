import type { Target } from '../../target/index.ts'
import { glob } from './directory.ts'
import { readLines } from './host-lines.ts'

/** One directive of sshd_config(5) or ssh_config(5), in the order in which ssh reads them, includes in their place. */
export interface SshDirective {
  /** In lower case. */
  readonly keyword: string
  readonly value: string
  readonly path: string
  readonly line: number
  readonly text: string
  /** The `Match` or `Host` line it stands under, without the keyword; empty for what holds always. */
  readonly scope: string
}

const mostFiles = 100

/** Every directive of a configuration; relative includes are taken from `base`. */
export function sshDirectives(target: Target, path: string, base: string): SshDirective[] {
  const directives: SshDirective[] = []
  const reading = new Set<string>()
  let files = 0
  const read = (file: string, outer: string, depth: number): void => {
    const real = target.files.realPath(file) ?? file
    if (depth > 16 || reading.has(real) || ++files > mostFiles || target.files.stat(file)?.type !== 'file') return
    reading.add(real)
    let scope = outer
    for (const { line, text, joined } of readLines(target, file)) {
      const [, word = '', rest = ''] = /^\s*([A-Za-z]\w*)(?:\s*=\s*|\s+)(.*?)\s*$/s.exec(joined.slice(0, 8_192)) ?? []
      const keyword = word.toLowerCase()
      if (keyword === '') continue
      const value = rest.replace(/^"([^"]*)"$/, '$1')
      if (keyword === 'match' || keyword === 'host') scope = /^(?:all|\*)$/i.test(value) ? '' : `${word} ${value}`
      if (keyword === 'include') {
        const patterns = (rest.match(/"[^"]*"|\S+/g) ?? []).slice(0, 50).map(pattern => pattern.replaceAll('"', ''))
        for (const pattern of patterns) {
          const from = pattern.startsWith('~/') ? `${base.replace(/\/\.ssh$/, '')}${pattern.slice(1)}` : pattern
          for (const found of glob(target, from.startsWith('/') ? from : `${base}/${from}`))
            read(found, scope, depth + 1)
        }
      } else directives.push({ keyword, value, path: file, line, text, scope })
    }
    reading.delete(real)
  }
  read(path, '', 0)
  return directives
}
