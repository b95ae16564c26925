import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { plan, scan } from '../../model/index.ts'
import { readOptional, targetFolder, writeState } from './state-files.ts'

/** The last scan of a target with the plan for all that it found, as `explain`, `report` and `prove` need them. */
export const savedScan = z.object({
  format: z.literal('davylamp-saved-scan'),
  version: z.literal(1),
  scan,
  plan,
})
export type SavedScan = z.infer<typeof savedScan>

export function saveScan(state: string, saved: SavedScan): void {
  writeState(pathOf(targetFolder(state, saved.scan.target.root)), saved)
}

/** The last scan of a target; without a root the newest of all targets. */
export function lastScan(state: string, root?: string): SavedScan | undefined {
  if (root !== undefined) return readScan(targetFolder(state, root))
  return allScans(state)[0]
}

/** The last scan of every target, newest first. */
export function allScans(state: string): SavedScan[] {
  return [state, ...treeFolders(state)]
    .map(readScan)
    .filter(one => one !== undefined)
    .sort((a, b) => (a.scan.startedAt < b.scan.startedAt ? 1 : -1))
}

function readScan(folder: string): SavedScan | undefined {
  const text = readOptional(pathOf(folder))
  if (text === undefined) return undefined
  try {
    return savedScan.parse(JSON.parse(text))
  } catch {
    // Cut by a crash or written by another version: the next scan replaces it.
    return undefined
  }
}

function treeFolders(state: string): string[] {
  try {
    return readdirSync(join(state, 'trees')).map(name => join(state, 'trees', name))
  } catch {
    return []
  }
}

function pathOf(folder: string): string {
  return join(folder, 'scans', 'last.json')
}
