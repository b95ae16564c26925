import { sql } from 'kysely'
import { z } from 'zod'
import { type campaignObject, huntKinds, type huntRoutes } from '../../model/api/index.ts'
import { beyond, keyset } from '../api/keyset.ts'
import type { Db, Handlers } from '../context.ts'
import { groupsIn, inGroupsOf } from '../fleet/index.ts'
import { hostsAtRisk, huntTerm } from '../ingest/index.ts'
import { notFound } from '../problem-error.ts'

type HuntHandlers = Pick<Handlers<typeof huntRoutes>, 'hunt' | 'listCampaigns' | 'getCampaign'>

const kinds = z.enum(huntKinds)
const byTerm = keyset('hunt', [kinds, z.string().max(1_000), z.uuid(), z.string().max(20), z.string().max(300)])
const byCampaign = keyset('campaigns', [z.uuid()])
const sources = ['inventory', 'alert', 'quarantine'] as const
const sharedTerms = z.array(z.object({ kind: z.string(), term: z.string(), hosts: z.number() }))

export const huntHandlers: HuntHandlers = {
  async hunt({ query }, { caller, db }) {
    const groups = await groupsIn(db, query.group)
    let found = db
      .selectFrom('hunt_term')
      .innerJoin('host', join =>
        join.onRef('host.tenant_id', '=', 'hunt_term.tenant_id').onRef('host.host_id', '=', 'hunt_term.host_id'),
      )
      .where(inGroupsOf(caller, 'hosts:read'))
      .where('host.removed_at', 'is', null)
      // The index begins with the kind; without one all of them are asked for.
      .where('hunt_term.kind', 'in', query.kind === undefined ? huntKinds : [query.kind])
    // Hashes, addresses and domains are kept in lower case, wallets cut, everything else as it is.
    const terms = [...new Set([query.term, query.term.toLowerCase(), ...walletTerms(query.term)])]
    // `^@` and not LIKE: beneath row-level security only functions that cannot leak may use an index.
    found = query.prefix
      ? found.where(({ or }) => or(terms.map(start => sql<boolean>`hunt_term.term ^@ ${start}`)))
      : found.where('hunt_term.term', 'in', terms)
    if (query.present === true) found = found.where('hunt_term.gone_at', 'is', null)
    if (groups !== undefined) found = found.where('host.group_id', 'in', groups)
    const columns = [
      'hunt_term.kind',
      'hunt_term.term',
      'hunt_term.host_id',
      'hunt_term.source',
      'hunt_term.source_id',
    ] as const
    const rows = await found
      .where(beyond([...columns], byTerm.read(query.after), 'asc'))
      .select([...columns, 'host.name', 'hunt_term.first_seen', 'hunt_term.last_seen', 'hunt_term.gone_at'])
      .orderBy('hunt_term.kind')
      .orderBy('hunt_term.term')
      .orderBy('hunt_term.host_id')
      .orderBy('hunt_term.source')
      .orderBy('hunt_term.source_id')
      .limit(query.limit + 1)
      .execute()
    const { items, ...next } = byTerm.page(rows, query.limit, row => [
      kinds.parse(row.kind),
      row.term,
      row.host_id,
      row.source,
      row.source_id,
    ])
    return {
      items: items.map(row => ({
        kind: kinds.parse(row.kind),
        term: row.term,
        host: { id: row.host_id, name: row.name },
        source: sources.find(one => one === row.source) ?? 'inventory',
        sourceId: row.source_id,
        firstSeen: row.first_seen.toISOString(),
        lastSeen: row.last_seen.toISOString(),
        ...(row.gone_at === null ? {} : { goneAt: row.gone_at.toISOString() }),
      })),
      ...next,
    }
  },

  async listCampaigns({ query }, { caller, db }) {
    // A campaign is seen by whoever may see one of its alerts.
    const rows = await campaignsOf(db)
      .where(({ exists, selectFrom }) =>
        exists(
          selectFrom('alert')
            .whereRef('alert.campaign_id', '=', 'campaign.campaign_id')
            .where(inGroupsOf(caller, 'alerts:read', 'alert.group_id'))
            .select('alert.alert_id'),
        ),
      )
      .where(beyond(['campaign.campaign_id'], byCampaign.read(query.after), 'desc'))
      .orderBy('campaign.campaign_id', 'desc')
      .limit(query.limit + 1)
      .execute()
    const { items, ...next } = byCampaign.page(rows, query.limit, row => [row.campaign_id])
    const condition = inGroupsOf(caller, 'alerts:read')
    const visible = await visibleHosts(
      db,
      condition,
      items.map(row => row.first_host_id),
    )
    const objects = []
    for (const row of items) objects.push(campaignObjectOf(row, visible, await sharedWith(db, row, condition)))
    return { items: objects, ...next }
  },

  async getCampaign({ params }, { caller, db }) {
    const row = await campaignsOf(db).where('campaign.campaign_id', '=', params.campaign).executeTakeFirst()
    const members = await db
      .selectFrom('alert')
      .innerJoin('host', join =>
        join.onRef('host.tenant_id', '=', 'alert.tenant_id').onRef('host.host_id', '=', 'alert.host_id'),
      )
      .where('alert.campaign_id', '=', params.campaign)
      .where(inGroupsOf(caller, 'alerts:read', 'alert.group_id'))
      .select(['alert.host_id', 'host.name', 'alert.alert_id', 'alert.first_seen', 'alert.status'])
      .orderBy('alert.first_seen')
      .limit(1_000)
      .execute()
    if (row === undefined || members.length === 0) throw notFound('campaign')
    const visible = new Map(members.map(one => [one.host_id, one.name]))
    const condition = inGroupsOf(caller, 'alerts:read')
    const shared = await sharedWith(db, row, condition)
    return {
      ...campaignObjectOf(row, visible, shared),
      members: members.map(one => ({
        host: { id: one.host_id, name: one.name },
        alert: one.alert_id,
        at: one.first_seen.toISOString(),
        status: one.status,
      })),
      atRisk: (await hostsAtRisk(db, caller.tenant, row.campaign_id, caller.groupsFor('alerts:read')))
        .slice(0, 200)
        .map(one => ({ host: { id: one.host, name: one.name }, because: one.because })),
    }
  },
}

function walletTerms(text: string): string[] {
  const term = /^[48][1-9A-HJ-NP-Za-km-z]{79,105}$/.test(text) ? huntTerm('wallet', text)?.term : undefined
  return term === undefined ? [] : [term]
}

function campaignsOf(db: Db) {
  return db
    .selectFrom('campaign')
    .select(['campaign_id', 'name', 'first_host_id', 'first_seen', 'last_seen', 'hosts', 'shared', 'families'])
}

type CampaignRow = Awaited<ReturnType<ReturnType<typeof campaignsOf>['execute']>>[number]

type Shared = z.output<typeof sharedTerms>

/** The first host, and the title of what it has, are named only to who may see it. */
function campaignObjectOf(
  row: CampaignRow,
  visible: ReadonlyMap<string, string>,
  shared: Shared,
): z.output<typeof campaignObject> {
  const first = visible.get(row.first_host_id)
  return {
    id: row.campaign_id,
    name: first === undefined ? (row.families[0] ?? 'Incidents on several hosts') : `${row.name}, first on ${first}`,
    ...(first === undefined ? {} : { firstHost: { id: row.first_host_id, name: first } }),
    firstSeen: row.first_seen.toISOString(),
    lastSeen: row.last_seen.toISOString(),
    hosts: row.hosts,
    families: row.families,
    shared,
  }
}

/** Of what its incidents share that which one on a visible host has: the rest is what other groups' hosts have. */
async function sharedWith(db: Db, { campaign_id, shared }: CampaignRow, condition: Condition): Promise<Shared> {
  const terms = sharedTerms.parse(shared)
  if (terms.length === 0) return []
  const { rows } = await sql<{ kind: string; term: string }>`
    SELECT DISTINCT h.kind, h.term FROM alert a JOIN host USING (tenant_id, host_id)
    JOIN hunt_term h ON h.tenant_id = a.tenant_id AND h.host_id = a.host_id AND h.source = 'alert' AND h.source_id = a.alert_id::text
    JOIN jsonb_to_recordset(${JSON.stringify(terms)}::jsonb) AS x(kind text, term text) ON x.kind = h.kind AND x.term = h.term
    WHERE a.campaign_id = ${campaign_id} AND ${condition}`.execute(db)
  const seen = new Set(rows.map(one => `${one.kind} ${one.term}`))
  return terms.filter(one => seen.has(`${one.kind} ${one.term}`))
}

type Condition = ReturnType<typeof inGroupsOf>

async function visibleHosts(db: Db, condition: Condition, hosts: readonly string[]): Promise<Map<string, string>> {
  if (hosts.length === 0) return new Map()
  const rows = await db
    .selectFrom('host')
    .where('host_id', 'in', hosts)
    .where(condition)
    .select(['host_id', 'name'])
    .execute()
  return new Map(rows.map(row => [row.host_id, row.name]))
}
