import { isIP } from 'node:net'
import { type LoginRecord, parseLoginRecords, recordLayout, recordTypes } from '../../target/index.ts'
import type { LoginEvent } from '../../model/index.ts'
import { loginOf } from './attempt.ts'
import { FollowedFile } from './followed-file.ts'
import type { LoginSource } from './source.ts'

/** Older records are history that somebody wrote once more. */
const freshMs = 600_000

/** btmp or wtmp. Log-ins at a console, in a terminal window or by a user's own tools have no address, and are none from outside. */
export function followRecords(path: string, name: string): LoginSource {
  const file = new FollowedFile(path)
  const rests = new Map<number, Buffer>()
  const layout = recordLayout(process.arch)
  let torn = (layout.bytes - (file.offset % layout.bytes)) % layout.bytes

  const eventOf = (record: LoginRecord, nowMs: number): LoginEvent[] => {
    const address = record.address ?? (isIP(record.host) === 0 ? undefined : record.host)
    const told = record.type === recordTypes.tried || record.type === recordTypes.loggedIn
    if (!told || address === undefined) return []
    if (Math.abs(nowMs - record.atMs) > freshMs) return []
    const service = record.line.startsWith('ssh') || record.line.startsWith('pts/') ? 'sshd' : 'login'
    const succeeded = record.type === recordTypes.loggedIn
    return [loginOf({ succeeded, user: record.user, address }, service, record.atMs)]
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
      for (const { bytes, file: number } of file.look(nowMs)) {
        const all = Buffer.concat([rests.get(number) ?? Buffer.alloc(0), bytes.subarray(torn)])
        torn = 0
        for (const record of parseLoginRecords(all, layout)) events.push(...eventOf(record, nowMs))
        rests.set(number, Buffer.from(all.subarray(all.length - (all.length % layout.bytes))))
        for (const old of rests.keys()) if (old < number - 8) rests.delete(old)
      }
      return events
    },
    close: () => file.close(),
  }
}
