import { z } from 'zod'
import type { AlertStory, Language } from '../../model/api/index.ts'
import { type Gap, gap, type Plan, plan as planSchema } from '../../model/index.ts'
import type { Caller, Db } from '../context.ts'
import { hostsEver, mayInGroup } from '../fleet/index.ts'
import { type AlertCase, loadCase, storyOf } from '../story/index.ts'

export interface ReportHost {
  readonly hostname: string
  readonly system: string
  readonly kernel: string
  readonly architecture: string
  readonly addresses: readonly string[]
  readonly region: string
  readonly owner: string
  readonly group: string
  readonly tags: readonly string[]
  readonly program: string
}

export interface ReportScan {
  readonly mode: string
  readonly startedAt: Date
  readonly rulesVersion: string
  readonly rulesCount: number
  readonly gaps: readonly Gap[]
}

/** All that a report is made from. */
export interface ReportInput {
  readonly alertCase: AlertCase
  readonly story: AlertStory
  /** What the host would do, where it is known that nothing was carried out. */
  readonly plan: Plan | undefined
  /** Absent where the caller sees alerts but no hosts. */
  readonly host: ReportHost | undefined
  readonly scan: ReportScan | undefined
  readonly madeBy: string
  readonly madeAt: Date
  /** `davylamp 1.2.3`. */
  readonly program: string
  readonly language: Language
}

/** More than that nobody reads on paper; the rest is in the center. */
const nodesOnPaper = 40

export async function gather(
  db: Db,
  caller: Caller,
  alert: string,
  asked: Pick<ReportInput, 'language' | 'program' | 'madeAt'>,
): Promise<ReportInput> {
  const alertCase = await loadCase(db, caller, alert)
  const { id: host, group } = alertCase.alert.host
  const seesHost = mayInGroup(caller, 'hosts:read', group)
  return {
    ...asked,
    alertCase,
    story: storyOf(alertCase, { nodes: nodesOnPaper }),
    plan: alertCase.runs?.length === 0 ? await planOf(db, alertCase) : undefined,
    host: seesHost ? await hostOf(db, host) : undefined,
    scan: seesHost ? await scanOf(db, host, alertCase.alert.lastSeen) : undefined,
    madeBy: caller.name,
  }
}

async function hostOf(db: Db, id: string): Promise<ReportHost | undefined> {
  const row = await hostsEver(db)
    .where('host.host_id', '=', id)
    .select([
      'host.hostname',
      'host.system',
      'host.kernel',
      'host.architecture',
      'host.addresses',
      'host.region',
      'host.owner',
      'host.tags',
      'host_group.name as group',
      'agent.program',
    ])
    .executeTakeFirst()
  return row && { ...row, program: row.program ?? '' }
}

/** The scan that last saw it. */
async function scanOf(db: Db, host: string, lastSeen: string): Promise<ReportScan | undefined> {
  const row = await db
    .selectFrom('scan')
    .where('host_id', '=', host)
    // It was received in the moment in which the alert was seen.
    .where('received_at', '<=', new Date(Date.parse(lastSeen) + 60_000))
    .select(['mode', 'started_at', 'rules_version', 'rules_count', 'gaps'])
    .orderBy('scan_id', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (row === undefined) return undefined
  return {
    mode: row.mode,
    startedAt: row.started_at,
    rulesVersion: row.rules_version,
    rulesCount: row.rules_count,
    gaps: z.array(gap).catch([]).parse(row.gaps),
  }
}

async function planOf(db: Db, { alert, incident, finding }: AlertCase): Promise<Plan | undefined> {
  if (incident === undefined) return undefined
  const found = await db
    .selectFrom('plan')
    .where('host_id', '=', alert.host.id)
    .where('incident', '=', incident.id)
    .where('finding', '=', finding?.id ?? '')
    .where('current', '=', true)
    .select(['handling', 'body'])
    .execute()
  const widest = found.find(one => one.handling === 'in-depth') ?? found[0]
  return planSchema.safeParse(widest?.body).data
}
