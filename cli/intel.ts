import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { removeSource } from '../detect/intel/feeds/index.ts'
import {
  allOf,
  guessType,
  type IndicatorType,
  normalValue,
  openIndicators,
  openSources,
  refang,
  type Source,
  sourceFolder,
  tableNames,
} from '../detect/intel/index.ts'
import { type Gap, type IndicatorMatch, indicatorTypes } from '../model/index.ts'
import { intelFolder, ownIndicators, sharedPlaces } from '../rulebook/index.ts'
import { displayBytes } from '../target/index.ts'
import { CommandError, notPermitted } from './command-error.ts'
import type { Context } from './context.ts'
import { type ExitCode, exitCodes } from './exit-codes.ts'
import { styled } from './print/page.ts'
import { timeAndAge } from './print/time.ts'
import { count } from './print/verdict.ts'
import { calledAs } from './program-name.ts'
import { requireWritableState } from './state/permission.ts'

/** What is known of values: of all lists, and of the one that comes with the program. */
export async function lookupCommand(
  options: { type?: string },
  context: Context,
  ...values: string[]
): Promise<ExitCode> {
  const type = indicatorTypeOf(options.type)
  const now = new Date().toISOString()
  const store = allOf([openIndicators(readable(context), { now, addGap: teller(context) }), ownIndicators(now)])
  try {
    const answers = values.map(value => ({
      value,
      matches: typesOf(value, type).flatMap(one => store.find(one, refang(value))),
    }))
    if (context.json) context.print({ format: 'davylamp-intel-lookup', version: 1, values: answers })
    else for (const one of answers) showAnswer(one, context)
    return answers.some(one => one.matches.length > 0) ? exitCodes.fine : exitCodes.unlisted
  } finally {
    store.close()
  }
}

export async function listCommand(
  options: { type?: string; limit?: number },
  context: Context,
  name?: string,
): Promise<ExitCode> {
  if (name !== undefined) return listSource(name, indicatorTypeOf(options.type), options.limit ?? 100, context)
  const sources = sourcesOf(context)
  if (context.json) context.print({ format: 'davylamp-intel', version: 1, sources: sources.map(headOf) })
  else {
    for (const one of sources) showSource(one, context)
    if (sources.length === 0)
      context.page.text(
        `Nothing was added yet; a few indicators come with the program. To add: ${calledAs} intel add FILE`,
      )
  }
  return exitCodes.fine
}

export async function statsCommand(_: object, context: Context): Promise<ExitCode> {
  const intel = readable(context)
  const gaps: Gap[] = []
  const sources = openSources(intel, gap => gaps.push(gap))
  const counts: Partial<Record<IndicatorType, number>> = {}
  let memoryBytes = 0
  for (const source of sources) {
    for (const type of indicatorTypes) counts[type] = (counts[type] ?? 0) + (source.about.counts[type] ?? 0)
    for (const table of tableNames) {
      const set = source.set(table)
      if (set === undefined) continue
      memoryBytes += set.memoryBytes
      context.progress.show(`checking ${table} of ${source.about.name}`)
      source.verify(table)
    }
    source.close()
  }
  context.progress.clear()
  const diskBytes = sizeOf(intel)
  const problems = gaps.map(gap => gap.why)
  if (context.json)
    context.print({
      format: 'davylamp-intel-stats',
      version: 1,
      sources: sources.length,
      counts,
      memoryBytes,
      diskBytes,
      problems,
    })
  else {
    context.page.text(`${count(sources.length, 'source')}: ${countsText(counts)}.`)
    context.page.text(
      `${megabytes(memoryBytes)} of memory when all of it is used, ${megabytes(diskBytes)} on the disk.`,
    )
    for (const why of problems) context.page.text(displayBytes(why), 0, styled('broken  ', 'red'))
    if (problems.length === 0) context.page.text('All of it is as it was written.')
  }
  return problems.length === 0 ? exitCodes.fine : exitCodes.left
}

export async function removeCommand(_: object, context: Context, ...names: string[]): Promise<ExitCode> {
  const intel = readable(context)
  // A damaged source has no name any more that could be read; its folder has that of the name.
  for (const name of names)
    if (statSync(join(intel, sourceFolder(name)), { throwIfNoEntry: false }) === undefined)
      namedSource(sourcesOf(context), name)
  requireWritableState(context.state)
  for (const name of names) removeSource(intel, name)
  if (context.json) context.print({ format: 'davylamp-intel-removed', version: 1, removed: names })
  else
    context.page.text(
      `${count(names.length, 'source')} removed. The next scan no longer looks for what only they held.`,
    )
  return exitCodes.fine
}

/** Without what only the program needs. */
function headOf({ name, from, kind, addedAt, updatedAt, own, confidence, days, counts, firstEnd, left }: Source) {
  return { name, from, kind, addedAt, updatedAt, own, confidence, days, counts, firstEnd, left }
}

/** All sources that can be used, by name. What cannot is told. */
export function sourcesOf(context: Context): Source[] {
  return openSources(readable(context), teller(context))
    .map(one => one.about)
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

export function namedSource(sources: readonly Source[], name: string): Source {
  const found = sources.find(one => one.name === name)
  if (found === undefined) throw new CommandError(`there is no source ${name}: ${calledAs} intel list shows them`)
  return found
}

export function indicatorTypeOf(text: string | undefined): IndicatorType | undefined {
  const type = indicatorTypes.find(one => one === text)
  if (text !== undefined && type === undefined)
    throw new CommandError(`the type ${text} is unknown: there are ${indicatorTypes.join(', ')}`)
  return type
}

export function countsText(counts: Readonly<Partial<Record<IndicatorType, number>>>): string {
  const parts = indicatorTypes.flatMap(type => (counts[type] ? [`${counts[type].toLocaleString('en')} ${type}`] : []))
  return parts.length === 0 ? 'nothing' : parts.join(', ')
}

/** Hexadecimal digits may be a hash or a fingerprint. */
function typesOf(value: string, type: IndicatorType | undefined): IndicatorType[] {
  if (type !== undefined) {
    if (normalValue(type, refang(value)) === undefined) throw new CommandError(`${displayBytes(value)} is no ${type}`)
    return [type]
  }
  const guessed = guessType(refang(value))
  if (guessed === undefined)
    throw new CommandError(
      `what ${displayBytes(value)} is cannot be told by its looks: say --type, one of ${indicatorTypes.join(', ')}`,
    )
  return ['md5', 'sha1', 'sha256'].includes(guessed) ? [guessed, 'fingerprint'] : [guessed]
}

function showAnswer(
  { value, matches }: { value: string; matches: readonly IndicatorMatch[] },
  { page }: Context,
): void {
  page.text(
    `${styled(displayBytes(value), 'strong')}: ${matches.length === 0 ? 'on no list' : `on ${count(matches.length, 'list')}`}`,
  )
  for (const one of matches) {
    const sure = one.confidence === undefined ? 'no confidence given' : `confidence ${one.confidence}`
    const when = one.date === undefined ? '' : `, of ${one.date.slice(0, 10)}`
    const ends = one.expires === undefined ? '' : `, until ${one.expires.slice(0, 10)}`
    page.text(
      `${displayBytes(one.source)} (${one.type}, ${sure}${when}${ends})${one.about === undefined ? '' : `: ${displayBytes(one.about)}`}`,
      2,
      '- ',
    )
  }
  const shared = sharedPlaces()
  if (shared.holdsAddress(value) || shared.holdsDomain(value.toLowerCase()))
    page.text('Many who have nothing to do with each other share it: no list that names it accuses anybody.', 2)
}

function showSource(one: Source, { page }: Context): void {
  page.text(
    `${styled(displayBytes(one.name), 'strong')} (${one.kind}${one.own ? ', your own' : ''}): ${countsText(one.counts)}`,
  )
  page.text(styled(`from ${displayBytes(one.from)}, ${timeAndAge(one.updatedAt, new Date().toISOString())}`, 'dim'), 2)
}

function listSource(name: string, type: IndicatorType | undefined, limit: number, context: Context): ExitCode {
  const gaps: Gap[] = []
  const source = openSources(readable(context), gap => gaps.push(gap)).find(one => one.about.name === name)
  if (source === undefined) {
    namedSource([], name)
    return exitCodes.usage
  }
  const indicators = []
  try {
    for (const one of source.all()) {
      if (type !== undefined && one.type !== type) continue
      if (indicators.length === limit) break
      indicators.push(one)
    }
  } finally {
    source.close()
  }
  if (context.json) context.print({ format: 'davylamp-intel-indicators', version: 1, source: name, indicators })
  else
    context.page.table(
      indicators.map(one => [
        one.value,
        one.type,
        `${one.confidence ?? ''}`,
        one.date?.slice(0, 10) ?? '',
        displayBytes(one.about ?? ''),
      ]),
    )
  return exitCodes.fine
}

/** The folder of indicators, which only its owner may look into. */
function readable({ state }: Context): string {
  const intel = intelFolder(state)
  try {
    readdirSync(intel)
  } catch (error) {
    const code = error instanceof Error ? Reflect.get(error, 'code') : ''
    if (code === 'EACCES' || code === 'EPERM') throw notPermitted(`${intel} may not be read: run this as root`)
  }
  return intel
}

function teller({ notes }: Context): (gap: Gap) => void {
  return gap => notes.text(displayBytes(gap.why), 0, styled('broken  ', 'red'))
}

function sizeOf(folder: string): number {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' }).reduce(
      (sum, name) => sum + (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0),
      0,
    )
  } catch {
    return 0
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 10e6 ? 1 : 0)} MB`
}
