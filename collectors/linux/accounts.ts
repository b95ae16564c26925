import type { AccountFact, Fact } from '../../model/index.ts'
import { displayBytes, type Target } from '../../target/index.ts'
import type { Collector, Survey } from '../collector.ts'
import {
  type GroupLine,
  lowestOrdinaryUid,
  type PasswdLine,
  parseGroups,
  parsePasswd,
  parseShadow,
  type ShadowLine,
} from './account-files.ts'
import { authLogs } from './auth-logs.ts'
import { deceptionIn } from './deceptive-name.ts'
import { baseName } from './directory.ts'
import { factTime } from './fact-time.ts'
import { lastLogins } from './login-records.ts'
import { present } from './present.ts'
import { readSudoRules, type SudoRule } from './sudoers-file.ts'

const passwdPath = '/etc/passwd'

/** Accounts: passwd(5), shadow(5), group(5) and sudoers(5) joined; a name that stands there twice is two facts. */
export const accounts: Collector = {
  name: 'accounts',
  collects: ['account'],
  os: ['linux'],
  stage: 'first',
  collect,
}

function* collect(survey: Survey): Iterable<Fact> {
  const { target } = survey
  const lines = parsePasswd(target.files.text(passwdPath) ?? '')
  if (lines.length === 0) target.addGap({ what: 'accounts', why: 'no readable account', path: passwdPath })
  const records = gather(survey, lines)
  for (const line of lines) yield accountFact(target, line, records)
}

interface Records {
  /** The line that has a name, or a uid, first. */
  readonly firstOfName: ReadonlyMap<string, PasswdLine>
  readonly firstOfUid: ReadonlyMap<number, PasswdLine>
  /** Undefined when it could not be read. */
  readonly shadow: ReadonlyMap<string, ShadowLine[]> | undefined
  readonly groups: readonly GroupLine[]
  readonly rules: readonly SudoRule[]
  readonly lowestOrdinary: number
  readonly created: ReadonlyMap<string, number>
  readonly active: ReadonlyMap<string, number>
  readonly keys: ReadonlyMap<string, number>
  readonly attributes: ('immutable' | 'append')[]
}

function gather({ target, facts }: Survey, lines: readonly PasswdLine[]): Records {
  const shadow = target.files.text('/etc/shadow')
  const missing = shadow === undefined && target.files.lstat('/etc/shadow') !== undefined
  const created = new Map<string, number>()
  const active = lastLogins(target, lines)
  for (const { kind, user, atMs } of authLogs(target).entries) {
    if (kind === 'account-created') created.set(user, atMs)
    if (kind === 'accepted' && atMs > (active.get(user) ?? 0)) active.set(user, atMs)
  }
  const keys = new Map<string, number>()
  for (const { user } of facts('login-key')) keys.set(user, (keys.get(user) ?? 0) + 1)
  return {
    firstOfName: new Map(lines.toReversed().map(line => [line.name, line])),
    firstOfUid: new Map(lines.toReversed().map(line => [line.uid, line])),
    shadow: missing ? undefined : Map.groupBy(parseShadow(shadow ?? ''), ({ name }) => name),
    groups: parseGroups(target.files.text('/etc/group') ?? ''),
    rules: readSudoRules(target),
    lowestOrdinary: lowestOrdinaryUid(target),
    created,
    active,
    keys,
    attributes: target.files.attributes(passwdPath),
  }
}

function accountFact(target: Target, line: PasswdLine, records: Records): AccountFact {
  const { name, uid, gid, home } = line
  const groups = groupsOf(line, records.groups)
  const sudoRules = records.rules.filter(rule => rule.users.some(user => isMeant(user, line, groups)))
  const shadow = records.shadow?.get(name)?.[0]
  const homeStat = home.length > 1 ? target.files.lstat(home.trim()) : undefined
  const [createdAt, lastActive] = [records.created.get(name), records.active.get(name)]
  return present({
    kind: 'account',
    name: displayBytes(name),
    path: passwdPath,
    line: line.line,
    text: displayBytes(line.text),
    uid,
    gid,
    home: displayBytes(home),
    shell: displayBytes(line.shell),
    comment: displayBytes(line.comment),
    system: uid < records.lowestOrdinary || uid === 65_534,
    loginShell: !isNoLogin(line.shell),
    password: passwordState(line, records),
    passwordChanged: shadow?.changed ? factTime(shadow.changed * 86_400_000) : undefined,
    groups: groups.map(displayBytes),
    administrator: uid === 0 || sudoRules.length > 0 || groups.some(group => administrators.has(group)),
    sudoRules: sudoRules.map(rule => displayBytes(rule.text.trim())),
    createdAt: createdAt === undefined ? undefined : factTime(createdAt),
    homeCreatedAt: homeStat?.createdMs === undefined ? undefined : factTime(homeStat.createdMs),
    lastActive: lastActive === undefined || lastActive === 0 ? undefined : factTime(lastActive),
    oddities: odditiesOf(line, records),
    keys: records.keys.get(displayBytes(name)) ?? 0,
    attributes: [...records.attributes],
  })
}

const administrators = new Set(['sudo', 'wheel', 'admin', 'docker', 'lxd', 'incus-admin', 'root', 'disk'])

function groupsOf({ name, gid }: PasswdLine, groups: readonly GroupLine[]): string[] {
  const mine = groups.filter(group => group.gid === gid || group.members.includes(name))
  return [...new Set(mine.map(group => group.name))]
}

/** `name`, `#uid`, `%group`, `%#gid`, `ALL` of sudoers(5). */
function isMeant(user: string, { name, uid, gid }: PasswdLine, groups: readonly string[]): boolean {
  if (user === 'ALL' || user === displayBytes(name) || user === `#${uid}` || user === `%#${gid}`) return true
  return user.startsWith('%') && groups.some(group => displayBytes(group) === user.slice(1))
}

/** Exactly these: `/usr/sbin/nologin ` with a space is another file, and may be a shell. */
function isNoLogin(shell: string): boolean {
  return /^\/(?:usr\/)?(?:s?bin)\/(?:nologin|false|true|sync|shutdown|halt|git-shell)\r?$|^\/dev\/null$/.test(shell)
}

function passwordState({ name, password }: PasswdLine, { shadow }: Records): AccountFact['password'] {
  if (password !== 'x') return stateOf(password)
  if (!shadow) return 'unknown'
  const [line] = shadow.get(name) ?? []
  return line ? stateOf(line.password) : 'none'
}

function stateOf(password: string): AccountFact['password'] {
  if (password === '') return 'empty'
  return /^[!*]|^x$|^NP$/.test(password) ? 'locked' : 'set'
}

function odditiesOf(line: PasswdLine, { firstOfName, firstOfUid, shadow }: Records): string[] {
  const { name, uid } = line
  const shadows = shadow?.get(name)
  const found: [string, boolean][] = [
    ['duplicate-name', firstOfName.get(name) !== line],
    ['duplicate-uid', ![name, undefined].includes(firstOfUid.get(uid)?.name)],
    ['uid-0-twin', uid === 0 && name !== 'root'],
    ['trailing-space', /[ \t]\r?$/.test(line.text) || /[ \t](?::|$)/.test(`${line.home}:${line.shell}`)],
    ['duplicate-shadow', (shadows?.length ?? 0) > 1],
    ['no-shadow', line.password === 'x' && shadow !== undefined && shadows === undefined],
    [
      'home-in-tmp',
      /^\/(?:tmp|var\/tmp|dev\/shm|run)(?:\/|$)/.test(line.home) &&
        line.home !== '/run/sshd' &&
        !/^\/run\/[\w-]+\/?$/.test(line.home),
    ],
    ['deceptive-name', isDeceptive(line, firstOfName)],
    ['hidden-home', /\/\.[^/]/.test(line.home)],
  ]
  return found.flatMap(([oddity, holds]) => (holds ? [oddity] : []))
}

const shells = new Set(['bash', 'dash', 'sh', 'zsh', 'ksh', 'fish', 'nologin', 'false', 'true', 'sync', 'git-shell'])

/** A name that is taken for another account's, or a shell for another program. */
function isDeceptive({ name, shell }: PasswdLine, names: ReadonlyMap<string, unknown>): boolean {
  const otherName = (one: string) => one === 'root' || names.has(one)
  return (
    deceptionIn(name, otherName) !== undefined || deceptionIn(baseName(shell), one => shells.has(one)) !== undefined
  )
}
