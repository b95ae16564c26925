import { createHash } from 'node:crypto'
import { decodeBytes, displayBytes, encodeBytes } from '../target/index.ts'
import type { Metadata } from './host-files.ts'
import { markOf, type WritableHost } from './host.ts'
import { ChangedSince, type Undone } from './remedy.ts'
import { followed } from './followed.ts'
import { loosen, parentOf } from './taken-entry.ts'

/** Lines taken out, or another put in their place, with their neighbours so that undo finds the place again. */
export interface LineEdit {
  /** Of the first, 1-based. */
  readonly line: number
  /** One line, or several with the line ends between them. */
  readonly text: string
  readonly replacement?: string
  /** Up to three lines on either side, nearest first. */
  readonly before: readonly string[]
  readonly after: readonly string[]
  /** How often the text stood in the file. */
  readonly count: number
  /** It was the last line and had no newline. */
  readonly unterminated: boolean
}

/** Edits of one file, as they are journaled. */
export interface FileEdit {
  /** With links resolved. */
  readonly path: string
  readonly edits: readonly LineEdit[]
  readonly metadata: Metadata
  readonly parentFlags: number
  readonly oldSha256: string
  readonly newSha256: string
  /** Rewritten where it lies: it has other hard links or is a mount, which rename(2) would cut off. */
  readonly inPlace: boolean
  /** The whole file as it was, for the reader. */
  readonly vault: string
}

/** What an edit is asked to be, before it is found in the file. */
export interface WantedEdit {
  readonly line: number
  readonly text: string
  readonly replacement?: string | undefined
}

const neighbours = 3

/** Where a text of one or more lines begins: at the named line if it is there, else at the only place that has it. */
export function findLine(lines: readonly string[], line: number, text: string): number | 'absent' | 'ambiguous' {
  const wanted = text.split('\n')
  const has = (at: number) =>
    wanted.every((one, index) => lines[at + index] === one || lines[at + index] === `${one}\r`)
  if (has(line - 1)) return line - 1
  const found = [...lines.keys()].filter(has)
  if (found.length === 0) return 'absent'
  return found.length === 1 ? (found[0] ?? 'absent') : 'ambiguous'
}

/** The lines of a file as bytes; the last is empty when the file ends with a newline. */
export function linesOf(bytes: Buffer): string[] {
  return bytes.toString('latin1').split('\n')
}

/** Keeps the file in the vault and finds each edit's place. Throws ChangedSince when a line is not there. */
export async function prepareEdits(
  given: string,
  wanted: readonly WantedEdit[],
  host: WritableHost,
  part = 0,
): Promise<FileEdit> {
  const path = followed(given, host)
  const bytes = path === undefined ? undefined : host.files.read(path)
  const metadata = path === undefined ? undefined : host.files.inspect(path)
  if (path === undefined || bytes === undefined || metadata === undefined) {
    throw new ChangedSince(`${displayBytes(given)} is gone`)
  }
  let lines = linesOf(bytes)
  const edits: LineEdit[] = []
  for (const one of wanted) {
    const at = findLine(lines, one.line, toBytes(one.text))
    if (typeof at !== 'number') throw new ChangedSince(`line ${one.line} of ${displayBytes(path)} is ${at}`)
    const edit = describe(lines, at, countOf(one.text), one.replacement)
    edits.push(edit)
    lines = withEdit(lines, at, edit)
  }
  const vault = await host.vault.keep({
    id: `${markOf(host.step)}-${part}`,
    why: 'before-change',
    origin: path,
    metadata,
    run: host.step.run,
    action: host.step.number,
    content: bytes,
  })
  return {
    path,
    edits,
    metadata,
    parentFlags: host.files.inspect(parentOf(path))?.flags ?? 0,
    oldSha256: vault.sha256,
    newSha256: sha256(joined(lines)),
    inPlace: metadata.linkCount > 1 || host.files.inspect(parentOf(path))?.device !== metadata.device,
    vault: vault.id,
  }
}

/** Makes the edits; those that are made already are left. */
export async function applyEdits(saved: FileEdit, host: WritableHost): Promise<void> {
  const bytes = host.files.read(saved.path)
  if (bytes === undefined) throw new ChangedSince(`${displayBytes(saved.path)} is gone`)
  if (sha256(bytes) !== saved.newSha256) {
    let lines = linesOf(bytes)
    for (const edit of saved.edits) {
      const at = findLine(lines, edit.line, toBytes(edit.text))
      if (at === 'ambiguous') throw new ChangedSince(`line ${edit.line} of ${displayBytes(saved.path)} is ambiguous`)
      if (at !== 'absent') lines = withEdit(lines, at, edit)
    }
    await write(saved, bytes, joined(lines), nowNs(), host)
  }
  restoreFlags(saved, host)
}

/** Takes the edits back over whatever was changed since, last first. */
export async function undoEdits(saved: FileEdit, host: WritableHost): Promise<Undone> {
  host.files.dropTemporary(saved.path, markOf(host.step))
  const bytes = host.files.read(saved.path)
  if (bytes === undefined) return { changedSince: `${displayBytes(saved.path)} is gone` }
  let lines = linesOf(bytes)
  const missing: string[] = []
  const asBefore = sha256(bytes) === saved.oldSha256
  for (const edit of asBefore ? [] : [...saved.edits].reverse()) {
    const back = withoutEdit(lines, edit)
    if (back === undefined) missing.push(edit.replacement ?? edit.text)
    else lines = back
  }
  const restored = joined(lines)
  const exact = sha256(restored) === saved.oldSha256
  const modifiedNs = exact ? saved.metadata.modifiedNs : nowNs()
  if (!restored.equals(bytes)) await write(saved, bytes, restored, modifiedNs, host)
  else if (exact) setTimesLoosened(saved, host)
  restoreFlags(saved, host)
  if (missing.length === 0) return 'undone'
  return { changedSince: `${displayBytes(saved.path)} no longer has: ${missing.map(displayBytes).join(' | ')}` }
}

/** Puts a line back where its neighbours say it was; undefined when a replaced line is no longer there. */
export function withoutEdit(lines: readonly string[], edit: LineEdit): string[] | undefined {
  const text = toBytes(edit.text).split('\n')
  const has = timesIn(lines, text)
  if (edit.replacement !== undefined) {
    const at = replacedAt(lines, edit, toBytes(edit.replacement))
    if (at !== undefined) return lines.toSpliced(at, 1, ...text)
    return has >= edit.count ? [...lines] : undefined
  }
  // A crash may have come between the change and its entry in the journal.
  if (has >= edit.count) return [...lines]
  if (edit.unterminated && lines.at(-1) === '') return lines.toSpliced(-1, 1, ...text)
  return lines.toSpliced(placeOf(lines, edit), 0, ...text)
}

/** How many lines an edit took out of its file. */
export function linesLost({ text, replacement }: LineEdit): number {
  return countOf(text) - (replacement === undefined ? 0 : 1)
}

/** Where a line lies that was put in place of others: by its number, by its neighbours, or the only one. */
function replacedAt(lines: readonly string[], edit: LineEdit, replacement: string): number | undefined {
  const all = [...lines.keys()].filter(at => lines[at] === replacement)
  const [before, after] = [edit.before.map(toBytes)[0], edit.after.map(toBytes)[0]]
  const beside = all.filter(at => lines[at - 1] === before && lines[at + 1] === after)
  return (
    beside.find(at => at === edit.line - 1) ?? (beside.length === 1 ? beside[0] : all.length === 1 ? all[0] : undefined)
  )
}

function timesIn(lines: readonly string[], text: readonly string[]): number {
  return [...lines.keys()].filter(at => text.every((one, index) => lines[at + index] === one)).length
}

function countOf(text: string): number {
  return text.split('\n').length
}

function describe(lines: readonly string[], at: number, count: number, replacement: string | undefined): LineEdit {
  const text = lines.slice(at, at + count)
  return {
    line: at + 1,
    text: fromBytes(text.join('\n')),
    ...(replacement === undefined ? {} : { replacement }),
    before: lines
      .slice(Math.max(0, at - neighbours), at)
      .reverse()
      .map(fromBytes),
    after: lines.slice(at + count, at + count + neighbours).map(fromBytes),
    count: timesIn(lines, text),
    unterminated: at + count === lines.length,
  }
}

function withEdit(lines: readonly string[], at: number, edit: LineEdit): string[] {
  const count = countOf(edit.text)
  if (edit.replacement !== undefined) return lines.toSpliced(at, count, toBytes(edit.replacement))
  // The newline before the last line belongs to the line before and stays.
  if (at + count === lines.length) return lines.toSpliced(at, count, '')
  return lines.toSpliced(at, count)
}

function placeOf(lines: readonly string[], edit: LineEdit): number {
  const wanted = Math.min(edit.line - 1, lines.length)
  const before = edit.before.map(toBytes)
  const after = edit.after.map(toBytes)
  const last = lines.at(-1) === '' ? lines.length - 1 : lines.length
  const fits = (holds: (at: number) => boolean) => {
    let best: number | undefined
    for (let at = 0; at <= last; at++) {
      if (holds(at) && (best === undefined || Math.abs(at - wanted) < Math.abs(best - wanted))) best = at
    }
    return best
  }
  const isAfter = (at: number, line: string | undefined) => line !== undefined && lines[at - 1] === line
  const isBefore = (at: number, line: string | undefined) => line !== undefined && lines[at] === line
  const start = before.length === 0
  return (
    fits(at => (start ? at === 0 : isAfter(at, before[0])) && isBefore(at, after[0])) ??
    fits(at => before.some(line => isAfter(at, line))) ??
    fits(at => after.some(line => isBefore(at, line))) ??
    Math.min(wanted, last)
  )
}

async function write(saved: FileEdit, old: Buffer, bytes: Buffer, modifiedNs: string, host: WritableHost) {
  const metadata = host.files.inspect(saved.path)
  if (metadata === undefined) throw new ChangedSince(`${displayBytes(saved.path)} is gone`)
  loosen(saved.path, host)
  const wanted = { ...metadata, flags: 0, modifiedNs, accessedNs: saved.metadata.accessedNs }
  if (!saved.inPlace) {
    await host.files.replace(saved.path, bytes, wanted, markOf(host.step))
    return
  }
  const same = commonStart(old, bytes)
  host.files.overwrite(saved.path, bytes.subarray(same), same)
  host.files.setTimes(saved.path, wanted.accessedNs, modifiedNs)
  // cron looks at a spool file again when the directory's time changed; rename(2) would have done that.
  host.files.touchFolderOf(saved.path)
}

function setTimesLoosened(saved: FileEdit, host: WritableHost): void {
  loosen(saved.path, host)
  host.files.setTimes(saved.path, saved.metadata.accessedNs, saved.metadata.modifiedNs)
}

/** An edit leaves the flags of the file and of its directory as they were. */
function restoreFlags({ path, metadata, parentFlags }: FileEdit, host: WritableHost): void {
  if (metadata.flags !== 0) host.files.setFlags(path, metadata.flags)
  if (parentFlags !== 0) host.files.setFlags(parentOf(path), parentFlags)
}

function commonStart(one: Buffer, other: Buffer): number {
  const end = Math.min(one.length, other.length)
  let at = 0
  while (at < end && one[at] === other[at]) at++
  return at
}

function joined(lines: readonly string[]): Buffer {
  return Buffer.from(lines.join('\n'), 'latin1')
}

/** Lines are handled one character a byte, so that nothing of a file is lost that is not UTF-8. */
function toBytes(text: string): string {
  return encodeBytes(text).toString('latin1')
}

function fromBytes(line: string): string {
  return decodeBytes(Buffer.from(line, 'latin1'))
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function nowNs(): string {
  return `${BigInt(Date.now()) * 1_000_000n}`
}
