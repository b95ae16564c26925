import { join } from 'node:path'
import { processExists } from '../native/read/process-exists.ts'
import type { ConnectionState } from './connection/connection.ts'
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
}

function statusPath(folders: AgentFolders): string {
  return join(folders.own, 'status.json')
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
