import { attackNames } from '../../model/index.ts'
import { type Block, code, type Line, lineOf, plain, quiet, type Section, strong } from './blocks.ts'
import { fill, wordFor } from './fill.ts'
import { indicatorsOf } from './indicators.ts'
import { more, mostRows } from './more-rows.ts'
import { numberIn } from './times.ts'
import type { Writing } from './writing.ts'

/** What is looked up: indicators, techniques, who did what, and what the report stands on. */
export function backSections(writing: Writing): Section[] {
  const { input, words } = writing
  const { sections } = words
  return [
    ...(input.scan === undefined ? [] : [{ title: sections.blind, blocks: blind(writing) }]),
    { title: sections.indicators, blocks: indicators(writing) },
    ...(input.alertCase.alert.attack.length === 0 ? [] : [{ title: sections.attack, blocks: attack(writing) }]),
    { title: sections.people, blocks: people(writing) },
    { title: sections.made, blocks: made(writing) },
  ]
}

function blind({ input, words }: Writing): Block[] {
  const gaps = input.scan?.gaps ?? []
  if (gaps.length === 0) return [{ kind: 'paragraph', line: lineOf(words.notes.noGaps) }]
  return [
    {
      kind: 'list',
      items: [
        ...gaps
          .slice(0, mostGaps)
          .map(
            (one): Line => [
              strong(one.what),
              plain(`: ${one.why}`),
              ...(one.path === undefined || one.path === one.what ? [] : [plain(' '), code(one.path)]),
            ],
          ),
        ...(gaps.length > mostGaps ? [[quiet(fill(words.notes.more, { n: gaps.length - mostGaps }))]] : []),
      ],
    },
  ]
}

const mostGaps = 60
const mostEvents = 300

function indicators({ input, words }: Writing): Block[] {
  const found = indicatorsOf(input.alertCase)
  if (found.length === 0) return [{ kind: 'paragraph', line: lineOf(words.notes.noIndicators) }]
  return [
    {
      kind: 'table',
      head: [words.labels.kind, words.labels.value],
      widths: [18, 82],
      rows: found
        .slice(0, mostRows)
        .map((one): Line[] => [
          [plain(one.kind === 'hash' ? hashName(one.value) : words.indicators[one.kind])],
          [code(one.value)],
        ]),
    },
    ...more(found.length, words.notes.more),
  ]
}

/** Hashes are told apart by their length. */
function hashName({ length }: string): string {
  return length === 64 ? 'SHA-256' : length === 40 ? 'SHA-1' : length === 32 ? 'MD5' : 'Hash'
}

function attack({ input, words }: Writing): Block[] {
  return [
    {
      kind: 'table',
      head: [words.labels.technique, words.labels.name],
      widths: [18, 82],
      rows: input.alertCase.alert.attack.map((id): Line[] => [[code(id)], [plain(wordFor(attackNames, id))]]),
    },
  ]
}

function people({ input, words, clock }: Writing): Block[] {
  const { events } = input.alertCase
  const nobody: Readonly<Record<string, string>> = { host: words.notes.atHost, center: words.notes.center }
  const rows = events
    .filter(one => one.what !== 'seen-again')
    .slice(-mostEvents)
    .map((one): Line[] => [
      clock.line(one.at),
      [plain(wordFor(nobody, one.actor))],
      [strong(wordFor(words.events, one.what)), ...detailOf(one)],
    ])
  return [
    { kind: 'table', head: [words.labels.time, words.labels.who, words.labels.what], widths: [27, 23, 50], rows },
    ...(events.some(one => one.what === 'comment')
      ? [{ kind: 'paragraph' as const, line: [quiet(words.notes.comments)] }]
      : []),
  ]
}

/** A comment keeps its text to itself: a report leaves the house. */
function detailOf({ what, detail }: { what: string; detail: Readonly<Record<string, unknown>> }): Line {
  if (what === 'comment') return []
  const said = ['to', 'reason', 'because', 'allowed', 'refusal']
    .map(name => detail[name])
    .filter((one): one is string => typeof one === 'string' && one !== '')
  return said.length === 0 ? [] : ['break', plain(said.join(', '))]
}

function made({ input, words, clock }: Writing): Block[] {
  const { alertCase, scan, host } = input
  const rows: [string, Line][] = [
    [words.labels.alert, [code(alertCase.alert.id)]],
    [words.labels.firstSeen, [plain(clock.say(alertCase.alert.firstSeen))]],
    [words.labels.lastSeen, [plain(clock.say(alertCase.alert.lastSeen))]],
    [words.labels.program, [plain(host?.program ?? '')]],
  ]
  return [
    { kind: 'values', rows: rows.filter(([, line]) => line.some(one => one !== 'break' && one.text !== '')) },
    {
      kind: 'paragraph',
      line: lineOf(
        fill(words.notes.madeBy, { who: input.madeBy, time: clock.say(input.madeAt), program: input.program }),
      ),
    },
    ...(scan === undefined
      ? []
      : [
          {
            kind: 'paragraph' as const,
            line: lineOf(
              fill(words.notes.madeFrom, {
                mode: scan.mode,
                time: clock.say(scan.startedAt),
                rules: numberIn(input.language, scan.rulesCount),
                version: scan.rulesVersion,
              }),
            ),
          },
        ]),
    { kind: 'paragraph', line: [quiet(`${fill(words.notes.zone, { zone: clock.zone })} ${words.notes.noWords}`)] },
  ]
}
