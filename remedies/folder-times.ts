import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { decodeBytes, encodeBytes } from '../target/index.ts'
import type { FolderWatch } from './host-files.ts'
import { immutableFlag, appendFlag } from '../native/write/inode-flags.ts'
import type { WritableHost } from './host.ts'

/** What the times of a directory were before an action of a run changed something in it. */
interface FolderTime {
  readonly number: number
  /** Base64. */
  readonly path: string
  readonly accessedNs: string
  readonly modifiedNs: string
  /** When it was noted, in milliseconds. */
  readonly at: number
}

interface StepEnd {
  readonly number: number
  readonly end: number
}

/** Time stamps of files come from a clock that ticks a few times a hundredth of a second. */
const slackMs = 20

/**
 * Notes the times of directories in `folders.jsonl` of a run. They are a comfort and not part of the journal: a line that a
 * crash cut costs no more than a directory's time.
 */
export function folderWatch(runFolder: string, number: number): FolderWatch & { end(): void } {
  const seen = new Set<string>()
  const note = (entry: FolderTime | StepEnd) =>
    appendFileSync(fileIn(runFolder), `${JSON.stringify(entry)}\n`, { mode: 0o600 })
  return {
    changing(folder, { accessedNs, modifiedNs }) {
      if (seen.has(folder)) return
      seen.add(folder)
      note({ number, path: encodeBytes(folder).toString('base64'), accessedNs, modifiedNs, at: Date.now() })
    },
    end: () => (seen.size === 0 ? undefined : note({ number, end: Date.now() })),
  }
}

/**
 * To be called before an action is taken back; what it returns, after. Directories get back the times that they had before
 * the action, if nobody but the action changed them since.
 */
export function folderTimes(runFolder: string, number: number, host: WritableHost): () => void {
  const entries = read(runFolder).filter(entry => entry.number === number)
  const end = Math.max(...entries.map(entry => ('end' in entry ? entry.end : 0)))
  const back = entries.flatMap(entry => {
    if ('end' in entry) return []
    const path = decodeBytes(Buffer.from(entry.path, 'base64'))
    return isBetween(path, entry.at, end, host) ? [{ ...entry, path }] : []
  })
  return () => {
    for (const { path, accessedNs, modifiedNs } of back) setTimes(path, accessedNs, modifiedNs, host)
  }
}

/** Also when it is gone: then the action took it away itself, with what was in it. */
function isBetween(path: string, from: number, to: number, host: WritableHost): boolean {
  const now = host.files.inspect(path)
  if (now === undefined) return true
  if (now.type !== 'directory') return false
  const modified = Number(BigInt(now.modifiedNs) / 1_000_000n)
  return modified >= from - slackMs && modified <= to + slackMs
}

function setTimes(path: string, accessedNs: string, modifiedNs: string, host: WritableHost): void {
  try {
    const flags = host.files.inspect(path)?.flags ?? 0
    const hinders = (flags & (immutableFlag | appendFlag)) !== 0
    if (hinders) host.files.setFlags(path, flags & ~(immutableFlag | appendFlag))
    host.files.setTimes(path, accessedNs, modifiedNs)
    if (hinders) host.files.setFlags(path, flags)
  } catch {
    // A directory that is gone again, or of a file system that is read only.
  }
}

function read(runFolder: string): (FolderTime | StepEnd)[] {
  try {
    return readFileSync(fileIn(runFolder), 'utf8')
      .split('\n')
      .flatMap(line => {
        try {
          return [JSON.parse(line) as FolderTime | StepEnd]
        } catch {
          return []
        }
      })
  } catch {
    return []
  }
}

function fileIn(runFolder: string): string {
  return join(runFolder, 'folders.jsonl')
}
