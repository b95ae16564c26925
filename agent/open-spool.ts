import { join } from 'node:path'
import type { AgentConfig } from '../model/wire/index.ts'
import { mostReportBytes } from './connection/center-frames.ts'
import { codeOf } from './own-files.ts'
import type { AgentFolders } from './ports.ts'
import { Spool } from './spool.ts'

/** Another agent works on the same state folder. */
export class AgentBusy extends Error {
  override readonly name = 'AgentBusy'
}

/** The spool's lock is the agent's: SQLite gives it to one process, and the kernel takes it back when that ends. Throws `AgentBusy`. */
export function openSpool(folders: AgentFolders, config: AgentConfig, owner: string): Spool {
  try {
    return new Spool({
      path: join(folders.own, 'spool.db'),
      mostBytes: config.spool.mostMegabytes * 1_048_576,
      mostReportBytes,
      owner,
    })
  } catch (error) {
    if (codeOf(error) === 'ERR_SQLITE_ERROR' && Reflect.get(error as Error, 'errcode') === 5)
      throw new AgentBusy(`another agent works on ${folders.state}. See: davylamp agent status`)
    throw error
  }
}
