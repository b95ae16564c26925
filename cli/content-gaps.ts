import type { ContentsRead } from '../detect/yara/index.ts'
import type { Gap } from '../model/index.ts'
import { displayBytes } from '../target/index.ts'
import { contentsOfFiles, suspiciousContents } from './or-gap.ts'

const mostPaths = 20

/** What was not read, or not as a whole: each reason with its number, and the first paths. */
export function contentGaps({ found, missed, interrupted, counts, notKept }: ContentsRead, state: string): Gap[] {
  const reasons = new Map<string, { count: number; paths: string[] }>()
  const add = (why: string, count: number, paths: readonly string[]) => {
    const known = reasons.get(why) ?? { count: 0, paths: [] }
    reasons.set(why, known)
    known.count += count
    known.paths.push(...paths.slice(0, mostPaths - known.paths.length))
  }
  for (const { why, count, paths } of missed) add(why, count, paths)
  for (const { path, cut } of found)
    for (const word of cut) add(words[word] ?? `not read as a whole: ${word}`, 1, [path])
  const gaps = [...reasons].flatMap(([why, { count, paths }]) => [
    ...paths.map(path => ({ what: displayBytes(path), why, path: displayBytes(path) })),
    ...(count > paths.length ? [{ what: `${count - paths.length} more files`, why }] : []),
  ])
  if (interrupted)
    gaps.push({
      what: contentsOfFiles,
      why: `the scan was interrupted after ${counts.files} files: started again, it goes on there`,
    })
  if (notKept !== undefined)
    gaps.push({ what: 'state folder', why: `what was read is not remembered: ${notKept}`, path: state })
  return gaps
}

/** Whether a look could not read all contents that it was to read: of what it did not find nobody knows whether it is gone. */
export function isContentUnread(gaps: readonly Gap[]): boolean {
  return gaps.some(({ what }) => what === contentsOfFiles || what === suspiciousContents || what === '/')
}

/** What a look into a content says was cut. */
const words: Readonly<Record<string, string>> = {
  limit: 'too large, or with too much in it: only a part was read',
  time: 'reading it took too long',
  changed: 'it changed while it was read',
  unreadable: 'it could not be read',
}
