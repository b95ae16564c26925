import { basename, join, resolve } from 'node:path'
import {
  type ColumnUse,
  columnUses,
  compactSource,
  type Imported,
  type ImportOptions,
  importSource,
  isAddress,
  updateSource,
} from '../detect/intel/feeds/index.ts'
import { readSource, type Source, sourceFolder } from '../detect/intel/index.ts'
import { displayBytes } from '../target/index.ts'
import { intelFolder, sharedPlaces } from '../rulebook/index.ts'
import { CommandError } from './command-error.ts'
import type { Context } from './context.ts'
import { type ExitCode, exitCodes } from './exit-codes.ts'
import { countsText, indicatorTypeOf, namedSource, sourcesOf } from './intel.ts'
import { mustExist } from './must-exist.ts'
import { styled } from './print/page.ts'
import { count } from './print/verdict.ts'
import { requireWritableState } from './state/permission.ts'

export interface AddIntelOptions {
  readonly source?: string
  readonly own?: boolean
  readonly confidence?: string
  readonly atMost?: string
  readonly days?: number
  readonly type?: string
  readonly column?: readonly string[]
  readonly delimiter?: string
  readonly merge?: boolean
  readonly replace?: boolean
  readonly collection?: string
  readonly auth?: string
  readonly ca?: string
}

export async function addIntelCommand(options: AddIntelOptions, context: Context, given: string): Promise<ExitCode> {
  if (given !== '-' && !isAddress(given)) mustExist(given)
  const from = given === '-' || isAddress(given) ? given : resolve(given)
  const name = options.source ?? nameFor(from, options)
  requireWritableState(context.state)
  const intel = intelFolder(context.state)
  const before = readSource(join(intel, sourceFolder(name)))
  if (typeof before === 'object' && before.from !== from && options.merge !== true && options.replace !== true)
    throw new CommandError(
      `there is a source ${name} already, and it came from ${before.from}: choose --merge, --replace, or another name with --source`,
    )
  const imported = await importSource(
    {
      name,
      from,
      type: indicatorTypeOf(options.type),
      columns: options.column?.map(columnOf),
      delimiter: options.delimiter === '\\t' ? '\t' : options.delimiter,
      confidence: confidenceOf('--confidence', options.confidence),
      atMost: confidenceOf('--at-most', options.atMost),
      days: options.days,
      own: options.own,
      collection: options.collection,
      authFile: options.auth === undefined ? undefined : resolve(options.auth),
      caFile: options.ca === undefined ? undefined : resolve(options.ca),
      merge: options.merge,
    },
    importOptions(context),
  ).finally(() => context.progress.clear())
  if (context.json) context.print(addedDocument([imported]))
  else show(imported, context)
  return exitCodes.fine
}

export async function updateIntelCommand(
  { whole }: { readonly whole?: boolean },
  context: Context,
  ...names: string[]
): Promise<ExitCode> {
  requireWritableState(context.state)
  const all = sourcesOf(context)
  const chosen =
    names.length === 0
      ? all.filter(one => isAddress(one.from) || hasEnded(one))
      : names.map(name => namedSource(all, name))
  const done: Imported[] = []
  const failed: { source: string; why: string }[] = []
  for (const source of chosen) {
    try {
      done.push(await updated(source, importOptions(context), whole === true))
    } catch (error) {
      // One feed that is away keeps nobody from reading the others; what it held stays.
      failed.push({ source: source.name, why: error instanceof Error ? error.message : String(error) })
    }
    context.progress.clear()
  }
  if (context.json) context.print({ ...addedDocument(done), failed })
  else {
    for (const one of done) show(one, context)
    for (const { source, why } of failed)
      context.page.text(`${displayBytes(source)} stays as it was: ${displayBytes(why)}`, 0, styled('failed  ', 'red'))
    if (chosen.length === 0) context.page.text('No source has an address, and nothing has ended.')
  }
  return failed.length === 0 ? exitCodes.fine : exitCodes.unavailable
}

async function updated(source: Source, options: ImportOptions, whole: boolean): Promise<Imported> {
  if (isAddress(source.from)) return updateSource(source, { ...options, whole })
  return { source: await compactSource(source, options), taken: 0, left: [] }
}

function hasEnded({ firstEnd }: Source): boolean {
  return firstEnd !== undefined && firstEnd <= new Date().toISOString()
}

function importOptions(context: Context): ImportOptions {
  return {
    intel: intelFolder(context.state),
    shared: sharedPlaces(),
    now: new Date().toISOString(),
    progress: what => context.progress.show(what),
  }
}

function addedDocument(all: readonly Imported[]) {
  return {
    format: 'davylamp-intel-added',
    version: 1,
    sources: all.map(({ source, taken, left }) => ({
      name: source.name,
      kind: source.kind,
      taken,
      counts: source.counts,
      left,
    })),
  }
}

function show({ source, left }: Imported, context: Context): void {
  const { page } = context
  page.text(`${styled(displayBytes(source.name), 'strong')} (${source.kind}): ${countsText(source.counts)}.`)
  for (const { why, count: times, examples } of left.slice(0, 12)) {
    page.text(`${count(times, 'entry', 'entries')} not used: ${displayBytes(why)}`, 2, styled('– ', 'yellow'))
    const [example] = examples
    if (example !== undefined) page.text(styled(displayBytes(example), 'dim'), 4)
  }
  if (source.confidence === undefined && !source.own)
    page.text(
      styled(
        'Entries without a confidence of their own count as fairly sure (50). --confidence or --own say otherwise.',
        'dim',
      ),
      2,
    )
}

function nameFor(from: string, { collection }: AddIntelOptions): string {
  if (from === '-') throw new CommandError('standard input has no name: give one with --source')
  if (!isAddress(from)) return basename(from)
  const { host, pathname } = new URL(from)
  const last = pathname.split('/').filter(Boolean).at(-1) ?? ''
  return [host, collection ?? last].filter(Boolean).join('/')
}

function columnOf(text: string): readonly [ColumnUse, string] {
  const at = text.indexOf('=')
  const use = columnUses.find(one => one === text.slice(0, at))
  if (use === undefined || at + 1 === text.length)
    throw new CommandError(`--column takes USE=NAME, such as sha256=Hash; uses are ${columnUses.join(', ')}`)
  return [use, text.slice(at + 1)]
}

function confidenceOf(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^\d{1,3}$/.test(text) || Number(text) > 100)
    throw new CommandError(`${option} takes a whole number from 0 to 100`)
  return Number(text)
}
