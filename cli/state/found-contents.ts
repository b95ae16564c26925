import { join } from 'node:path'
import { z } from 'zod'
import type { Scan } from '../../model/index.ts'
import { fromFact } from '../../target/index.ts'
import { isContentUnread } from '../content-gaps.ts'
import { readOptional, targetFolder, writeState } from './state-files.ts'

const foundContents = z.object({
  format: z.literal('davylamp-found-contents'),
  version: z.literal(1),
  /** Base64, because paths are bytes. */
  paths: z.array(z.string()),
})

const mostPaths = 500

/** Files that only a reading of contents found. Later scans look at them again, or what is still there would seem gone. */
export function readFoundContents(state: string, root: string): string[] {
  return readKept(state, root).map(one => fromFact('', one))
}

function readKept(state: string, root: string): string[] {
  try {
    const text = readOptional(pathOf(state, root))
    return text === undefined ? [] : foundContents.parse(JSON.parse(text)).paths.slice(0, mostPaths)
  } catch {
    return []
  }
}

/** What an unfinished look did not meet again is kept. */
export function rememberFoundContents(
  state: string,
  root: string,
  { findings, gaps }: Pick<Scan, 'findings' | 'gaps'>,
): void {
  const found = findings.flatMap(({ fact }) => (fact.kind === 'file' && fact.seenAs.includes('content') ? [fact] : []))
  const now = found.map(fact => fact.pathBytes ?? Buffer.from(fact.path, 'utf8').toString('base64'))
  const before = isContentUnread(gaps) ? readKept(state, root) : []
  const paths = [...new Set([...now, ...before])]
  if (paths.length === 0 && readOptional(pathOf(state, root)) === undefined) return
  writeState(pathOf(state, root), { format: 'davylamp-found-contents', version: 1, paths: paths.slice(0, mostPaths) })
}

function pathOf(state: string, root: string): string {
  return join(targetFolder(state, root), 'contents', 'found.json')
}
