import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { FollowedJournal } from './followed-journal.ts'
import type { LoginSource } from './source.ts'

const everySearchMs = 5000
const mostJournals = 16
const machineId = /^[0-9a-f]{32}$/

/** The journal of this host below /var/log/journal and /run/log/journal; those that other hosts sent here are not. */
export function followJournals(folders: readonly string[], machineIdPath: string): LoginSource {
  const seen = { newestMs: Date.now() }
  const journals = new Map<string, FollowedJournal>()
  let searchedMs = seen.newestMs
  const search = (atEnd: boolean) => {
    for (const path of journalsBelow(folders, machineIdPath).slice(0, mostJournals))
      if (!journals.has(path)) journals.set(path, new FollowedJournal(path, seen, atEnd))
  }
  search(true)
  return {
    name: 'journal',
    get open() {
      return [...journals.values()].some(one => one.open)
    },
    get problem() {
      return [...journals.values()].find(one => one.problem !== undefined)?.problem
    },
    lost: 0,
    look(nowMs) {
      if (Math.abs(nowMs - searchedMs) >= everySearchMs) {
        searchedMs = nowMs
        search(false)
      }
      return [...journals.values()].flatMap(one => one.look(nowMs))
    },
    close() {
      for (const one of journals.values()) one.close()
    },
  }
}

function journalsBelow(folders: readonly string[], machineIdPath: string): string[] {
  const own = ownMachineId(machineIdPath)
  return folders.flatMap(folder =>
    namesIn(folder)
      .filter(name => (own === undefined ? machineId.test(name) : name === own))
      .map(name => join(folder, name, 'system.journal')),
  )
}

function ownMachineId(path: string): string | undefined {
  try {
    const text = readFileSync(path, 'latin1').trim()
    return machineId.test(text) ? text : undefined
  } catch {
    return undefined
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
