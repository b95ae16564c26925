import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { keptReports } from '../../agent/work/kept-reports.ts'
import { decoys, type Infection, infections } from '../../hosts/index.ts'
import type { Report } from '../../model/wire/index.ts'
import { openHost } from '../range/infected-host.ts'
import type { Range } from '../range/range.ts'

/** What one real host told: as `davylamp agent` sends it. */
export interface RecordedHost {
  readonly name: string
  /** In the order in which the agent would put them into its spool. */
  readonly reports: readonly Report[]
}

// Infects ranges one after the other, lets the real program look at each, and keeps what it reports:
// unshare -m -n node test/console/record.ts FILE
const into = process.argv[2]
if (into === undefined) throw new Error('record.ts FILE')
const recorded: RecordedHost[] = []
for (const { name, families, clean } of [
  { name: 'web-01', families: ['kinsing'] },
  { name: 'web-02', families: ['kinsing'], clean: true },
  { name: 'db-01', families: ['outlaw', 'unnamed'] },
  { name: 'ci-01', families: ['xorddos'] },
  { name: 'cache-01', families: ['skidmap'] },
  { name: 'mail-01', families: [] },
]) {
  const chosen = infections.filter(({ family }) => families.includes(family))
  recorded.push({ name, reports: await recordHost(chosen, clean === true) })
  console.error(
    `${name}: ${recorded
      .at(-1)
      ?.reports.map(one => one.kind)
      .join(' ')}`,
  )
}
mkdirSync(dirname(into), { recursive: true })
writeFileSync(into, JSON.stringify(recorded))

async function recordHost(chosen: readonly Infection[], clean: boolean): Promise<Report[]> {
  const range = await openHost({ infections: chosen })
  try {
    // The owner of these servers has a miner too, and has said so.
    for (const { path, reason } of decoys.allowed)
      await range.davylamp([
        'allow',
        'add',
        '--path',
        path,
        '--reason',
        reason,
        '--author',
        'anna',
        '--expires',
        'never',
      ])
    const reports = await look(range)
    if (!clean) return reports
    const cleaned = await range.davylamp(['--json', 'clean', '--yes', '--watch', '5'])
    if (![0, 30].includes(cleaned.status ?? 70)) throw new Error(`clean: ${cleaned.stderr}`)
    for (const run of await documents(range, ['runs'], 'runs')) reports.push({ kind: 'run', run } as Report)
    const ask = async (words: readonly string[]) => {
      const done = await range.davylamp(['--json', ...words])
      return done.status === 0 ? JSON.parse(done.stdout) : undefined
    }
    reports.push(...(await keptReports(ask, true, () => new Set(), new Date())))
    reports.push(...(await look(range)))
    return reports
  } finally {
    await range.close()
  }
}

async function look(range: Range): Promise<Report[]> {
  const done = await range.davylamp(['agent', 'look', '--whole-inventory'])
  if (done.status !== 0) throw new Error(`agent look: ${done.stderr}`)
  return done.stdout
    .split('\n')
    .filter(line => line.startsWith('{"report"'))
    .map(line => (JSON.parse(line) as { report: Report }).report)
}

async function documents(range: Range, words: readonly string[], name: string): Promise<unknown[]> {
  const done = await range.davylamp(['--json', ...words])
  const list: unknown = (JSON.parse(done.stdout) as Record<string, unknown>)[name]
  return Array.isArray(list) ? list : []
}
