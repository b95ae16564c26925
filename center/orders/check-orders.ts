import { type RawBuilder, sql } from 'kysely'
import type { OrderAction, Refusal } from '../../model/wire/index.ts'
import type { Db } from '../context.ts'

/** An order that somebody wants, with the host that it is for. */
export interface Wanted {
  readonly host: string
  readonly action: OrderAction
  readonly digest: string
  readonly capabilities: readonly string[]
}

export interface Refused {
  readonly refusal: Refusal
  readonly reason: string
}

/** Why a host would not carry it out, as far as the center can know before it asks; by place in the list. */
export async function checkOrders(db: Db, tenant: string, wanted: readonly Wanted[]): Promise<(Refused | undefined)[]> {
  const known = await knownThings(db, tenant, wanted)
  return wanted.map(one => notCapable(one) ?? unknownThing(one, known) ?? underWay(one, known))
}

interface Known {
  readonly incidents: ReadonlySet<string>
  readonly plans: ReadonlySet<string>
  readonly runs: ReadonlyMap<string, string>
  readonly entries: ReadonlySet<string>
  readonly open: ReadonlySet<string>
}

function notCapable({ action, capabilities }: Wanted): Refused | undefined {
  // An agent that never said hello has said nothing about what it can do: it will say so itself.
  if (capabilities.length === 0) return undefined
  const needed = action.kind === 'scan' ? `scan:${action.mode}` : action.kind
  if (capabilities.includes(needed)) return undefined
  return { refusal: 'not-capable', reason: `its agent cannot do "${needed}": upgrade Davylamp there` }
}

function unknownThing({ host, action }: Wanted, known: Known): Refused | undefined {
  switch (action.kind) {
    case 'clean':
      if (!known.incidents.has(`${host} ${action.incident}`)) return noIncident
      if (action.plan === undefined || known.plans.has(`${host} ${action.plan}`)) return undefined
      return { refusal: 'no-such-plan', reason: 'the host has another plan by now: look at it again before you order' }
    case 'block':
      return action.incident === undefined || known.incidents.has(`${host} ${action.incident}`) ? undefined : noIncident
    case 'undo':
    case 'prove': {
      const state = known.runs.get(`${host} ${action.run}`)
      if (state === undefined) return { refusal: 'no-such-run', reason: 'this host has no such run' }
      if (action.kind === 'undo' && state === 'undone')
        return { refusal: 'no-such-run', reason: 'this run was taken back already' }
      return undefined
    }
    case 'restore':
    case 'send-quarantined':
      if (known.entries.has(`${host} ${action.entry} ${action.sha256}`)) return undefined
      return { refusal: 'no-such-entry', reason: 'that does not lie in the quarantine of this host any more' }
    default:
      return undefined
  }
}

const noIncident: Refused = {
  refusal: 'no-such-incident',
  reason: 'this host has reported no such incident: scan it again',
}

function underWay({ host, digest, action }: Wanted, { open }: Known): Refused | undefined {
  if (action.kind === 'scan' || !open.has(`${host} ${digest}`)) return undefined
  return { refusal: 'busy', reason: 'the same was ordered already and has not ended' }
}

async function knownThings(db: Db, tenant: string, wanted: readonly Wanted[]): Promise<Known> {
  const hosts = [...new Set(wanted.map(one => one.host))]
  const has = (...kinds: OrderAction['kind'][]) => wanted.some(one => kinds.includes(one.action.kind))
  const named = (pick: (action: OrderAction) => string | undefined) => [
    ...new Set(wanted.map(one => pick(one.action)).filter(one => one !== undefined)),
  ]
  const incidents = named(one => ('incident' in one ? one.incident : undefined))
  const plans = named(one => (one.kind === 'clean' ? one.plan : undefined))
  const runs = named(one => ('run' in one ? one.run : undefined))
  const entries = named(one => ('entry' in one ? one.entry : undefined))
  return {
    incidents: await keys(
      db,
      incidents.length > 0,
      sql<{ key: string }>`
      SELECT host_id || ' ' || origin AS key FROM alert_key WHERE tenant_id = ${tenant} AND host_id = ANY(${hosts}::uuid[])
        AND about = 'incident' AND origin = ANY(${incidents}::text[])`,
    ),
    plans: await keys(
      db,
      plans.length > 0,
      sql<{ key: string }>`
      SELECT host_id || ' ' || plan_id AS key FROM plan WHERE tenant_id = ${tenant} AND host_id = ANY(${hosts}::uuid[])
        AND current AND plan_id = ANY(${plans}::text[])`,
    ),
    runs: await runStates(db, tenant, hosts, runs),
    entries: await keys(
      db,
      has('restore', 'send-quarantined'),
      sql<{ key: string }>`
      SELECT host_id || ' ' || entry_id || ' ' || sha256 AS key FROM quarantined
      WHERE tenant_id = ${tenant} AND host_id = ANY(${hosts}::uuid[]) AND gone_at IS NULL AND entry_id = ANY(${entries}::text[])`,
    ),
    open: await keys(
      db,
      true,
      sql<{ key: string }>`
      SELECT host_id || ' ' || digest AS key FROM host_order WHERE tenant_id = ${tenant} AND ended_at IS NULL
        AND host_id = ANY(${hosts}::uuid[]) AND digest = ANY(${wanted.map(one => one.digest)}::text[])`,
    ),
  }
}

async function keys(db: Db, asked: boolean, query: RawBuilder<{ key: string }>): Promise<ReadonlySet<string>> {
  if (!asked) return new Set()
  const { rows } = await query.execute(db)
  return new Set(rows.map(one => one.key))
}

async function runStates(db: Db, tenant: string, hosts: readonly string[], runs: readonly string[]) {
  if (runs.length === 0) return new Map<string, string>()
  const { rows } = await sql<{ key: string; state: string }>`
    SELECT host_id || ' ' || run_id AS key, state FROM run
    WHERE tenant_id = ${tenant} AND host_id = ANY(${[...hosts]}::uuid[]) AND run_id = ANY(${[...runs]}::text[])`.execute(
    db,
  )
  return new Map(rows.map(one => [one.key, one.state]))
}
