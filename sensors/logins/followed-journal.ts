import { closeSync, constants, fstatSync, openSync, statSync } from 'node:fs'
import { type JournalEntry, JournalFile, sshPrograms } from '../../target/index.ts'
import type { LoginEvent } from '../../model/index.ts'
import { Attempts } from './attempt.ts'
import { bytesAt } from './followed-file.ts'

/** Programs that let people in from outside, by the name that the kernel gives them. */
const programs = [
  ...sshPrograms,
  ...['vsftpd', 'proftpd', 'pure-ftpd', 'cockpit-session', 'auth', 'saslauthd', 'xrdp-sesman', 'miniserv.pl', 'login'],
]
const fields = new Set(['MESSAGE', '_UID'])
const workPerLook = 20_000
const keptMs = 60_000
const mostMoved = 4

/** Of all files of a journal together: when the latest entry was written that was told. */
export interface Seen {
  newestMs: number
}

interface OpenJournal {
  readonly descriptor: number
  readonly inode: number
  readonly journal: JournalFile
  /** For each program, how many of its entries have been told. */
  readonly told: Map<string, number>
  /** Those until then are history, or were told from another file: journald copies what it kept in /run. */
  readonly untilMs: number
  entryCount: number
  waiting: boolean
  movedMs?: number
}

/** Follows the file of the journal that systemd-journald writes (`system.journal`), also when it is closed and another one begun. */
export class FollowedJournal {
  readonly path: string
  readonly #attempts = new Attempts()
  #current: OpenJournal | undefined
  #moved: OpenJournal[] = []
  readonly #seen: Seen
  /** Why the file that is there cannot be read. */
  problem: string | undefined

  /** `atEnd`: what is in it is history. */
  constructor(path: string, seen: Seen, atEnd: boolean) {
    this.path = path
    this.#seen = seen
    this.#current = this.#open(atEnd)
  }

  get open(): boolean {
    return this.#current !== undefined
  }

  look(nowMs: number): LoginEvent[] {
    const events: LoginEvent[] = []
    const inode = inodeOf(this.path)
    const current = this.#current
    if (current !== undefined && current.inode !== inode) this.#leave(current, nowMs)
    for (const one of this.#moved) this.#read(one, events)
    const isOver = (one: OpenJournal) => nowMs - (one.movedMs ?? 0) > keptMs
    for (const one of this.#moved.filter(isOver)) closeSync(one.descriptor)
    this.#moved = this.#moved.filter(one => !isOver(one))
    if (inode !== undefined) this.#current ??= this.#open(false)
    if (this.#current !== undefined && !this.#read(this.#current, events)) this.#leave(this.#current, nowMs)
    return events
  }

  close(): void {
    for (const { descriptor } of [...this.#moved, ...(this.#current ? [this.#current] : [])]) closeSync(descriptor)
    this.#moved = []
    this.#current = undefined
  }

  #leave(journal: OpenJournal, nowMs: number): void {
    journal.movedMs = nowMs
    this.#moved.push(journal)
    if (this.#moved.length > mostMoved) closeSync(this.#moved.shift()?.descriptor ?? -1)
    this.#current = undefined
  }

  #open(atEnd: boolean): OpenJournal | undefined {
    let descriptor: number | undefined
    try {
      descriptor = openSync(this.path, constants.O_RDONLY | constants.O_NONBLOCK)
      const [stat, handle] = [fstatSync(descriptor), descriptor]
      const options = { blockBytes: 4096, mostBlocks: 256 }
      const journal = stat.isFile()
        ? JournalFile.open((at, length) => bytesAt(handle, at, length), fields, options)
        : undefined
      if (journal !== undefined) {
        this.problem = undefined
        const told = new Map(programs.map(program => [program, atEnd ? journal.count(`_COMM=${program}`) : 0]))
        // A clock that was set back must not make history of what comes.
        const untilMs = atEnd ? 0 : Math.min(this.#seen.newestMs, Date.now())
        const entryCount = atEnd ? journal.entryCount : -1
        return { descriptor, inode: stat.ino, journal, told, untilMs, entryCount, waiting: false }
      }
      this.problem = `${this.path} is of a format that is not known`
    } catch {
      // Not there, or not for us: it may come.
    }
    if (descriptor !== undefined) closeSync(descriptor)
    return undefined
  }

  /** False when it is another file now. */
  #read(open: OpenJournal, into: LoginEvent[]): boolean {
    const { journal, told } = open
    if (!journal.refresh()) return false
    if (journal.entryCount === open.entryCount && !open.waiting) return true
    open.entryCount = journal.entryCount
    journal.limitWork(workPerLook)
    for (const program of programs)
      for (const entry of journal.entries({ match: `_COMM=${program}`, from: told.get(program) ?? 0 })) {
        told.set(program, entry.index + 1)
        if (entry.atMs <= open.untilMs) continue
        this.#seen.newestMs = Math.max(this.#seen.newestMs, entry.atMs)
        into.push(...this.#eventsOf(entry, program))
      }
    open.waiting = journal.unfinished
    return true
  }

  /** Anybody can call a program sshd, so that only root's is believed. */
  #eventsOf({ atMs, fields }: JournalEntry, program: string): LoginEvent[] {
    const [message, uid] = [fields.get('MESSAGE')?.[0], fields.get('_UID')?.[0]]
    if (message === undefined || uid !== '0') return []
    return this.#attempts.of(program, message, atMs)
  }
}

function inodeOf(path: string): number | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })?.ino
  } catch {
    return undefined
  }
}
