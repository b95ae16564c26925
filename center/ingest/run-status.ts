import { sql } from 'kysely'
import { z } from 'zod'
import type { Run } from '../../model/index.ts'
import { handlings } from '../../model/wire/index.ts'
import { changeStatus, type StatusChange } from './change-status.ts'
import type { ReportContext } from './report-context.ts'

/** The run as the center knew it before. */
export interface RunBefore {
  readonly state: string
  readonly proof: string | undefined
  readonly order: string | undefined
}

/** What a run means for its alerts: being handled, handled, or open again with the reason. */
type Meaning =
  | { readonly to: 'handling' | 'handled' }
  | { readonly to: 'open'; readonly from: StatusChange['from']; readonly reason: string }

const proofWords: Readonly<Record<string, string>> = {
  left: 'the proof found something that is still there or came back',
  unproven: 'it could not be proven that all is gone: too much could not be looked at',
  'rebuild-advised': 'the host cannot be trusted any more: rebuild it',
}

export function meaningOf(run: Run, before: RunBefore | undefined): Meaning | undefined {
  const proof = run.proof?.result
  if (before?.state === run.state && before.proof === proof) return undefined
  if (run.state === 'running') return { to: 'handling' }
  if (run.state === 'undone' || run.state === 'partly-undone')
    return { to: 'open', from: ['handling', 'handled'], reason: 'the run was taken back' }
  if (run.state === 'partial')
    return { to: 'open', from: ['handling', 'handled'], reason: 'not every action of the run succeeded' }
  if (proof === undefined) return { to: 'handling' }
  if (proof === 'clean') return { to: 'handled' }
  return { to: 'open', from: ['handling', 'handled'], reason: proofWords[proof] ?? proof }
}

export async function followRun(
  run: Run,
  order: string | undefined,
  before: RunBefore | undefined,
  context: ReportContext,
): Promise<void> {
  const meaning = meaningOf(run, before)
  if (meaning === undefined) return
  const { db, tenant, now } = context
  const asked = order === undefined ? undefined : await askedBy(order, context)
  const alerts =
    asked?.finding === true && asked.alert !== undefined ? [asked.alert] : await incidentAlerts(run, context)
  const handled = meaning.to === 'handled'
  const changed = await changeStatus(db, tenant, {
    alerts,
    to: meaning.to,
    from: meaning.to === 'open' ? meaning.from : meaning.to === 'handling' ? ['open'] : ['open', 'handling'],
    ...(handled ? { handledAs: asked?.handling ?? 'in-depth' } : {}),
    by: asked?.by ?? 'host',
    what: meaning.to === 'open' ? 'reopened' : meaning.to,
    detail: { run: run.id, state: run.state, ...('reason' in meaning ? { reason: meaning.reason } : {}) },
    withChildren: true,
    at: now,
  })
  for (const one of changed) context.tell('alert', one.alert_id)
}

interface Asked {
  readonly by: string
  readonly alert: string | undefined
  readonly handling: string | undefined
  /** Only one finding was to be handled, not its incident. */
  readonly finding: boolean
}

const cleanAction = z.object({ kind: z.literal('clean'), handling: z.enum(handlings), finding: z.string().optional() })

async function askedBy(order: string, { db, tenant, host }: ReportContext): Promise<Asked | undefined> {
  const row = await db
    .selectFrom('host_order')
    .select(['created_by', 'alert_id', 'action'])
    .where('tenant_id', '=', tenant)
    .where('order_id', '=', order)
    .where('host_id', '=', host.id)
    .executeTakeFirst()
  if (row === undefined) return undefined
  const action = cleanAction.safeParse(row.action)
  return {
    by: row.created_by,
    alert: row.alert_id ?? undefined,
    handling: action.data?.handling,
    finding: action.data?.finding !== undefined,
  }
}

async function incidentAlerts(run: Run, { db, tenant, host }: ReportContext): Promise<string[]> {
  const { rows } = await sql<{ alert_id: string }>`
    SELECT alert_id FROM alert_key WHERE tenant_id = ${tenant} AND host_id = ${host.id} AND about = 'incident'
      AND origin = ANY(${run.incidents.slice(0, 1_000)}::text[])`.execute(db)
  return rows.map(one => one.alert_id)
}
