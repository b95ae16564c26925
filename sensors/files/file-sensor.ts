import type { FileChangeEvent, SensorStatus } from '../../model/index.ts'
import { SystemCallError } from '../../native/libc.ts'
import {
  type FileChangeRecord,
  type FileChanges,
  openFileChanges,
} from '../../native/read/kernel-events/file-changes.ts'
import { openInotify } from '../../native/read/kernel-events/inotify.ts'
import { ownProcDirectory } from '../../native/read/own-proc.ts'
import { decodeBytes, displayBytes, encodeBytes, exactBytes } from '../../target/index.ts'
import { ProcReader } from '../proc-reader.ts'
import { directoriesFor, filesBelow, isInPlace, type WatchedPlace } from './watched-places.ts'

export interface FileSensorOptions {
  readonly places: readonly WatchedPlace[]
  readonly onEvents: (events: readonly FileChangeEvent[]) => void
  /** How often is asked what has changed. */
  readonly everyMs?: number
  /** Default the best that there is. */
  readonly source?: 'fanotify' | 'inotify'
}

/** Tells of changes to the places that it watches, and who made them where the kernel says it. */
export interface FileSensor {
  status(): SensorStatus
  /** Tells what has changed until now, as it does by itself. */
  look(): void
  close(): void
}

const usualEveryMs = 200
const everySync = 30_000
/** Going through the places takes a tenth of the time at most, whoever makes directories all the time; what takes less than this is not counted. */
const cheapSyncMs = 20

export function startFileSensor(options: FileSensorOptions): FileSensor {
  return new WatchingSensor(options)
}

class WatchingSensor implements FileSensor {
  readonly #options: FileSensorOptions
  /** The first is used where it can be; file systems without handles need the second. */
  readonly #sources: FileChanges[] = []
  readonly #watched = new Map<string, FileChanges>()
  readonly #proc = new ProcReader(ownProcDirectory())
  readonly #since = new Date().toISOString()
  readonly #timers: NodeJS.Timeout[]
  readonly #problems = new Set<string>()
  #events = 0
  #nextSync = 0
  #syncWanted = false

  constructor(options: FileSensorOptions) {
    this.#options = options
    if (options.source !== 'inotify') this.#open(openFileChanges)
    if (options.source !== 'fanotify') this.#open(openInotify)
    this.#sync()
    this.#timers = [
      setInterval(() => this.look(), options.everyMs ?? usualEveryMs),
      setInterval(() => this.#sync(), everySync),
    ]
  }

  status(): SensorStatus {
    const used = [...new Set([...this.#watched.values()].map(({ source }) => source))]
    return {
      name: 'files',
      source: used.length === 0 ? 'off' : used.join(' and '),
      since: this.#since,
      events: this.#events,
      lost: this.#sources.reduce((sum, one) => sum + one.lost(), 0),
      ...(this.#problems.size === 0 ? {} : { problem: [...this.#problems].join('; ') }),
    }
  }

  look(): void {
    const found: FileChangeEvent[] = []
    let directories = false
    for (const source of this.#sources)
      source.each(record => {
        directories ||= record.isDirectory
        this.#note(record, found)
      })
    this.#syncWanted ||= directories
    if (this.#syncWanted && performance.now() >= this.#nextSync) this.#sync()
    const events = folded(found)
    this.#events += events.length
    if (events.length > 0) this.#options.onEvents(events)
  }

  close(): void {
    for (const timer of this.#timers) clearInterval(timer)
    for (const source of this.#sources.splice(0)) source.close()
  }

  #open(open: () => FileChanges): void {
    try {
      this.#sources.push(open())
    } catch (error) {
      if (!(error instanceof SystemCallError)) throw error
      this.#problems.add(error.message)
    }
  }

  /** Watches what is there now. */
  #sync(): void {
    const begun = performance.now()
    this.#syncWanted = false
    const { directories, left } = directoriesFor(this.#options.places)
    if (left) this.#problems.add('more directories than can be watched')
    for (const [directory, source] of this.#watched) {
      if (directories.has(directory)) continue
      source.leave(directory)
      this.#watched.delete(directory)
    }
    for (const directory of directories) if (!this.#watched.has(directory)) this.#watch(directory)
    const took = performance.now() - begun
    this.#nextSync = took < cheapSyncMs ? 0 : performance.now() + 10 * took
  }

  #watch(directory: string): void {
    for (const source of this.#sources)
      try {
        source.watch(directory, encodeBytes(directory))
        this.#watched.set(directory, source)
        return
      } catch (error) {
        if (!(error instanceof SystemCallError)) throw error
        if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return
      }
    this.#problems.add(`${displayBytes(directory)} cannot be watched`)
  }

  #note({ directory, name, change, isDirectory, pid }: FileChangeRecord, into: FileChangeEvent[]): void {
    const path = name.length === 0 ? directory : `${directory === '/' ? '' : directory}/${decodeBytes(name)}`
    const by = pid === 0 ? {} : { by: this.#by(pid) }
    const tell = (one: string) => {
      if (!isInPlace(one, this.#options.places)) return
      const exact = exactBytes(one)
      into.push({
        kind: 'file-change',
        at: new Date().toISOString(),
        path: displayBytes(one),
        ...(exact === undefined ? {} : { pathBytes: exact }),
        change,
        ...by,
      })
    }
    // What is in a directory that came whole, or was filled before it could be watched, is new as well.
    if (isDirectory && (change === 'created' || change === 'moved-in')) for (const file of filesBelow(path)) tell(file)
    else if (!isDirectory) tell(path)
  }

  #by(pid: number): NonNullable<FileChangeEvent['by']> {
    const { stat, path, container } = this.#proc.words(pid, undefined)
    const command = this.#proc.arguments(pid)
    const uid = this.#proc.uid(pid)
    const words = command === undefined ? '' : decodeBytes(command).replaceAll('\0', ' ').trimEnd()
    return {
      pid,
      ...(stat === undefined ? {} : { startTime: stat.startTime, name: displayBytes(stat.name) }),
      ...(path === undefined ? {} : { path }),
      ...(words === '' ? {} : { command: displayBytes(words) }),
      ...(uid === undefined ? {} : { uid }),
      ...(container === undefined ? {} : { container }),
    }
  }
}

/** A file that is made, written and given its mode is one piece of news: the last of them, by the same process. */
function folded(events: readonly FileChangeEvent[]): FileChangeEvent[] {
  const last = new Map<string, FileChangeEvent>()
  for (const event of events) {
    const key = `${event.path}\0${event.by?.pid ?? 0}\0${weight(event.change)}`
    const before = last.get(key)
    if (before !== undefined && event.change === 'attributes') continue
    last.set(key, event)
  }
  return [...last.values()]
}

function weight(change: FileChangeEvent['change']): string {
  return change === 'deleted' || change === 'moved-out' ? 'gone' : 'there'
}
