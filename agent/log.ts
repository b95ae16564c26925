import { closeSync } from 'node:fs'
import type { Detection } from '../model/index.ts'
import { sealedMemoryFile } from '../native/memory-file.ts'
import { peerPath, sendDatagram, sendDescriptor } from '../native/unix-datagram.ts'

/** What programs may want of a line of the log. In the journal: `DAVYLAMP_` and the name in capitals. */
export interface LogFields {
  /** Default `info`. */
  readonly priority?: keyof typeof priorities
  /** What kind of line it is: `detection`, `tampering`, `connected` … */
  readonly event?: string
  readonly detection?: string
  readonly verdict?: string
  readonly level?: string
  readonly path?: string
  readonly pid?: number
  readonly command?: string
  readonly user?: string
  readonly address?: string
  readonly run?: readonly string[]
  readonly rule?: readonly string[]
  /** Of a tampering. */
  readonly what?: string
}

export type Log = (line: string, fields?: LogFields) => void

/** syslog(3). */
const priorities = { error: 3, warning: 4, notice: 5, info: 6 } as const

export type LogFormat = 'auto' | 'text' | 'json' | 'journal'

export interface LogOptions {
  /** `auto`: the journal where standard error leads there, else text. */
  readonly format: LogFormat
  /** Makes a line harmless for a terminal. */
  readonly safe: (line: string) => string
  readonly write: (text: string) => void
  /** Of journald, for tests. */
  readonly journal?: string
}

const journalSocket = '/run/systemd/journal/socket'
const journalStream = '/run/systemd/journal/stdout'

/** Where the agent writes what it does: with fields to the journal, or as lines. A journal that does not listen costs no line. */
export function openLog({ format, safe, write, journal = journalSocket }: LogOptions): Log {
  const way = format === 'auto' ? (leadsToJournal() ? 'journal' : 'text') : format
  return (line, fields = {}) => {
    const message = safe(line)
    if (way === 'json') return write(`${JSON.stringify(jsonLine(message, fields))}\n`)
    if (way === 'journal' && sendEntry(journal, journalEntry(message, fields))) return
    write(`${message}\n`)
  }
}

/** The launcher hands no JOURNAL_STREAM on (systemd.exec(5)), so the socket itself says where it leads. */
function leadsToJournal(): boolean {
  return peerPath(2) === journalStream
}

function jsonLine(message: string, { priority = 'info', ...fields }: LogFields) {
  return { at: new Date().toISOString(), priority, message, ...fields }
}

/** https://systemd.io/JOURNAL_NATIVE_PROTOCOL; systemd.journal-fields(7). */
export function journalEntry(message: string, { priority = 'info', ...fields }: LogFields): Buffer {
  const named = Object.entries(fields).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value])
      .filter(one => one !== undefined)
      .map(one => entryField(`DAVYLAMP_${name.toUpperCase()}`, String(one))),
  )
  return Buffer.concat([
    entryField('MESSAGE', message),
    entryField('PRIORITY', String(priorities[priority])),
    entryField('SYSLOG_IDENTIFIER', 'davylamp'),
    ...named,
  ])
}

/** A value with a line end is told with its length: what a file name holds can begin no field of its own. */
function entryField(name: string, value: string): Buffer {
  if (!value.includes('\n')) return Buffer.from(`${name}=${value}\n`)
  const bytes = Buffer.from(value)
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(bytes.length))
  return Buffer.concat([Buffer.from(`${name}\n`), length, bytes, Buffer.from('\n')])
}

function sendEntry(journal: string, entry: Buffer): boolean {
  const sent = sendDatagram(journal, entry)
  if (sent !== 'too-large') return sent === 'sent'
  try {
    const file = sealedMemoryFile('davylamp-log', entry)
    try {
      return sendDescriptor(journal, file) === 'sent'
    } finally {
      closeSync(file)
    }
  } catch {
    return false
  }
}

/** A detection as a line of the log. */
export function detectionLine(detection: Detection): [line: string, fields: LogFields] {
  const { id, verdict, level, title, because, subject, findings, responses } = detection
  const { path, pid, command, user, address } = subject
  const runs = responses.flatMap(one => (one.run === undefined ? [] : [one.run]))
  const done = responses.map(one => `${one.kind}: ${one.outcome}`).join(', ')
  const named = [path ?? address ?? subject.account, pid === undefined ? undefined : `pid ${pid}`]
    .filter(Boolean)
    .join(', ')
  return [
    [`${verdict}: ${title} (${named})`, because[0], done].filter(Boolean).join('; '),
    {
      priority: verdict === 'confirmed' ? 'warning' : 'notice',
      event: 'detection',
      detection: id,
      verdict,
      level,
      ...(path === undefined ? {} : { path }),
      ...(pid === undefined ? {} : { pid }),
      ...(command === undefined ? {} : { command }),
      ...(user === undefined ? {} : { user }),
      ...(address === undefined ? {} : { address }),
      ...(runs.length === 0 ? {} : { run: runs }),
      ...(findings.length === 0 ? {} : { rule: [...new Set(findings.map(one => one.rule.id))] }),
    },
  ]
}
