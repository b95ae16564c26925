import { existsSync, globSync } from 'node:fs'
import { basename } from 'node:path'
import { firewallOf, NoFirewall, openHost } from '../remedies/index.ts'
import { systemctl } from './agent-service.ts'
import type { Context } from './context.ts'
import { type ExitCode, exitCodes } from './exit-codes.ts'
import { packageOwned } from './package-owned.ts'
import { requireRoot } from './state/permission.ts'
import { reasonOf } from './state/state-files.ts'

const folder = '/etc/systemd/system'

/**
 * Called by the package of a distribution before its files go: takes away what only this program could take away later – the units of later
 * looks, and the addresses that it blocks. Runs, quarantine and identity stay. What does not work is said, and the package goes all the same.
 */
export async function agentBeforeRemovalCommand(_: object, context: Context): Promise<ExitCode> {
  requireRoot('Taking the program away')
  for (const step of [() => removeLookUnits(context), unblockAll])
    try {
      step()
    } catch (error) {
      context.notes.text(reasonOf(error))
    }
  return exitCodes.fine
}

function removeLookUnits(context: Context): void {
  const units = globSync(`${folder}/{,timers.target.wants/}davylamp-look-*.{service,timer}`)
  // What systemd.timer(5) keeps of a timer that is made up for.
  const stamps = globSync('/var/lib/systemd/timers/stamp-davylamp-look-*.timer')
  if (units.length + stamps.length === 0) return
  const host = openHost({ root: '/', live: true, state: context.state })
  try {
    const timers = new Set(units.filter(path => path.endsWith('.timer')).map(path => basename(path)))
    for (const timer of timers) whereSystemdRuns(['stop', timer])
    // Links first: none leads nowhere, not for a moment.
    for (const path of [...units.sort((a, b) => b.length - a.length), ...stamps])
      if (host.files.inspect(path) !== undefined) host.files.unlink(path)
  } finally {
    host.close()
  }
  whereSystemdRuns(['daemon-reload'])
}

function whereSystemdRuns(words: readonly string[]): void {
  if (existsSync('/run/systemd/system')) systemctl(words)
}

function unblockAll(): void {
  try {
    firewallOf(packageOwned()).clear()
  } catch (error) {
    if (!(error instanceof NoFirewall)) throw error
  }
}
