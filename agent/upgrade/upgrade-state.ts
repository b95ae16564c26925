import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { readJson, replaceJson } from '../own-files.ts'
import type { AgentFolders } from '../ports.ts'
import { versionOfFolder } from './program-home.ts'

/** An upgrade between the switch of the link and its end. */
export interface UpgradeState {
  readonly order: string
  readonly from: string
  readonly to: string
  readonly home: string
  readonly at: string
  /** How often the new version was started. */
  readonly starts: number
  readonly state: 'trying' | 'rolled-back'
  readonly reason?: string
}

function upgradePath(folders: AgentFolders): string {
  return join(folders.own, 'upgrade.json')
}

export function readUpgrade(folders: AgentFolders): UpgradeState | undefined {
  const found = readJson(upgradePath(folders))
  if (found === undefined) return undefined
  const { order, from, to, home, at, starts, state } = found
  const texts = [order, from, to, home, at].every(one => typeof one === 'string')
  if (!texts || typeof starts !== 'number' || (state !== 'trying' && state !== 'rolled-back')) return undefined
  if (versionOfFolder(String(from)) === undefined || versionOfFolder(String(to)) === undefined) return undefined
  return found as unknown as UpgradeState
}

export function writeUpgrade(folders: AgentFolders, state: UpgradeState): void {
  replaceJson(upgradePath(folders), state)
}

export function forgetUpgrade(folders: AgentFolders): void {
  rmSync(upgradePath(folders), { force: true })
}
