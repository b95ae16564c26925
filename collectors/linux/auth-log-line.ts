/** What one line of auth.log or secure tells. */
export interface AuthEvent {
  readonly kind: 'failed' | 'accepted' | 'account-created' | 'account-changed'
  readonly user: string
  readonly address?: string | undefined
  /** `password`, `publickey`, `keyboard-interactive/pam`. */
  readonly method?: string | undefined
  readonly count: number
  /** The message without time and host. */
  readonly text: string
}

// User names come from the remote end and may hold anything, ` from 10.0.0.1 port 22` too: the last such words are sshd's own.
const failed = /^Failed (\S+) for (?:invalid user )?(.*) from (\S+) port \d+(?: ssh\d?)?/
const accepted = /^Accepted (\S+) for (.*) from (\S+) port \d+(?: ssh\d?)?/
const repeated = /^message repeated (\d{1,6}) times: \[ ?(.*?)\]?$/
const morePam = /^PAM (\d{1,4}) more authentication failures?; .*?rhost=(\S*)(?:\s+user=(\S+))?/

/** Reads the message of a line whose program is known. */
export function authEvent(program: string, message: string): AuthEvent | undefined {
  const text = message.length > 1000 ? message.slice(0, 1000) : message
  if (program.startsWith('sshd') || program === 'dropbear') return sshEvent(text, 1)
  if (program === 'useradd' || program === 'adduser') return named(text, /^new user: name=([^,\s]+)/, 'account-created')
  if (program === 'usermod') return named(text, /^(?:change user|add) '([^']+)'/, 'account-changed')
  if (program === 'userdel') return named(text, /^delete user '([^']+)'/, 'account-changed')
  if (/^(?:passwd|chpasswd|chage)$/.test(program)) return named(text, /password changed for (\S+)/, 'account-changed')
  return undefined
}

function sshEvent(text: string, count: number): AuthEvent | undefined {
  const again = count === 1 ? repeated.exec(text) : undefined
  if (again) return sshEvent(again[2] ?? '', Number(again[1]))
  const no = failed.exec(text)
  if (no) return { kind: 'failed', method: no[1], user: no[2] ?? '', address: no[3], count, text }
  const yes = accepted.exec(text)
  if (yes) return { kind: 'accepted', method: yes[1], user: yes[2] ?? '', address: yes[3], count, text }
  const more = morePam.exec(text)
  if (more) return { kind: 'failed', user: more[3] ?? '', address: more[2], count: Number(more[1]), text }
  return undefined
}

function named(text: string, pattern: RegExp, kind: AuthEvent['kind']): AuthEvent | undefined {
  const user = pattern.exec(text)?.[1]
  return user === undefined ? undefined : { kind, user, count: 1, text }
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

export interface LogLine {
  /** Milliseconds since 1970; of a line without a zone as if it were UTC. */
  readonly atMs: number
  /** The line says its zone (RFC 3339), so that nothing need be guessed. */
  readonly exact: boolean
  readonly program: string
  readonly message: string
}

/** `Nov 21 20:13:59 host sshd[12]: …` or RFC 3339. The first form has no year: it is the latest that does not lie after the file's last change. */
export function parseLogLine(line: string, writtenMs: number): LogLine | undefined {
  const match =
    /^(?:([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d\d):(\d\d):(\d\d)|(\d{4}-\d\d-\d\dT[\d:.]{8,15}(?:Z|[+-]\d\d:?\d\d)?)) \S+ ([\w./-]+)(?:\[\d+\])?: +(.*)$/.exec(
      line,
    )
  if (!match) return undefined
  const program = match[7] ?? ''
  const message = match[8] ?? ''
  if (match[6] !== undefined) {
    const zoned = /(?:Z|[+-]\d\d:?\d\d)$/.test(match[6])
    const atMs = Date.parse(zoned ? match[6] : `${match[6]}Z`)
    return Number.isNaN(atMs) ? undefined : { atMs, exact: zoned, program, message }
  }
  const month = months.indexOf(match[1] ?? '')
  if (month < 0) return undefined
  const inYear = (year: number): number =>
    Date.UTC(year, month, Number(match[2]), Number(match[3]), Number(match[4]), Number(match[5]))
  const year = new Date(writtenMs).getUTCFullYear()
  // Up to a day late may be the zone; more is last year's.
  const atMs = inYear(year) > writtenMs + 86_400_000 ? inYear(year - 1) : inYear(year)
  return { atMs, exact: false, program, message }
}

const quarterMs = 900_000

/**
 * How far the lines of a log without zones are from UTC: its last line was written when the file changed last. Zero where the
 * two do not agree to a quarter of an hour.
 */
export function zoneOffset(lastLineMs: number, writtenMs: number): number {
  const apart = writtenMs - lastLineMs
  const offset = Math.round(apart / quarterMs) * quarterMs
  return Math.abs(offset) <= 14 * 3_600_000 && Math.abs(apart - offset) <= 60_000 ? offset : 0
}
