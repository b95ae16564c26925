import { execFileSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { StoreError } from '../store-error.ts'
import type { Log } from '../../context.ts'

/**
 * Who runs PostgreSQL; it refuses root, and a uid that has no line in /etc/passwd.
 * `self`: this process is not root. `account`: the account `davylamp` of the host. `private`: a uid that nobody has, with
 * an /etc/passwd of its own in a mount namespace of its own, so that this host's stays as it is. `nobody`: when no mount
 * namespace can be made.
 */
export interface Account {
  readonly way: 'self' | 'account' | 'private' | 'nobody'
  readonly uid: number
  readonly gid: number
  /** The private way only: what lies over /etc/passwd and /etc/group. */
  readonly passwd?: string | undefined
  readonly group?: string | undefined
}

const accountSchema = z.object({
  way: z.enum(['self', 'account', 'private', 'nobody']),
  uid: z.number().int().min(1),
  gid: z.number().int().min(1),
})

/** systemd's range for DynamicUser=, which no distribution gives to people (systemd.io, "Users, Groups, UIDs and GIDs"). */
const firstUid = 61184
const lastUid = 65519

/** Chosen once for a state folder and written down in `<postgres>/account.json`, because the data belongs to that uid. */
export function chooseAccount(postgresFolder: string, log: Log): Account {
  const uid = process.getuid?.() ?? 0
  if (uid !== 0) return { way: 'self', uid, gid: process.getgid?.() ?? uid }
  const file = join(postgresFolder, 'account.json')
  const chosen = existsSync(file) ? recorded(file) : choose(log)
  if (!existsSync(file)) writeFileSync(file, `${JSON.stringify(chosen)}\n`, { mode: 0o600 })
  return chosen.way === 'private' ? withPrivateFiles(chosen, postgresFolder) : chosen
}

/** Program and arguments that run a program as that account, in place: the pid stays the same through each exec. */
export function commandAs(account: Account, command: readonly string[]): readonly string[] {
  if (account.way === 'self') return command
  const { uid, gid, passwd = '', group = '' } = account
  const drop = ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--no-new-privs', '--', ...command]
  if (account.way !== 'private') return drop
  const mounts = 'mount --bind "$1" /etc/passwd && mount --bind "$2" /etc/group && shift 2 && exec "$@"'
  return ['unshare', '--mount', '--propagation', 'private', '--', 'sh', '-c', mounts, 'sh', passwd, group, ...drop]
}

function recorded(file: string): Account {
  const parsed = accountSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')))
  if (parsed.success) return parsed.data
  throw new StoreError(
    `${file} does not say which user runs PostgreSQL. Remove it if the data folder beside it is not needed; otherwise write {"way":"private","uid":N,"gid":N} with the owner of that folder.`,
  )
}

function choose(log: Log): Account {
  const own = accountNamed('davylamp')
  if (own !== undefined && own.uid !== 0) return { way: 'account', ...own }
  if (mountsWork()) {
    const uid = unusedUid()
    return { way: 'private', uid, gid: uid }
  }
  const nobody = accountNamed('nobody')
  if (nobody === undefined)
    throw new StoreError(
      'PostgreSQL must not run as root, and this machine has no other user for it. Add a system account named davylamp, or use --store postgres://…',
    )
  log.warn(
    'PostgreSQL runs as nobody, which other programs may use too: no mount namespace can be made here. Add a system account named davylamp before the first start to have it run as that.',
  )
  return { way: 'nobody', ...nobody }
}

function accountNamed(name: string): { uid: number; gid: number } | undefined {
  const [line = ''] = lookUp('passwd', name).split('\n')
  const fields = line.split(':')
  if (fields[0] !== name) return undefined
  return { uid: Number(fields[2]), gid: Number(fields[3]) }
}

/** getent asks all sources of names, LDAP too; a host without it has files only. */
function lookUp(database: 'passwd' | 'group', key: string): string {
  try {
    return execFileSync('getent', [database, key], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  } catch (error) {
    if (!isMissingProgram(error)) return ''
    const lines = readFileSync(`/etc/${database}`, 'utf8').split('\n')
    return lines.find(line => line.split(':')[0] === key || line.split(':')[2] === key) ?? ''
  }
}

function isMissingProgram(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

function mountsWork(): boolean {
  try {
    execFileSync(
      'unshare',
      ['--mount', '--propagation', 'private', '--', 'sh', '-c', 'mount --bind /etc/passwd /etc/passwd'],
      {
        stdio: 'ignore',
        timeout: 10_000,
      },
    )
    return true
  } catch {
    return false
  }
}

function unusedUid(): number {
  const busy = uidsOfProcesses()
  const count = lastUid - firstUid + 1
  const start = randomInt(count)
  for (let step = 0; step < count; step++) {
    const uid = firstUid + ((start + step) % count)
    if (!busy.has(uid) && lookUp('passwd', String(uid)) === '' && lookUp('group', String(uid)) === '') return uid
  }
  throw new StoreError('All user ids from 61184 to 65519 are taken. Add a system account named davylamp.')
}

function uidsOfProcesses(): Set<number> {
  const uids = new Set<number>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const seen = statSync(`/proc/${name}`, { throwIfNoEntry: false })
    if (seen !== undefined) uids.add(seen.uid)
  }
  return uids
}

/** The host's files plus one line, made anew at each start because the host's change. */
function withPrivateFiles(account: Account, postgresFolder: string): Account {
  const { uid, gid } = account
  const passwd = join(postgresFolder, 'passwd')
  const group = join(postgresFolder, 'group')
  const line = `davylamp-postgres:x:${uid}:${gid}:PostgreSQL of Davylamp:/nonexistent:/usr/sbin/nologin\n`
  writeFileSync(passwd, endLine(readFileSync('/etc/passwd', 'utf8')) + line, { mode: 0o644 })
  writeFileSync(group, `${endLine(readFileSync('/etc/group', 'utf8'))}davylamp-postgres:x:${gid}:\n`, { mode: 0o644 })
  return { ...account, passwd, group }
}

function endLine(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`
}
