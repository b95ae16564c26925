import { closeSync } from 'node:fs'
import { tryRecordLock } from '../native/write/lock.ts'
import type { ActionOf } from '../model/index.ts'
import { decodeBytes, displayBytes } from '../target/index.ts'
import { lastAdministrator } from './administrators.ts'
import type { WritableHost } from './host.ts'
import { applyEdits, type FileEdit, linesOf, prepareEdits, undoEdits, type WantedEdit } from './line-edits.ts'
import { until } from './processes.ts'
import { alreadyDone, changedSince, type Readiness, type Remedy, ready, refused, type Undone } from './remedy.ts'
import { keepEntry, putBack, removeEntry, type TakenEntry } from './taken-entry.ts'

/** Nobody logs in with the account any more, by password or (through its expiry) by key. Its files stay. */
export const lockAccount: Remedy<'lock-account', readonly FileEdit[]> = {
  kind: 'lock-account',
  undoable: true,
  needsLive: false,
  async check(action, host) {
    const found = checkAccount(action, host)
    if (found.state !== 'ready') return found.state === 'already-done' ? changedSince(`${action.name} is gone`) : found
    return lockEdits(action, host).length === 0 ? alreadyDone : ready
  },
  async prepare(action, host) {
    const edits = lockEdits(action, host)
    const prepared: FileEdit[] = []
    for (const [path, wanted] of edits) prepared.push(await prepareEdits(path, wanted, host, prepared.length))
    return prepared
  },
  async apply(_action, saved, host) {
    await locked(host, async () => {
      for (const edit of saved) await applyEdits(edit, host)
    })
    return undefined
  },
  undo: (_action, saved, host) => locked(host, () => undoAll(saved, host)),
}

/** What `remove-account` took: lines, and crontabs as whole files. */
export interface RemovedAccount {
  readonly edits: readonly FileEdit[]
  readonly crontabs: readonly TakenEntry[]
}

/**
 * Takes every record of the name out of passwd, shadow, group, gshadow, subuid and subgid, and its crontab. Where another
 * line with the name and another uid stays, only the named passwd line goes: the rest belongs to that one. The home stays.
 */
export const removeAccount: Remedy<'remove-account', RemovedAccount> = {
  kind: 'remove-account',
  undoable: true,
  needsLive: false,
  async check(action, host) {
    return checkAccount(action, host)
  },
  async prepare(action, host) {
    const wanted = removalEdits(action, host)
    const edits: FileEdit[] = []
    for (const [path, its] of wanted) edits.push(await prepareEdits(path, its, host, edits.length))
    const crontabs: TakenEntry[] = []
    for (const path of sharesName(action, host) ? [] : crontabsOf(action.name)) {
      const type = host.files.inspect(path)?.type
      const one = type === 'file' ? await keepEntry(path, host, 100 + crontabs.length) : undefined
      if (one !== undefined) crontabs.push(one)
    }
    return { edits, crontabs }
  },
  async apply(_action, saved, host) {
    await locked(host, async () => {
      for (const edit of saved.edits) await applyEdits(edit, host)
    })
    for (const one of saved.crontabs) removeEntry(one, host)
    return undefined
  },
  async undo(_action, saved, host) {
    let result: Undone = 'undone'
    for (const one of saved.crontabs) {
      const its = await putBack(one, host)
      if (its !== 'undone') result = its
    }
    const records = await locked(host, () => undoAll(saved.edits, host))
    return records === 'undone' ? result : records
  },
}

type AccountAction = ActionOf<'lock-account'> | ActionOf<'remove-account'>
type PlannedEdits = [path: string, edits: WantedEdit[]][]

function checkAccount(action: AccountAction, host: WritableHost): Readiness {
  if (action.name === '' || /[/\0\n]/.test(action.name))
    return refused(`${displayBytes(action.name)} is no account name`)
  if (action.name === 'root') return refused('root itself is never touched')
  const lines = linesAt('/etc/passwd', host)
  const its = lines.filter(line => isNamed(line, action.name))
  if (its.length === 0) return alreadyDone
  if (!its.some(line => Number(line.split(':')[2]) === action.uid)) {
    return changedSince(`${action.name} has another uid than ${action.uid} now`)
  }
  if (
    action.kind === 'remove-account' &&
    !its.some(line => displayBytes(line) === action.text || line === action.text)
  ) {
    return changedSince(`the passwd line of ${action.name} changed`)
  }
  return lastAdministrator(action.name, host) ?? ready
}

function lockEdits(action: ActionOf<'lock-account'>, host: WritableHost): PlannedEdits {
  const lock = (field = '') => (field.startsWith('!') ? field : `!${field}`)
  const shadow = wantedEdits('/etc/shadow', host, line => {
    if (!isNamed(line, action.name)) return undefined
    const fields = line.split(':')
    // Day 1 of 1970 as the day of expiry also keeps keys out (shadow(5), pam_unix).
    return fields.map((field, at) => (at === 1 ? lock(field) : at === 7 ? '1' : field)).join(':')
  })
  const passwd = wantedEdits('/etc/passwd', host, line => {
    const fields = line.split(':')
    if (!isNamed(line, action.name) || fields[1] === 'x') return undefined
    return fields.map((field, at) => (at === 1 ? lock(field) : field)).join(':')
  })
  return [...shadow, ...passwd]
}

function removalEdits(action: ActionOf<'remove-account'>, host: WritableHost): PlannedEdits {
  const passwd = wantedEdits('/etc/passwd', host, line =>
    isNamed(line, action.name) && Number(line.split(':')[2]) === action.uid ? 'remove' : undefined,
  )
  if (sharesName(action, host)) return passwd
  const group = ownGroup(action, host)
  const byName = (line: string) => (isNamed(line, action.name) ? 'remove' : undefined)
  const ofGroup = (line: string) => {
    if (group && isNamed(line, action.name)) return 'remove'
    const fields = line.split(':')
    // Members are the last field of both; gshadow(5) has its administrators before.
    return fields.map((field, at) => (at >= 2 ? without(field, action.name) : field)).join(':')
  }
  const byNameOrUid = (line: string) =>
    isNamed(line, action.name) || line.startsWith(`${action.uid}:`) ? 'remove' : undefined
  return [
    ...passwd,
    ...wantedEdits('/etc/shadow', host, byName),
    ...wantedEdits('/etc/group', host, ofGroup),
    ...wantedEdits('/etc/gshadow', host, ofGroup),
    ...wantedEdits('/etc/subuid', host, action.uid === 0 ? byName : byNameOrUid),
    ...wantedEdits('/etc/subgid', host, action.uid === 0 ? byName : byNameOrUid),
  ]
}

/** Edits of one file, last line first so that numbers stay right; none where nothing changes. */
function wantedEdits(path: string, host: WritableHost, change: (line: string) => string | undefined): PlannedEdits {
  const edits: WantedEdit[] = []
  for (const [at, line] of linesAt(path, host).entries()) {
    const to = line === '' ? undefined : change(line)
    if (to === undefined || to === line) continue
    edits.unshift({ line: at + 1, text: line, ...(to === 'remove' ? {} : { replacement: to }) })
  }
  return edits.length === 0 ? [] : [[path, edits]]
}

/** The group of the same name goes along when it is the account's own and nobody else's. */
function ownGroup({ name, uid }: ActionOf<'remove-account'>, host: WritableHost): boolean {
  const people = linesAt('/etc/passwd', host).map(line => line.split(':'))
  const gid = people.find(([its, , id]) => its === name && Number(id) === uid)?.[3]
  const group = linesAt('/etc/group', host)
    .map(line => line.split(':'))
    .find(([its]) => its === name)
  if (group === undefined || gid === undefined || group[2] !== gid || gid === '0') return false
  const members = (group[3] ?? '').split(',').filter(member => member !== '' && member !== name)
  if (members.length > 0) return false
  // An account made with the number of another has a group with the number of another: those keep the group of their own name.
  const shared = linesAt('/etc/group', host).some(line => !isNamed(line, name) && line.split(':')[2] === gid)
  return shared || !people.some(([its, , , id]) => its !== name && id === gid)
}

function sharesName({ name, uid }: ActionOf<'remove-account'>, host: WritableHost): boolean {
  return linesAt('/etc/passwd', host).some(line => isNamed(line, name) && Number(line.split(':')[2]) !== uid)
}

function isNamed(line: string, name: string): boolean {
  const its = line.split(':')[0] ?? ''
  return line.includes(':') && (its === name || displayBytes(its) === name)
}

function without(members: string, name: string): string {
  const list = members.split(',')
  return list.includes(name) ? list.filter(member => member !== name).join(',') : members
}

function crontabsOf(name: string): string[] {
  return ['/var/spool/cron/crontabs', '/var/spool/cron/tabs', '/var/spool/cron'].map(folder => `${folder}/${name}`)
}

function linesAt(path: string, host: WritableHost): string[] {
  const bytes = host.files.inspect(path)?.type === 'file' ? host.files.read(path) : undefined
  return bytes === undefined ? [] : linesOf(bytes).map(line => decodeBytes(Buffer.from(line, 'latin1')))
}

async function undoAll(edits: readonly FileEdit[], host: WritableHost): Promise<Undone> {
  let result: Undone = 'undone'
  for (const edit of [...edits].reverse()) {
    const its = await undoEdits(edit, host)
    if (its !== 'undone') result = its
  }
  return result
}

/** Holds the lock that passwd(1), useradd(8) and their like take (lckpwdf(3)). */
async function locked<T>(host: WritableHost, act: () => Promise<T>): Promise<T> {
  if (!host.live) return act()
  const descriptor = host.files.openLockFile('/etc/.pwd.lock')
  try {
    if (!(await until(() => tryRecordLock(descriptor), 15_000)))
      throw new Error('/etc/.pwd.lock is held by another program')
    return await act()
  } finally {
    closeSync(descriptor)
  }
}
