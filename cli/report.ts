import { randomBytes } from 'node:crypto'
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Incident, Scan } from '../model/index.ts'
import { listRuns } from '../remedies/index.ts'
import { CommandError } from './command-error.ts'
import type { Context } from './context.ts'
import { type ExitCode, exitCodes } from './exit-codes.ts'
import { count } from './print/verdict.ts'
import { calledAs } from './program-name.ts'
import { reportPage } from './report/page.ts'
import { savedScans } from './saved-scans.ts'
import type { SavedScan } from './state/saved-scan.ts'
import { reasonOf } from './state/state-files.ts'

/** Writes incidents of the last scan as one HTML file. */
export async function reportCommand(
  options: { root?: string; out?: string },
  context: Context,
  id?: string,
): Promise<ExitCode> {
  const { saved, incidents } = choose(savedScans(context.state, options.root), id)
  const path = resolve(options.out ?? defaultName(saved.scan))
  if (options.out === undefined && existsSync(path))
    throw new CommandError(`${path} is already there. Name another file with --out.`)
  write(path, reportPage(saved, incidents, listRuns(context.state)))
  if (context.json)
    context.print({ format: 'davylamp-report', version: 1, path, incidents: incidents.map(one => one.id) })
  else if (incidents.length === 0) context.page.text(`Wrote ${path}. It is short: the last scan found no incident.`)
  else context.page.text(`Wrote ${count(incidents.length, 'incident')} to ${path}`)
  return exitCodes.fine
}

function choose(
  scans: readonly SavedScan[],
  id: string | undefined,
): { saved: SavedScan; incidents: readonly Incident[] } {
  const [newest] = scans
  if (newest === undefined) throw new CommandError(`there is no saved scan yet: run ${calledAs} scan first`)
  if (id === undefined) return { saved: newest, incidents: newest.scan.incidents }
  for (const saved of scans) {
    const found = saved.scan.incidents.filter(one => one.id.startsWith(id))
    if (found.length > 1) throw new CommandError(`${found.length} incidents begin with ${id}: write more of the id`)
    if (found.length === 1) return { saved, incidents: found }
  }
  throw new CommandError(`the last scans have no incident ${id}: ${calledAs} scan shows what there is`)
}

function defaultName({ target, startedAt }: Scan): string {
  const host = (target.hostname ?? 'tree').replace(/[^A-Za-z0-9.-]/g, '_').slice(0, 60)
  return `davylamp-${host}-${startedAt.slice(0, 19).replace(/[:T]/g, '')}.html`
}

/** By a new file of its own: a link that waits at the name is replaced, not followed. */
function write(path: string, text: string): void {
  const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`
  try {
    writeFileSync(temporary, text, { flag: 'wx', mode: 0o600 })
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw new CommandError(`${path} cannot be written: ${reasonOf(error)}`)
  }
}
