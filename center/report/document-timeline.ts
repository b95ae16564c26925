import type { Moment } from '../../engine/story/index.ts'
import { type Block, code, type Line, lineOf, plain, quiet, strong } from './blocks.ts'
import { fill, wordFor } from './fill.ts'
import { more, mostRows } from './more-rows.ts'
import type { Writing } from './writing.ts'

/** All moments, oldest first; the same thing done many times in a minute is one row. */
export function timeline({ input, words, clock }: Writing): Block[] {
  const groups = together(input.story.timeline)
  if (groups.length === 0) return [{ kind: 'paragraph', line: lineOf(words.notes.noTimeline) }]
  const rows = groups
    .slice(0, mostRows)
    .map(({ first, subjects }): Line[] => [
      clock.line(first.at, first.exact ? undefined : words.notes.notExact),
      [strong(wordFor({ ...words.events, ...words.moments }, first.what))],
      joined([
        ...subjects.slice(0, mostSubjects).map(one => subjectOf(first.what, one, words)),
        ...(subjects.length > mostSubjects
          ? [[quiet(fill(words.notes.more, { n: subjects.length - mostSubjects }))]]
          : []),
        ...(first.actor === undefined ? [] : [[quiet(`${words.labels.who}: ${first.actor}`)]]),
      ]),
    ])
  const head = [words.labels.time, words.labels.what, words.labels.subject]
  return [{ kind: 'table', head, widths: [30, 23, 47], rows }, ...more(groups.length, words.notes.more)]
}

const mostSubjects = 12
const sameMinute = 60_000

interface Group {
  readonly first: Moment
  readonly subjects: string[]
}

function together(moments: readonly Moment[]): Group[] {
  const groups: Group[] = []
  for (const one of moments) {
    const last = groups.at(-1)
    const same = last?.first.what === one.what && last.first.exact === one.exact && last.first.actor === one.actor
    if (last !== undefined && same && one.subject !== '' && Date.parse(one.at) - Date.parse(last.first.at) < sameMinute)
      last.subjects.push(one.subject)
    else groups.push({ first: one, subjects: one.subject === '' ? [] : [one.subject] })
  }
  return groups
}

function joined(lines: readonly Line[]): Line {
  return lines.flatMap((line, place) => (place === 0 ? line : ['break' as const, ...line]))
}

function subjectOf(what: string, subject: string, words: Writing['words']): Line {
  if (what === 'proof') return [plain(wordFor(words.proofs, subject))]
  if (what === 'run-ended') return [plain(wordFor(words.runs, subject))]
  if (!what.startsWith('step-')) return [code(subject)]
  const space = subject.indexOf(' ')
  return [plain(wordFor(words.actions, subject.slice(0, space))), plain(' '), code(subject.slice(space + 1))]
}
