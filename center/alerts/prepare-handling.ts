import { sql } from 'kysely'
import { z } from 'zod'
import type { handlePreview, handleRequest, HandlingRefusal } from '../../model/api/index.ts'
import { plan as planSchema } from '../../model/index.ts'
import type { Handling, OrderAction } from '../../model/wire/index.ts'
import type { Caller, Db } from '../context.ts'
import { mayInGroup } from '../fleet/index.ts'
import { readSetting } from '../orders/index.ts'
import type { AlertRow } from './alert-object.ts'
import { chosenAlerts } from './choice.ts'

export type HandleRequest = z.output<typeof handleRequest>
export type PreviewItem = z.output<typeof handlePreview>['items'][number]

/** What would be done about one alert. */
export interface Prepared {
  readonly row: AlertRow
  readonly item: PreviewItem
  /** Absent where nothing is ordered: it is refused, or only its status changes. */
  readonly action?: OrderAction
}

/** Which statuses a change of status starts from, and where it leads. */
export const statusChanges = {
  ignore: { to: 'ignored', from: ['open', 'handling'], what: 'ignored' },
  manual: { to: 'handled', from: ['open', 'handling'], what: 'handled' },
  reopen: { to: 'open', from: ['handled', 'ignored', 'allowed'], what: 'reopened' },
} as const

/** What handling would do with each of the alerts that are meant; the preview and the handling itself both ask here. */
export async function prepareHandling(db: Db, caller: Caller, request: HandleRequest): Promise<Prepared[]> {
  const rows = await chosenAlerts(db, caller, 'alerts:triage', request.choice)
  const { how } = request
  if (how.as === 'ignore' || how.as === 'manual' || how.as === 'reopen') {
    const { from } = statusChanges[how.as]
    return rows.map(row =>
      prepared(row, isOneOf(row.status, from) ? {} : refusal('already', `it is ${row.status} already`)),
    )
  }
  const plans = await currentPlans(db, rows)
  const { kinds } = await readSetting(db, caller.tenant, 'second-approver')
  return rows.map(row => {
    const ready =
      notNow(caller, row) ?? (how.as === 'block' ? blockOf(row, how.seconds, plans) : cleanOf(row, how, plans))
    const { action, ...item } = ready
    const needsApproval = action !== undefined && kinds.includes(action.kind)
    return { ...prepared(row, { ...item, needsApproval }), ...(action === undefined ? {} : { action }) }
  })
}

type Ready = Partial<PreviewItem> & { readonly action?: OrderAction }

function prepared(row: AlertRow, more: Partial<PreviewItem>): Prepared {
  const host = { id: row.host_id, name: row.host_name }
  return { row, item: { alert: row.alert_id, host, title: row.title, needsApproval: false, ...more } }
}

function isOneOf(status: string, of: readonly string[]): boolean {
  return of.includes(status)
}

function notNow(caller: Caller, row: AlertRow): Ready | undefined {
  if (!mayInGroup(caller, 'alerts:handle', row.group_id))
    return refusal('no-right', 'you may not order changes on this host: ask a responder')
  if (row.about === 'agent')
    return refusal('about-agent', 'an alert about the agent itself has nothing to clean on the host')
  if (row.about === 'indicator')
    return refusal(
      'about-indicator',
      'only the center knows this indicator: publish the indicators, so that the host judges by itself',
    )
  if (row.about === 'detection')
    return refusal(
      'about-detection',
      'it was noticed as it happened, and no scan has looked at the whole of it yet: scan the host, then clean what it finds',
    )
  if (row.status === 'handling') return refusal('under-way', 'it is being handled already')
  if (row.status !== 'open') return refusal('not-open', `it is ${row.status} already: reopen it first`)
  if (row.verdict === 'exposure')
    return refusal('exposure', 'an open door is closed by whoever runs the service: its evidence says how')
  return undefined
}

interface CurrentPlan {
  readonly id: string
  readonly actions: number
  readonly addresses: readonly string[]
}

/** By alert: the incident that it belongs to, and the host's present plans by handling. */
interface Known {
  readonly incident: string
  readonly own: ReadonlyMap<string, CurrentPlan>
  /** Of the whole incident, in depth. */
  readonly whole: CurrentPlan | undefined
}

function cleanOf(
  row: AlertRow,
  how: Extract<HandleRequest['how'], { as: Handling }>,
  known: ReadonlyMap<string, Known>,
): Ready {
  const about = known.get(row.alert_id)
  if (about === undefined) return noIncident
  const plan = about.own.get(how.as)
  const wanted = how.plans?.[row.alert_id]
  if (wanted !== undefined && wanted !== plan?.id)
    return refusal(
      'other-plan',
      `the host has another plan by now (${plan?.id.slice(0, 12) ?? 'none'}): look at it again`,
    )
  if (plan?.actions === 0)
    return refusal('nothing-to-do', 'this way there is nothing to do on the host: try in-depth cleanup')
  return {
    ...(plan === undefined ? {} : { plan: { id: plan.id, actions: plan.actions } }),
    action: {
      kind: 'clean',
      incident: about.incident,
      ...(row.about === 'finding' ? { finding: row.origin } : {}),
      handling: how.as,
      ...(wanted === undefined ? {} : { plan: wanted }),
      ...(how.watchSeconds === undefined ? {} : { watchSeconds: how.watchSeconds }),
    },
  }
}

function blockOf(row: AlertRow, seconds: number, known: ReadonlyMap<string, Known>): Ready {
  const about = known.get(row.alert_id)
  if (about === undefined) return noIncident
  const addresses = [...(about.whole?.addresses ?? [])]
  if (addresses.length === 0) return refusal('no-address', 'its incident names no address that could be blocked')
  return { addresses, action: { kind: 'block', addresses, seconds, incident: about.incident } }
}

const noIncident = refusal(
  'no-incident',
  'it belongs to no incident, so the host has no plan for it: look at it, then mark it as handled or allow it',
)

function refusal(refusedAs: HandlingRefusal, refused: string): Ready {
  return { refused, refusedAs }
}

const blocks = planSchema.shape.actions.element

async function currentPlans(db: Db, rows: readonly AlertRow[]): Promise<Map<string, Known>> {
  const parents = new Map(
    (
      await db
        .selectFrom('alert')
        .where('alert_id', 'in', [...rows.map(row => row.parent_id ?? row.alert_id)])
        .where('about', '=', 'incident')
        .select(['alert_id', 'origin'])
        .execute()
    ).map(one => [one.alert_id, one.origin]),
  )
  const wanted = rows.flatMap(row => {
    const incident = parents.get(row.parent_id ?? row.alert_id)
    return incident === undefined ? [] : [{ row, incident }]
  })
  const found = await sql<{
    host_id: string
    incident: string
    finding: string
    handling: string
    plan_id: string
    actions: number
    body: unknown
  }>`
    SELECT host_id, incident, finding, handling, plan_id, actions, CASE WHEN handling = 'in-depth' AND finding = '' THEN body END AS body
    FROM plan JOIN jsonb_to_recordset(${JSON.stringify(wanted.map(({ row, incident }) => ({ host_id: row.host_id, incident })))}::jsonb)
      AS wanted(host_id uuid, incident text) USING (host_id, incident)
    WHERE current`.execute(db)
  const plans = new Map<string, CurrentPlan>()
  for (const one of found.rows)
    plans.set(`${one.host_id} ${one.incident} ${one.finding} ${one.handling}`, {
      id: one.plan_id,
      actions: one.actions,
      addresses: addressesIn(one.body),
    })
  return new Map(
    wanted.map(({ row, incident }) => {
      const finding = row.about === 'finding' ? row.origin : ''
      const own = new Map<string, CurrentPlan>()
      for (const handling of ['terminate', 'terminate-and-quarantine', 'in-depth']) {
        const plan = plans.get(`${row.host_id} ${incident} ${finding} ${handling}`)
        if (plan !== undefined) own.set(handling, plan)
      }
      return [row.alert_id, { incident, own, whole: plans.get(`${row.host_id} ${incident}  in-depth`) }]
    }),
  )
}

/** Addresses that the plan would block. */
function addressesIn(body: unknown): string[] {
  const parsed = z.object({ actions: z.array(blocks) }).safeParse(body)
  if (!parsed.success) return []
  return parsed.data.actions.flatMap(({ action }) => (action.kind === 'block-address' ? [action.address] : []))
}
