import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { Report } from '../../model/wire/index.ts'
import { isRecord, readJson, replaceJson } from '../own-files.ts'

/** Runs a command of ours that prints one document. */
export type AskChild = (words: readonly string[]) => Promise<Readonly<Record<string, unknown>> | undefined>

const againMs = 24 * 3_600_000

/**
 * What lies in quarantine and what is blocked, as reports: when it is not what was reported last, and once a day. `blocks` false: a
 * tree has no firewall.
 */
export async function keptReports(ask: AskChild, own: string, blocks: boolean, now: Date): Promise<Report[]> {
  const quarantine = quarantineOf(await ask(['quarantine', 'list']))
  const blocked = blocks ? blocksOf(await ask(['block', 'list']), now) : undefined
  const path = join(own, 'kept-reported.json')
  const before = readJson(path) ?? {}
  const told: Record<string, unknown> = { ...before }
  const reports = [quarantine, blocked].filter(one => one !== undefined)
  const fresh = reports.filter(({ report, mark }) => {
    const last = before[report.kind]
    const same =
      isRecord(last) && last['mark'] === mark && typeof last['at'] === 'number' && now.getTime() - last['at'] < againMs
    if (!same) told[report.kind] = { mark, at: now.getTime() }
    return !same
  })
  if (fresh.length > 0) replaceJson(path, told)
  return fresh.map(one => one.report)
}

interface Marked {
  readonly report: Report
  /** Changes when the report says something new. */
  readonly mark: string
}

const mostEntries = 10_000

function quarantineOf(document: Readonly<Record<string, unknown>> | undefined): Marked | undefined {
  const list = document?.['entries']
  if (!Array.isArray(list)) return undefined
  const entries = list
    .filter(isRecord)
    // What was only copied lay nowhere, and nothing of it can be restored.
    .filter(one => one['why'] === 'quarantined')
    .slice(-mostEntries)
    .map(one => ({
      id: String(one['id']),
      sha256: String(one['sha256']),
      path: String(one['origin']),
      size: Number(one['size']),
      at: String(one['at']),
      run: String(one['run']),
      reason: String(one['why']),
    }))
  return { report: { kind: 'quarantine', entries }, mark: markOf(entries) }
}

function blocksOf(document: Readonly<Record<string, unknown>> | undefined, now: Date): Marked | undefined {
  const [way, list] = [document?.['way'], document?.['blocked']]
  if ((way !== 'nftables' && way !== 'iptables' && way !== 'none') || !Array.isArray(list)) return undefined
  const blocked = list
    .filter(isRecord)
    .slice(0, mostEntries)
    .map(one => ({
      address: String(one['address']),
      expiresAt: new Date(now.getTime() + Number(one['seconds']) * 1_000).toISOString(),
    }))
  // The same block reads a second differently each time.
  const marks = blocked.map(one => [one.address, Math.round(Date.parse(one.expiresAt) / 60_000)])
  return { report: { kind: 'blocks', way, blocked }, mark: markOf([way, marks]) }
}

function markOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex')
}
