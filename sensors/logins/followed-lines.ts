import { decodeBytes, parseLogLine, zoneOffset } from '../../target/index.ts'
import type { LoginEvent } from '../../model/index.ts'
import { Attempts } from './attempt.ts'
import { FollowedFile } from './followed-file.ts'
import type { LoginSource } from './source.ts'

const longestLine = 8192
const telling = /sshd|dropbear|rhost=/
/** Older lines are history, that somebody wrote once more: a log that was edited, or one that rsyslog fills again from the journal. */
const freshMs = 600_000

/** A log in text: auth.log, secure. */
export function followLines(path: string, name: string): LoginSource {
  const file = new FollowedFile(path)
  const attempts = new Attempts()
  const rests = new Map<number, Buffer>()
  /** How far the lines without zones are from UTC, as the latest of them said. */
  let zoneMs = -new Date().getTimezoneOffset() * 60_000

  const learnZone = (writtenMs: number, nowMs: number) => {
    const offset = zoneOffset(writtenMs, nowMs)
    if (offset !== 0 || Math.abs(nowMs - writtenMs) <= 60_000) zoneMs = -offset
  }
  const eventsOf = (line: Buffer, appended: boolean, nowMs: number): LoginEvent[] => {
    const text = decodeBytes(line)
    if (!telling.test(text)) return []
    const parsed = parseLogLine(text, nowMs + zoneMs)
    if (parsed === undefined) return []
    if (appended && !parsed.exact) learnZone(parsed.atMs, nowMs)
    const atMs = parsed.exact ? parsed.atMs : parsed.atMs - zoneMs
    return Math.abs(nowMs - atMs) <= freshMs ? attempts.of(parsed.program, parsed.message, atMs) : []
  }

  return {
    name,
    get open() {
      return file.open
    },
    get lost() {
      return file.lost
    },
    look(nowMs) {
      const events: LoginEvent[] = []
      for (const { bytes, file: number, appended } of file.look(nowMs)) {
        const rest = rests.get(number)
        const { lines, left } = linesOf(rest === undefined ? bytes : Buffer.concat([rest, bytes]))
        for (const line of lines) events.push(...eventsOf(line, appended, nowMs))
        rests.set(number, left)
        for (const old of rests.keys()) if (old < number - 8) rests.delete(old)
      }
      return events
    },
    close: () => file.close(),
  }
}

/** Whole lines, and the beginning of one. A line that is too long is none. */
function linesOf(bytes: Buffer): { lines: Buffer[]; left: Buffer } {
  const lines: Buffer[] = []
  let start = 0
  for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
    if (end - start <= longestLine) lines.push(bytes.subarray(start, end))
    start = end + 1
  }
  const left = bytes.subarray(start)
  return { lines, left: left.length > longestLine ? Buffer.from(left.subarray(0, longestLine + 1)) : Buffer.from(left) }
}
