import { X509Certificate } from 'node:crypto'
import { join } from 'node:path'
import { replaceFile } from '../native/own-file.ts'
import { processExists } from '../native/read/process-exists.ts'
import type { WatchState } from '../model/index.ts'
import type { ConnectionState } from './connection/connection.ts'
import { keyFingerprintOf, type StoredIdentity } from './identity.ts'
import { readJson } from './own-files.ts'
import type { LastScan, OwnState } from './own-record.ts'
import type { OwnCost } from './own-cost.ts'
import type { AgentFolders } from './ports.ts'
import type { SpoolState } from './spool.ts'
import type { SeenTampering } from './tamper-log.ts'

/** What `davylamp status` shows; the agent writes it whenever something changes, and every 15 seconds. */
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
  /** SHA-256 of this host's public key, as the center showed it before the host was let in. */
  readonly keyFingerprint?: string
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
  readonly lastScan?: LastScan
  /** Absent in what an agent of an earlier version wrote. */
  readonly cost?: OwnCost
  /** At most ten, newest last. */
  readonly tampering?: readonly SeenTampering[]
  /** Since the agent's start. */
  readonly tamperingCount?: number
}

export interface RulesInForce {
  readonly count: number
  readonly version: string
}

export function statusPath(folders: Pick<AgentFolders, 'own'>): string {
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
  readonly own: OwnState
}

/** How this process is at this moment. */
export function statusOf({
  identity,
  connection,
  doing,
  nextScan,
  watch,
  rules,
  own,
  ...parts
}: StatusParts): AgentStatus {
  return {
    format: 'davylamp-agent-status',
    version: 1,
    at: new Date().toISOString(),
    pid: process.pid,
    ...parts,
    ...own,
    ...(identity === undefined ? {} : joined(identity)),
    ...(connection === undefined ? {} : { connection }),
    ...(doing === undefined ? {} : { doing }),
    ...(nextScan === undefined ? {} : { nextScan: nextScan.toISOString() }),
    ...(watch === undefined ? {} : { watch }),
    ...(rules === undefined ? {} : { rules }),
  }
}

function joined({ agent, center, certificate }: StoredIdentity) {
  const { validToDate, publicKey } = new X509Certificate(certificate)
  return { agent, center, certificateEndsAt: validToDate.toISOString(), keyFingerprint: keyFingerprintOf(publicKey) }
}

export function writeStatus(folders: AgentFolders, status: AgentStatus): void {
  // Made anew all the time: no disk has to hurry for it.
  replaceFile(statusPath(folders), `${JSON.stringify(status)}\n`, { mayBeLost: true })
}

/**
 * The last status; `running` is checked and not believed. `undefined`: the agent never ran with this state folder. `mayBeOld`: the disk takes
 * nothing, so that an agent that runs could write no newer one.
 */
export function readStatus(folders: AgentFolders, now = Date.now(), mayBeOld = false): AgentStatus | undefined {
  const found = readJson(statusPath(folders))
  if (found?.['format'] !== 'davylamp-agent-status' || found['version'] !== 1) return undefined
  const status = found as unknown as AgentStatus
  // A pid is used again, but nobody else would write the file; three minutes of silence are too many.
  const fresh = mayBeOld || Math.abs(now - Date.parse(status.at)) < 180_000
  return { ...status, running: status.running && fresh && processExists(status.pid) }
}
