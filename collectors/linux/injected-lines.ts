import type { Fact, FileFact } from '../../model/index.ts'
import { displayBytes, exactBytes, fromFact, type Target } from '../../target/index.ts'
import { injectedParts } from './contents/injected-parts.ts'
import { parentOf } from './directory.ts'

const largestPage = 8 * 1024 * 1024
/** Where visitors and caches write: no page of a site lies there. */
const writtenByOthers = /\/(?:uploads?|cache|tmp|temp|avatars?|attachments)\//i

/**
 * Adds to files in which content rules found something what of it is to be taken out, where the rest of the file is a page of the
 * site, and whose work tree it lies in.
 */
export function addInjectedLines(target: Target, facts: readonly Fact[]): void {
  for (const fact of facts) {
    if (fact.kind !== 'file' || fact.type !== 'file' || fact.matches === undefined) continue
    const workTree = workTreeOf(target, fromFact(fact.path, fact.pathBytes))
    if (workTree !== undefined) fact.workTree = displayBytes(workTree)
    const injected = injectedLines(target, fact)
    if (injected !== undefined) fact.injected = injected
  }
}

/** Undefined where the file as a whole is what was recognised. A rule that means the whole file outweighs those that mean a part of it. */
function injectedLines(target: Target, { path, pathBytes, size, matches = [] }: FileFact): FileFact['injected'] {
  if (size > largestPage || matches.length === 0) return undefined
  if (matches.some(match => match.places === undefined || match.member !== undefined)) return undefined
  const bytes = target.files.slice(fromFact(path, pathBytes), 0, Math.max(1, size))
  if (bytes === undefined) return undefined
  const parts = injectedParts(
    bytes,
    matches.flatMap(match => match.places ?? []),
    { isPage: matches.every(({ rule }) => rule.startsWith('davylamp/page_')) },
  )
  if (parts?.length === 0 && writtenByOthers.test(path)) return undefined
  return parts?.map(({ line, text, replacement }) => {
    const textBytes = exactBytes(text)
    return {
      line,
      text: displayBytes(text),
      ...(textBytes === undefined ? {} : { textBytes }),
      ...(replacement === undefined ? {} : { replacement }),
    }
  })
}

const deepestTree = 32

/** The nearest directory above that git keeps (git(1)): a folder `.git`, or a file of that name in a linked work tree. */
function workTreeOf(target: Target, path: string): string | undefined {
  let directory = parentOf(path)
  for (let depth = 0; directory !== '/' && depth < deepestTree; depth++) {
    if (target.files.lstat(`${directory}/.git`) !== undefined) return directory
    directory = parentOf(directory)
  }
  return undefined
}
