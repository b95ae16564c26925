import type { AutostartFact, Mechanism, Ownership } from '../../model/index.ts'
import { displayBytes, exactBytes } from '../../target/index.ts'
import type { Survey } from '../collector.ts'
import { commandTargets } from './command.ts'
import { deceptionIn } from './deceptive-name.ts'
import { baseName, parentOf } from './directory.ts'

/** What a collector knows of an autostart; the rest is read from the file at `path`. Strings are in the form of `decodeBytes`. */
export interface Autostart {
  readonly mechanism: Mechanism
  readonly path: string
  readonly line?: number | undefined
  /** The exact line; lines joined by a continuation keep their line ends. */
  readonly text?: string | undefined
  readonly name?: string | undefined
  readonly command: string
  readonly user?: string | undefined
  readonly schedule?: string | undefined
  /** True unless said otherwise. */
  readonly enabled?: boolean | undefined
  /** What `command` names, unless given. */
  readonly targets?: readonly string[] | undefined
  /** Where relative names and `~` of the command lead. */
  readonly home?: string | undefined
  readonly cwd?: string | undefined
  readonly settings?: readonly string[] | undefined
  readonly oddities?: readonly string[] | undefined
  readonly links?: readonly string[] | undefined
}

/** What every autostart of one file shares. */
export interface FileAbout {
  readonly ownership: Ownership
  readonly package: string | undefined
  readonly attributes: ('immutable' | 'append')[]
  readonly modified: string | undefined
  readonly changed: string | undefined
}

const longestCommand = 8_192
const remembered = new WeakMap<Survey, Map<string, FileAbout>>()

/** An autostart fact with what is known of the file it is written in. */
export function autostartFact(survey: Survey, given: Autostart): AutostartFact {
  const { ownership, package: owner, attributes, modified, changed } = aboutFile(survey, given.path)
  const targets = given.targets ?? commandTargets(given.command, { home: given.home, cwd: given.cwd })
  return {
    kind: 'autostart',
    mechanism: given.mechanism,
    path: displayBytes(given.path),
    ...optional('pathBytes', exactBytes(given.path)),
    ...optional('line', given.line),
    ...optional('text', given.text === undefined ? undefined : displayBytes(given.text)),
    ...optional('textBytes', given.text === undefined ? undefined : exactBytes(given.text)),
    ...optional('name', given.name === undefined ? undefined : displayBytes(given.name)),
    command: displayBytes(given.command.slice(0, longestCommand)),
    ...optional('user', given.user),
    ...optional('schedule', given.schedule),
    enabled: given.enabled ?? true,
    targets: [...new Set(targets)].map(displayBytes),
    ownership,
    ...optional('package', owner),
    attributes,
    ...optional('modified', modified),
    ...optional('changed', changed),
    settings: (given.settings ?? []).map(displayBytes),
    oddities: [
      ...new Set([...odditiesOf(given.text ?? ''), ...deceptionsOf(survey, given), ...(given.oddities ?? [])]),
    ],
    links: (given.links ?? []).map(displayBytes),
  }
}

/** Ownership, attributes and times of a file, read once a scan. */
export function aboutFile(survey: Survey, path: string): FileAbout {
  const known = remembered.get(survey) ?? new Map<string, FileAbout>()
  remembered.set(survey, known)
  const before = known.get(path)
  if (before) return before
  const stat = survey.target.files.lstat(path)
  const owner = survey.owner(path)
  const about = {
    ownership: owner.ownership,
    package: owner.package,
    attributes: stat ? survey.target.files.attributes(path) : [],
    modified: stat && isoTime(stat.modifiedMs),
    changed: stat && isoTime(stat.changedMs),
  }
  known.set(path, about)
  return about
}

/** True for a file that a package owns and that is as the package left it: a hint, see `ownership`. */
export function isStock(survey: Survey, path: string): boolean {
  const { ownership } = aboutFile(survey, path)
  return ownership === 'owned' || ownership === 'verified'
}

function odditiesOf(text: string): string[] {
  const oddities: string[] = []
  if (text.includes('\0')) oddities.push('nul')
  if (/[\u0001-\u0008\u000b-\u001f\u007f]/.test(text.replace(/\r$/, ''))) oddities.push('control-characters')
  if (/\S[ \t]{80,}\S/.test(text) || /^[ \t]{80,}\S/.test(text)) oddities.push('padded')
  return oddities
}

/** A file, unit or link whose name is taken for another one beside it. */
function deceptionsOf({ target }: Survey, { path, name }: Autostart): string[] {
  // Asked for names that are not plain ASCII only, of which a host has few.
  const beside = (one: string) => target.files.list(parentOf(path))?.includes(one) === true
  const honest = [baseName(path), name ?? ''].every(one => deceptionIn(one, beside) === undefined)
  return honest ? [] : ['deceptive-name']
}

/** A time a hostile inode gives may lie outside what a date can hold. */
function isoTime(milliseconds: number): string | undefined {
  return Math.abs(milliseconds) <= 8.64e15 ? new Date(milliseconds).toISOString() : undefined
}

function optional<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: V })
}
