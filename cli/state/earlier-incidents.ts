import { join } from 'node:path'
import { z } from 'zod'
import type { EarlierIncident } from '../../engine/index.ts'
import type { Incident } from '../../model/index.ts'
import { readOptional, targetFolder, writeState } from './state-files.ts'

const incidentsFile = z.object({
  format: z.literal('davylamp-incidents'),
  version: z.literal(1),
  incidents: z.array(
    z.object({
      id: z.string(),
      /** Fact ids. */
      members: z.array(z.string()),
      lastSeen: z.string(),
      mergedFrom: z.array(z.string()),
    }),
  ),
})

const mostKept = 500

/** Incidents of earlier scans: what keeps an id the same although the incident grows. A file that cannot be read is as none. */
export function earlierIncidents(state: string, root: string): EarlierIncident[] {
  return readFile(pathOf(state, root)).incidents
}

export function rememberIncidents(state: string, root: string, incidents: readonly Incident[], at: string): void {
  const path = pathOf(state, root)
  const found = incidents.filter(one => one.verdict !== 'exposure')
  const replaced = new Set(found.flatMap(one => [one.id, ...one.mergedFrom]))
  const before = readFile(path).incidents
  const now = found.map(one => ({
    id: one.id,
    members: one.members.map(member => member.id),
    lastSeen: at,
    mergedFrom: [...new Set([...one.mergedFrom, ...(before.find(old => old.id === one.id)?.mergedFrom ?? [])])].sort(),
  }))
  if (now.length === 0 && before.length === 0) return
  const kept = [...now, ...before.filter(one => !replaced.has(one.id))].slice(0, mostKept)
  writeState(path, { format: 'davylamp-incidents', version: 1, incidents: kept })
}

function readFile(path: string): z.infer<typeof incidentsFile> {
  const none = { format: 'davylamp-incidents' as const, version: 1 as const, incidents: [] }
  try {
    const text = readOptional(path)
    return text === undefined ? none : incidentsFile.parse(JSON.parse(text))
  } catch {
    return none
  }
}

function pathOf(state: string, root: string): string {
  return join(targetFolder(state, root), 'incidents.json')
}
