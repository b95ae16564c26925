import type { Report } from '../../model/wire/index.ts'
import { isRecord } from '../own-files.ts'

/** Runs a command of ours that prints one document. */
export type AskChild = (words: readonly string[]) => Promise<Readonly<Record<string, unknown>> | undefined>

/** Numbers of the actions of a run that were taken back. */
export type TakenBack = (run: string) => ReadonlySet<number>

/** What lies in quarantine and what is blocked, as reports. `blocks` false: a tree has no firewall. */
export async function keptReports(ask: AskChild, blocks: boolean, takenBack: TakenBack, now: Date): Promise<Report[]> {
  const quarantine = quarantineOf(await ask(['quarantine', 'list']), takenBack)
  const blocked = blocks ? blocksOf(await ask(['block', 'list']), now) : undefined
  return [quarantine, blocked].filter(one => one !== undefined)
}

const mostEntries = 10_000

function quarantineOf(
  document: Readonly<Record<string, unknown>> | undefined,
  takenBack: TakenBack,
): Report | undefined {
  const list = document?.['entries']
  if (!Array.isArray(list)) return undefined
  const runs = new Map<string, ReadonlySet<number>>()
  // The vault keeps a copy of what was put back, as evidence: the file itself lies at its place again.
  const isBack = (run: string, action: number) => {
    const back = runs.get(run) ?? takenBack(run)
    runs.set(run, back)
    return back.has(action)
  }
  const entries = list
    .filter(isRecord)
    // What was only copied lay nowhere, and nothing of it can be restored.
    .filter(one => one['why'] === 'quarantined')
    .filter(one => !isBack(String(one['run']), Number(one['action'])))
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
  return { kind: 'quarantine', entries }
}

function blocksOf(document: Readonly<Record<string, unknown>> | undefined, now: Date): Report | undefined {
  const [way, list] = [document?.['way'], document?.['blocked']]
  if ((way !== 'nftables' && way !== 'iptables' && way !== 'none') || !Array.isArray(list)) return undefined
  const found = list.filter(isRecord)
  // Those of lists are many, the same everywhere, and no answer to anything that happened here.
  const own = found.filter(one => one['listed'] !== true)
  const blocked = own.slice(0, mostEntries).map(one => ({
    address: String(one['address']),
    expiresAt: new Date(now.getTime() + Number(one['seconds']) * 1_000).toISOString(),
  }))
  const listed = found.length - own.length
  return { kind: 'blocks', way, blocked, ...(listed === 0 ? {} : { listed }) }
}
