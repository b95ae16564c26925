import {
  type AuthEvent,
  accountPrograms,
  authEvent,
  decodeBytes,
  encodeBytes,
  type JournalEntry,
  JournalFile,
  sshPrograms,
  type Target,
} from '../../target/index.ts'
import { type AuthEntry, compact, wordKeeper } from './auth-entry.ts'

const folders = ['/var/log/journal', '/run/log/journal']
const names = new Set(['MESSAGE', '_COMM', '_UID'])
const mostFiles = 1000
const mostEntries = 50_000
const machineId = /^[0-9a-f]{32}$/
/** Looks into files, for all of them together: about what the newest 50,000 log-ins take. */
const mostWork = 1_500_000

/**
 * What systemd's journal tells of log-ins and accounts: the newest 50,000 entries, in no order. Undefined where the host has no
 * journal that could be read.
 */
export function readJournals(target: Target): AuthEntry[] | undefined {
  const entries: AuthEntry[] = []
  const files = journalFiles(target)
  const own = wordKeeper(word => decodeBytes(encodeBytes(word)))
  const budget = { work: mostWork, entries: mostEntries, own }
  let read = 0
  for (const path of files) {
    if (budget.work <= 0 || budget.entries <= 0) {
      target.addGap({
        what: 'older log-ins',
        why: `only the newest ${mostEntries} entries of the journal are read`,
        path,
      })
      break
    }
    if (readFile(target, path, budget, entries)) read++
  }
  return read > 0 ? entries : undefined
}

/** Those of this host (others may send theirs here), the newest first: the one that is written, then those that were closed. */
function journalFiles(target: Target): string[] {
  const machine = target.files.text('/etc/machine-id', 64)?.trim() ?? ''
  const own = machineId.test(machine) ? (name: string) => name === machine : (name: string) => machineId.test(name)
  const found = folders.flatMap(folder =>
    (target.files.list(folder) ?? [])
      .filter(own)
      .flatMap(name => (target.files.list(`${folder}/${name}`) ?? []).map(file => `${folder}/${name}/${file}`)),
  )
  return found
    .filter(path => /\/system(?:@[^/]*)?\.journal~?$/.test(path))
    .map(path => ({ path, modifiedMs: target.files.stat(path)?.modifiedMs ?? 0 }))
    .sort((a, b) => b.modifiedMs - a.modifiedMs)
    .slice(0, mostFiles)
    .map(({ path }) => path)
}

interface Budget {
  work: number
  entries: number
  readonly own: (word: string) => string
}

/** False where it is no file of a journal that we know. */
function readFile(target: Target, path: string, budget: Budget, into: AuthEntry[]): boolean {
  const journal = JournalFile.open((offset, length) => target.files.slice(path, offset, length), names)
  if (journal === undefined) {
    target.addGap({ what: path, why: 'no journal file, or of a format that is not known', path })
    return false
  }
  journal.limitWork(budget.work)
  for (const program of [...accountPrograms, ...sshPrograms])
    for (const entry of journal.entries({ match: `_COMM=${program}`, backwards: true })) {
      if (budget.entries-- <= 0) break
      const event = eventOf(entry, program)
      if (event !== undefined) into.push(compact(event, path, entry.atMs, budget.own))
    }
  budget.work = journal.workLeft
  if (journal.damage !== undefined) target.addGap({ what: path, why: `damaged: ${journal.damage}`, path })
  if (journal.unfinished) target.addGap({ what: path, why: 'only its newest log-ins were read', path })
  return true
}

/** Anybody can call a program sshd, so that only root's is believed. */
function eventOf({ fields }: JournalEntry, program: string): AuthEvent | undefined {
  const message = fields.get('MESSAGE')?.[0]
  const uid = fields.get('_UID')?.[0]
  const event = message === undefined ? undefined : authEvent(program, message)
  const isLogin = event?.kind === 'failed' || event?.kind === 'accepted'
  return isLogin && uid !== undefined && uid !== '0' ? undefined : event
}
