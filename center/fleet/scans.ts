import { z } from 'zod'
import type { hostRoutes } from '../../model/api/index.ts'
import { beyond, keyset } from '../api/keyset.ts'
import type { Handlers } from '../context.ts'
import { createOrders } from '../orders/index.ts'
import { badRequest } from '../problem-error.ts'
import { inGroupsOf } from './host-object.ts'
import { hostsInScope } from './scope.ts'

type ScanHandlers = Pick<Handlers<typeof hostRoutes>, 'listScans' | 'startScan'>

const byScan = keyset('scans', [z.uuid()])
const counts = z.record(z.string(), z.number())

export const scanHandlers: ScanHandlers = {
  async listScans({ query }, { caller, db }) {
    let found = db
      .selectFrom('scan')
      .innerJoin('host', join =>
        join.onRef('host.tenant_id', '=', 'scan.tenant_id').onRef('host.host_id', '=', 'scan.host_id'),
      )
      .where(inGroupsOf(caller, 'hosts:read'))
    if (query.host !== undefined) found = found.where('scan.host_id', '=', query.host)
    const rows = await found
      .where(beyond(['scan_id'], byScan.read(query.after), 'desc'))
      .select([
        'scan.scan_id',
        'scan.host_id',
        'host.name',
        'scan.mode',
        'scan.verdict',
        'scan.started_at',
        'scan.duration_ms',
        'scan.rules_count',
        'scan.rules_version',
        'scan.facts',
        'scan.gaps',
        'scan.findings',
        'scan.incidents',
      ])
      .orderBy('scan_id', 'desc')
      .limit(query.limit + 1)
      .execute()
    const { items, ...next } = byScan.page(rows, query.limit, row => [row.scan_id])
    return {
      items: items.map(row => ({
        id: row.scan_id,
        host: { id: row.host_id, name: row.name },
        mode: row.mode,
        verdict: row.verdict,
        startedAt: row.started_at.toISOString(),
        durationMs: row.duration_ms,
        rules: { count: row.rules_count, version: row.rules_version },
        facts: counts.parse(row.facts),
        gaps: Array.isArray(row.gaps) ? row.gaps : [],
        findings: row.findings,
        incidents: row.incidents,
      })),
      ...next,
    }
  },

  async startScan({ body }, { caller, db, center, audit }) {
    if ((body.mode === 'path') !== (body.path !== undefined))
      throw badRequest('A path goes with mode "path", and only with it')
    const hosts = await hostsInScope(db, caller, 'scans:start', body.scope)
    if (hosts.length === 0)
      throw badRequest('There is no host in that scope', 'Name hosts, groups or tags that you may scan.')
    const { scope, ...scan } = body
    const action = {
      kind: 'scan' as const,
      mode: scan.mode,
      ...(scan.path === undefined ? {} : { path: scan.path }),
      ...(scan.cpuPercent === undefined ? {} : { cpuPercent: scan.cpuPercent }),
    }
    const { task, orders } = await createOrders(db, center, {
      tenant: caller.tenant,
      title: titleOf(scan, hosts.length === 1 ? `${hosts[0]?.name}` : `${hosts.length} hosts`),
      by: caller.name,
      orders: hosts.map(one => ({ host: one.host, action })),
    })
    await audit('scan.started', { kind: 'task', id: task }, { scope, ...scan, hosts: hosts.length })
    const refused = orders.filter(one => one.state === 'refused')
    return {
      task,
      hosts: orders.length - refused.length,
      refused: refused.map(one => ({ host: one.host, reason: one.reason ?? 'the host cannot do it' })),
    }
  },
}

function titleOf({ mode, path }: { readonly mode: string; readonly path?: string | undefined }, where: string): string {
  if (mode === 'full') return `Full scan of ${where}`
  return path === undefined ? `Scan ${where}` : `Scan ${path} on ${where}`
}
