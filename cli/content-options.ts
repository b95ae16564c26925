import type { Scan } from '../model/index.ts'
import { displayBytes } from '../target/index.ts'

/** What is read beyond what a quick scan looks at. */
export interface ContentOptions {
  /** All local file systems. */
  readonly full?: boolean | undefined
  /** These files and directories. */
  readonly path?: readonly string[] | undefined
  /** File systems of other machines too. */
  readonly remote?: boolean | undefined
  /** Percent of one core for the whole scan. */
  readonly cpu?: number | undefined
  /** Rules of others look at every file, and not only at what is suspicious. */
  readonly allRules?: boolean | undefined
  /** False: files are read although an earlier scan has read them. */
  readonly cache?: boolean | undefined
  /** Memory of which processes is read; without it, of those that are suspicious. */
  readonly memory?: 'suspects' | 'all' | undefined
  readonly save?: boolean | undefined
}

export function modeOf(options: ContentOptions, observeSeconds: number): Scan['mode'] {
  if (options.full === true) return 'full'
  if ((options.path?.length ?? 0) > 0) return 'custom'
  return observeSeconds > 0 ? 'observe' : 'quick'
}

/** The options that the same look needs again, for a command that is shown to people. */
export function sameReading({ full, path = [], remote }: ContentOptions): string {
  const words = full === true ? ['--full'] : path.map(one => `--path ${quoted(displayBytes(one))}`)
  if (words.length > 0 && remote === true) words.push('--remote')
  return words.map(one => ` ${one}`).join('')
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
