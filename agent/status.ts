import { X509Certificate } from 'node:crypto'
import { join } from 'node:path'
import { processExists } from '../native/read/process-exists.ts'
import type { WatchState } from '../model/index.ts'
import type { ConnectionState } from './connection/connection.ts'
import type { StoredIdentity } from './identity.ts'
import { readJson, replaceJson } from './own-files.ts'
import type { AgentFolders } from './ports.ts'
import type { SpoolState } from './spool.ts'

/** What `davylamp agent status` shows; the agent writes it whenever something changes, and each minute. */
export interface AgentStatus {
  readonly format: 'davylamp-agent-status'
  readonly version: 1
  readonly at: string
  readonly program: string
  readonly pid: number
  readonly startedAt: string
  readonly running: boolean
  readonly agent?: string
  readonly center?: string
  readonly certificateEndsAt?: string
  readonly connection?: ConnectionState
  /** What it does at this moment. */
  readonly doing?: string
  readonly nextScan?: string
  readonly spool: SpoolState
  readonly losses: Readonly<Record<string, number>>
  readonly policy: { readonly version: number; readonly tightened: readonly string[] }
  /** Sensors and prevention; absent while nothing is listened to. */
  readonly watch?: WatchState
  /** Rules over events that are in force; `version` changes with every byte of them. */
  readonly rules?: RulesInForce
}

export interface RulesInForce {
  readonly count: number
  readonly version: string
}

function statusPath(folders: AgentFolders): string {
  return join(folders.own, 'status.json')
}

export interface StatusParts
  extends Pick<AgentStatus, 'program' | 'startedAt' | 'running' | 'spool' | 'losses' | 'policy'> {
  readonly identity: StoredIdentity | undefined
  readonly connection: ConnectionState | undefined
  readonly doing: string | undefined
  readonly nextScan: Date | undefined
  readonly watch?: WatchState | undefined
  readonly rules?: RulesInForce | undefined
}

/** How this process is at this moment. */
export function statusOf({ identity, connection, doing, nextScan, watch, rules, ...parts }: StatusParts): AgentStatus {
  return {
    format: 'davylamp-agent-status',
    version: 1,
    at: new Date().toISOString(),
    pid: process.pid,
    ...parts,
    ...(identity === undefined ? {} : joined(identity)),
    ...(connection === undefined ? {} : { connection }),
    ...(doing === undefined ? {} : { doing }),
    ...(nextScan === undefined ? {} : { nextScan: nextScan.toISOString() }),
    ...(watch === undefined ? {} : { watch }),
    ...(rules === undefined ? {} : { rules }),
  }
}

function joined({ agent, center, certificate }: StoredIdentity) {
  return { agent, center, certificateEndsAt: new X509Certificate(certificate).validToDate.toISOString() }
}

export function writeStatus(folders: AgentFolders, status: AgentStatus): void {
  replaceJson(statusPath(folders), status)
}

/** The last status; `running` is checked and not believed. `undefined`: the agent never ran with this state folder. */
export function readStatus(folders: AgentFolders, now = Date.now()): AgentStatus | undefined {
  const found = readJson(statusPath(folders))
  if (found?.['format'] !== 'davylamp-agent-status' || found['version'] !== 1) return undefined
  const status = found as unknown as AgentStatus
  // A pid is used again, but nobody else would write the file; three minutes of silence are too many.
  const fresh = Math.abs(now - Date.parse(status.at)) < 180_000
  return { ...status, running: status.running && fresh && processExists(status.pid) }
}
