import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { signalProcess } from '../native/write/signal.ts'
import { callSystemd } from '../native/write/systemd-bus.ts'
import type { WritableHost } from './host.ts'
import { allProcesses, procText, readProcess } from './processes.ts'
import { records } from './administrators.ts'

/** A manager of units: process 1, or the one of a user. */
export interface Manager {
  /** Where control links lie that beat every other directory (systemd.unit(5)). */
  readonly control: string
  readonly socket: string
  readonly uid: number
}

/** The manager that holds a unit; undefined when the user is not known. */
export function managerOf(user: string | undefined, host: WritableHost): Manager | undefined {
  const socketIn = (folder: string) => join(host.root, folder, 'private')
  if (user === undefined) return { control: '/run/systemd/system.control', socket: socketIn('/run/systemd'), uid: 0 }
  const uid = records(host, '/etc/passwd').find(([name]) => name === user)?.[2]
  if (uid === undefined || !/^\d+$/.test(uid)) return undefined
  const folder = `/run/user/${uid}/systemd`
  return { control: `${folder}/user.control`, socket: socketIn(folder), uid: Number(uid) }
}

export function validUnitName(name: string): boolean {
  return name.length < 256 && /^[A-Za-z0-9:_.\\@-]+\.[a-z]+$/.test(name) && !name.startsWith('.')
}

/** Makes the manager read its units again. Nothing happens on a tree, or where systemd does not run. */
export async function reload(manager: Manager, host: WritableHost): Promise<void> {
  if (!host.live || !runs(manager)) return
  try {
    await callSystemd(manager.socket, 'Reload', [], { uid: manager.uid })
  } catch (error) {
    const pid = host.root !== '/' ? undefined : manager.uid === 0 ? 1 : userManager(manager.uid)
    if (pid === undefined) throw error
    // systemd(1): SIGHUP reloads all units, as the call does.
    signalProcess(pid, 'hangUp', () => readProcess(pid)?.name === 'systemd')
  }
}

/** Lets the manager forget that a unit failed; that it knows no such unit is fine. */
export async function resetFailed(name: string, manager: Manager, host: WritableHost): Promise<void> {
  if (!host.live || !runs(manager)) return
  try {
    await callSystemd(manager.socket, 'ResetFailedUnit', [name], { uid: manager.uid })
  } catch {
    // The unit was not loaded, or the manager is too old for its private socket: only a line in a list remains.
  }
}

function runs(manager: Manager): boolean {
  return existsSync(manager.socket)
}

function userManager(uid: number): number | undefined {
  return allProcesses().find(
    ({ pid, name }) => name === 'systemd' && pid !== 1 && procText(pid, 'status')?.includes(`\nUid:\t${uid}\t`),
  )?.pid
}
