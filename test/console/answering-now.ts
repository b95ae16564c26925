import type { Report } from '../../model/wire/index.ts'
import type { RecordedHost } from './record.ts'

type Processes = Extract<Report, { kind: 'processes' }>

/** What a server without trouble runs. */
const ordinary = [
  ['/usr/lib/systemd/systemd --system', 'root', 1],
  ['/usr/sbin/cron -f', 'root', 412],
  ['/usr/sbin/sshd -D', 'root', 431],
  ['nginx: worker process', 'www-data', 977],
] as const

/** The processes of a recorded host: those that its scan told of, and what a server runs anyway. */
export function processesOf({ reports }: RecordedHost): Processes {
  const items = new Map<number, Processes['items'][number]>()
  for (const report of reports)
    for (const { fact } of report.kind === 'scan' ? report.scan.findings : [])
      if (fact.kind === 'process')
        items.set(fact.pid, {
          pid: fact.pid,
          startTime: fact.startTime,
          parent: fact.parentPid ?? 0,
          user: fact.user ?? '',
          command: fact.command,
          ...(fact.path === undefined ? {} : { executable: fact.path }),
          cpuPercent: fact.cpuPercent ?? 0,
          residentBytes: fact.residentBytes ?? 0,
          ...(fact.ownership === undefined ? {} : { trust: fact.ownership }),
          ...(fact.hiddenFrom.length === 0 ? {} : { hiddenFrom: [...fact.hiddenFrom] }),
        })
  for (const [command, user, pid] of ordinary)
    items.set(pid, {
      pid,
      startTime: pid,
      parent: pid === 1 ? 0 : 1,
      user,
      command,
      cpuPercent: 0.2,
      residentBytes: 9_000_000 + pid * 1_000,
      trust: 'owned',
    })
  const sorted = [...items.values()].sort((one, other) => other.cpuPercent - one.cpuPercent)
  return { kind: 'processes', total: sorted.length, items: sorted }
}

/** What an agent tells of itself every few minutes. `tightened`: what the owner of the host allows less. */
export function healthOf(tightened: readonly string[]): Report {
  return {
    kind: 'health',
    health: {
      periodSeconds: 300,
      cpuSeconds: 0.9,
      residentBytes: 61_000_000,
      anonymousBytes: 24_000_000,
      childrenCpuSeconds: 4.1,
      spool: { items: 0, bytes: 0 },
      losses: {},
      policy: { version: 0, tightened: [...tightened] },
      nextScan: new Date(Date.now() + 25 * 60_000).toISOString(),
    },
  }
}
