/** What one line of auth.log or secure tells, or one entry of the journal. */
export interface AuthEvent {
  readonly kind: 'failed' | 'accepted' | 'account-created' | 'account-changed'
  readonly user: string
  readonly address?: string | undefined
  /** Of the other end. */
  readonly port?: number | undefined
  /** `password`, `publickey`, `keyboard-interactive/pam`. */
  readonly method?: string | undefined
  /** False where the program says that there is no such account. */
  readonly known?: boolean | undefined
  readonly count: number
  /** The message without time and host. */
  readonly text: string
}

// User names come from the remote end and may hold anything, ` from 10.0.0.1 port 22` too: the last such words are sshd's own.
const failed = /^Failed (\S+) for (invalid user )?(.*) from (\S+) port (\d+)(?: ssh\d?)?/
const accepted = /^Accepted (\S+) for (.*) from (\S+) port (\d+)(?: ssh\d?)?/
const repeated = /^message repeated (\d{1,6}) times: \[ ?(.*?)\]?$/
const dropbearFailed = /^Bad (?:PAM )?password attempt for '(.*)' from (\S+):(\d+)$/
const dropbearUnknown = /^Login attempt (?:for nonexistent user|with wrong user)(?: '?(.*?)'?)? from (\S+):(\d+)$/
const dropbearAccepted = /^(?:PAM )?(Password|Pubkey) auth succeeded for '(.*?)'.* from (\S+):(\d+)$/
const pamFailed =
  /^pam_\w+\([\w.-]+:auth\): (?:authentication failure|(\d{1,4}) more authentication failures?);.*? rhost=(\S+)(?: +user=(\S+))?/

/** Programs by which people come in over ssh, as OpenSSH divides itself (sshd-session since 9.8, sshd-auth since 10.0). */
export const sshPrograms = ['sshd', 'sshd-session', 'sshd-auth', 'dropbear'] as const
export const accountPrograms = ['useradd', 'adduser', 'usermod', 'userdel', 'passwd', 'chpasswd', 'chage'] as const

/** Reads the message of a line whose program is known. */
export function authEvent(program: string, message: string): AuthEvent | undefined {
  const text = message.length > 1000 ? message.slice(0, 1000) : message
  if (program.startsWith('sshd')) return sshEvent(text, 1)
  if (program === 'dropbear') return dropbearEvent(text)
  if (program === 'useradd' || program === 'adduser') return named(text, /^new user: name=([^,\s]+)/, 'account-created')
  if (program === 'usermod') return named(text, /^(?:change user|add) '([^']+)'/, 'account-changed')
  if (program === 'userdel') return named(text, /^delete user '([^']+)'/, 'account-changed')
  if (/^(?:passwd|chpasswd|chage)$/.test(program)) return named(text, /password changed for (\S+)/, 'account-changed')
  return pamEvent(text)
}

/** What sshd says of PAM is said by its own lines as well, so that those of PAM would count twice. */
function sshEvent(text: string, count: number): AuthEvent | undefined {
  const again = count === 1 ? repeated.exec(text) : undefined
  if (again) return sshEvent(again[2] ?? '', Number(again[1]))
  const no = failed.exec(text)
  if (no) {
    const [, method, invalid, user = '', address, port] = no
    return { kind: 'failed', method, user, address, port: Number(port), known: invalid === undefined, count, text }
  }
  const yes = accepted.exec(text)
  if (!yes) return undefined
  const [, method, user = '', address, port] = yes
  return { kind: 'accepted', method, user, address, port: Number(port), known: true, count, text }
}

function dropbearEvent(text: string): AuthEvent | undefined {
  const [no, unknown, yes] = [dropbearFailed.exec(text), dropbearUnknown.exec(text), dropbearAccepted.exec(text)]
  const from = (address: string | undefined, port: string | undefined) => ({
    address,
    port: Number(port),
    count: 1,
    text,
  })
  if (no) return { kind: 'failed', method: 'password', user: no[1] ?? '', known: true, ...from(no[2], no[3]) }
  if (unknown) return { kind: 'failed', user: unknown[1] ?? '', known: false, ...from(unknown[2], unknown[3]) }
  if (!yes) return undefined
  const method = yes[1] === 'Pubkey' ? 'publickey' : 'password'
  return { kind: 'accepted', method, user: yes[2] ?? '', known: true, ...from(yes[3], yes[4]) }
}

/** Another service that people come in by, such as an FTP server; at a console there is no `rhost`. */
function pamEvent(text: string): AuthEvent | undefined {
  const match = pamFailed.exec(text)
  // What the remote end calls itself stands in the same line, and may hold an address of somebody else.
  if (!match || text.split('rhost=').length > 2) return undefined
  const [, more, address, user = ''] = match
  return { kind: 'failed', user, address, method: 'password', count: Number(more ?? 1), text }
}

/** A line that tells of an attempt without calling it failed: where only keys are allowed there are no others. */
export interface AuthTrace {
  readonly kind: 'announced' | 'ended'
  readonly user: string
  readonly address: string
  readonly port?: number | undefined
  readonly known: boolean
}

const invalidUser = /^(?:Invalid|Illegal) user (.*) from (\S+?)(?: port (\d+))?$/
const ended =
  /^(?:Connection (?:closed|reset) by|Disconnected from|Disconnecting) (authenticating|invalid) user (.*) (\S+) port (\d+)(?:: .*)? \[preauth\]$/

/** Such a line of sshd. */
export function authTrace(program: string, message: string): AuthTrace | undefined {
  if (!program.startsWith('sshd') || message.length > 1000) return undefined
  const announced = invalidUser.exec(message)
  if (announced) {
    const [, user = '', address = '', port] = announced
    return { kind: 'announced', user, address, known: false, ...(port === undefined ? {} : { port: Number(port) }) }
  }
  const gone = ended.exec(message)
  if (!gone) return undefined
  const [, how, user = '', address = '', port] = gone
  return { kind: 'ended', user, address, port: Number(port), known: how !== 'invalid' }
}

function named(text: string, pattern: RegExp, kind: AuthEvent['kind']): AuthEvent | undefined {
  const user = pattern.exec(text)?.[1]
  return user === undefined ? undefined : { kind, user, count: 1, text }
}
