import { mkdirSync } from 'node:fs'
import { runHere } from './machine.ts'

/** Shows a directory at `at` as a tree that can be changed; what is changed lies beside it, and the directory stays as it is. */
export function mountOverlay(tree: string, at: string): void {
  const [upper, work] = [`${at}-changes`, `${at}-work`]
  for (const directory of [at, upper, work]) mkdirSync(directory, { recursive: true })
  runHere(['mount', '-t', 'overlay', 'overlay', '-o', `lowerdir=${tree},upperdir=${upper},workdir=${work}`, at])
}
