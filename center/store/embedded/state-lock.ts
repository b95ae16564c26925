import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { StoreError } from '../store-error.ts'

/**
 * One center for one embedded PostgreSQL. The kernel gives the lock back when its process ends, however it ends: SQLite's
 * file lock is the one that Node has.
 */
export function lockState(postgresFolder: string): { release(): void } {
  mkdirSync(postgresFolder, { recursive: true })
  const lock = new DatabaseSync(join(postgresFolder, 'lock'), { timeout: 0 })
  const holder = join(postgresFolder, 'lock.pid')
  try {
    lock.exec('PRAGMA journal_mode = OFF; BEGIN EXCLUSIVE')
  } catch (cause) {
    lock.close()
    throw new StoreError(
      `Another center (process ${readHolder(holder)}) works with ${postgresFolder}. Stop it first, or give this one its own folder with --state DIR; several centers share one store with --store postgres://…`,
      { cause },
    )
  }
  writeFileSync(holder, `${process.pid}\n`, { mode: 0o600 })
  return { release: () => lock.close() }
}

function readHolder(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    return 'unknown'
  }
}
