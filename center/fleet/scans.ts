import { z } from 'zod'
import type { hostRoutes } from '../../model/api/index.ts'
import { beyond, keyset } from '../api/keyset.ts'
import type { Handlers } from '../context.ts'
import { inGroupsOf } from './host-object.ts'

type ScanHandlers = Pick<Handlers<typeof hostRoutes>, 'listScans'>

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
}
