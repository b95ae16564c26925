import { sql } from 'kysely'
import { z } from 'zod'
import { alertLevels, type detectionRoutes } from '../../model/api/index.ts'
import { type Bounds, boundsOf, fromWindows, searchedDays, type Window, windowsOf } from '../alerts/index.ts'
import { keyset } from '../api/keyset.ts'
import type { Caller, Db, Handlers } from '../context.ts'
import { containing, groupsIn, hostsNamed, inGroupsOf, mostNamed } from '../fleet/index.ts'
import { notFound } from '../problem-error.ts'
import { asSystem } from '../store/index.ts'
import { detectionObjectOf, type DetectionRow, detectionsOf } from './detection-object.ts'

type ListHandlers = Pick<Handlers<typeof detectionRoutes>, 'listDetections' | 'getDetection'>
type Filter = z.output<typeof detectionRoutes.listDetections.query>
type Found = ReturnType<typeof idsOf>

/** Without the host, so that PostgreSQL cannot begin with the hosts, of which there are fewer, and sort all of their detections. */
function idsOf(db: Db) {
  return db.selectFrom('detection').select('detection.detection_id')
}

const byTime = keyset('detections', [z.uuid()])

export const listHandlers: ListHandlers = {
  async listDetections({ query }, { caller, db, center }) {
    const groups = await groupsIn(db, query.group)
    const [last] = byTime.read(query.after) ?? []
    const wanted: Wanted = {
      among: (all, window) =>
        within(narrowed(all, query, groups), window).where(inGroupsOf(caller, 'alerts:read', 'detection.group_id')),
      bounds: boundsOf(query, last),
      now: center.clock(),
      limit: query.limit + 1,
    }
    const ids =
      query.text === undefined ? await listed(db, wanted) : await searched(db, caller.tenant, query.text, wanted)
    const rows = await rowsOf(db, ids)
    const { items, ...next } = byTime.page(rows, query.limit, row => [row.detection_id])
    return { items: items.map(detectionObjectOf), ...next }
  },

  async getDetection({ params }, { caller, db }) {
    const row = await detectionRow(db, caller, params.detection)
    const found = await db
      .selectFrom('detection_body')
      .where('detection_id', '=', params.detection)
      .select('body')
      .executeTakeFirst()
    return { ...detectionObjectOf(row), evidence: found?.body ?? {} }
  },
}

/** A detection that the caller may see, or 404. */
async function detectionRow(db: Db, caller: Caller, detection: string): Promise<DetectionRow> {
  const row = await detectionsOf(db)
    .where('detection.detection_id', '=', detection)
    .where(inGroupsOf(caller, 'alerts:read', 'detection.group_id'))
    .executeTakeFirst()
  if (row === undefined) throw notFound('detection')
  return row
}

interface Wanted {
  /** What is asked for, within a window. */
  among(all: Found, window: Window): Found
  readonly bounds: Bounds
  readonly now: Date
  readonly limit: number
}

async function listed(db: Db, { among, bounds, now, limit }: Wanted): Promise<string[]> {
  return await fromWindows(windowsOf(now, bounds), limit, async (window, missing) => {
    const own = among(idsOf(db), window).orderBy('detection.detection_id', 'desc').limit(missing)
    return (await own.execute()).map(one => one.detection_id)
  })
}

async function rowsOf(db: Db, ids: readonly string[]): Promise<DetectionRow[]> {
  if (ids.length === 0) return []
  return await detectionsOf(db)
    .where('detection.detection_id', 'in', ids)
    .orderBy('detection.detection_id', 'desc')
    .execute()
}

/** As alerts are searched (center/alerts/list.ts): ids as the center, within the tenant; rows as the tenant. */
async function searched(db: Db, tenant: string, text: string, wanted: Wanted): Promise<string[]> {
  const { among, bounds, now, limit } = wanted
  const named = await hostsNamed(db, text)
  return await asSystem(db, system =>
    fromWindows(windowsOf(now, bounds, searchedDays), limit, async (window, missing, number) => {
      const texts = withText(among(idsOf(system), window), text, named, number === 0 ? 'each' : 'indexed')
      const own = texts.where('detection.tenant_id', '=', tenant)
      // What is frequent fills its page from the last day; what is rare is found by its index, whole, and cut afterwards.
      const all = number === 0 ? own : own.offset(0)
      const ids = system
        .selectFrom(all.as('found'))
        .select('detection_id')
        .orderBy('detection_id', 'desc')
        .limit(missing)
      return (await ids.execute()).map(one => one.detection_id)
    }),
  )
}

/** Words of the index (migration 013) are no help for what is frequent. */
function withText(all: Found, text: string, named: readonly string[], words: 'each' | 'indexed'): Found {
  const pattern = containing(text)
  const ofDetection =
    words === 'indexed'
      ? sql`detection_words(detection.title, detection.path, detection.command, detection.address, detection.account) ILIKE ${pattern}`
      : sql`(detection.title ILIKE ${pattern} OR detection.path ILIKE ${pattern} OR detection.command ILIKE ${pattern}
          OR detection.address ILIKE ${pattern} OR detection.account ILIKE ${pattern})`
  if (named.length === 0) return all.where(sql<boolean>`${ofDetection}`)
  const ofHosts =
    named.length > mostNamed
      ? sql`EXISTS (SELECT FROM host h WHERE h.tenant_id = detection.tenant_id AND h.host_id = detection.host_id AND h.name ILIKE ${pattern})`
      : sql`detection.host_id = ANY (${[...named]})`
  return all.where(sql<boolean>`(${ofDetection} OR ${ofHosts})`)
}

function within(all: Found, { from, to }: Window): Found {
  const above = from === undefined ? all : all.where('detection.detection_id', '>=', from)
  return to === undefined ? above : above.where('detection.detection_id', '<', to)
}

function narrowed(all: Found, filter: Filter, groups: readonly string[] | undefined): Found {
  let query = all
  if (groups !== undefined) query = query.where('detection.group_id', 'in', groups)
  if (filter.host !== undefined) query = query.where('detection.host_id', '=', filter.host)
  if (filter.verdict !== undefined) query = query.where('detection.verdict', '=', filter.verdict)
  if (filter.subject !== undefined) query = query.where('detection.subject', '=', filter.subject)
  if (filter.atLeast !== undefined) query = query.where('detection.level', '>=', alertLevels.indexOf(filter.atLeast))
  if (filter.alert !== undefined) query = query.where('detection.alert_id', '=', filter.alert)
  // Written as the indexes of migration 013 are, so that PostgreSQL knows them by it. The word is one of a closed list.
  if (filter.outcome !== undefined)
    query = query.where(sql<boolean>`${sql.lit(filter.outcome)} = ANY (detection.outcomes)`)
  return query
}
