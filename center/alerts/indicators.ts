import { sql } from 'kysely'
import { z } from 'zod'
import { normalValue } from '../../detect/intel/index.ts'
import { alertLevels, type huntRoutes, type indicatorObject } from '../../model/api/index.ts'
import { beyond, keyset } from '../api/keyset.ts'
import type { Handlers } from '../context.ts'
import { containing } from '../fleet/index.ts'
import { badRequest, notFound, ProblemError } from '../problem-error.ts'
import { uuid7 } from '../uuid7.ts'
import { indicatorPack } from './indicator-pack.ts'
import { closeMatches } from './match-indicators.ts'
import { keepPack } from './packs.ts'

type IndicatorHandlers = Pick<
  Handlers<typeof huntRoutes>,
  'listIndicators' | 'addIndicators' | 'removeIndicator' | 'publishIndicators'
>
type Kind = z.output<typeof indicatorObject>['kind']

const byId = keyset('indicators', [z.uuid()])
/** A pack must stay small enough to be sent and read by every host. */
const mostPublished = 20_000
const packName = 'indicators'
const kinds = ['hash', 'address', 'domain', 'wallet', 'key'] as const

export const indicatorHandlers: IndicatorHandlers = {
  async listIndicators({ query }, { db }) {
    let found = db
      .selectFrom('indicator')
      .select(['indicator_id', 'kind', 'value', 'level', 'source', 'note', 'created_at', 'expires_at'])
    if (query.kind !== undefined) found = found.where('kind', '=', query.kind)
    if (query.text !== undefined) {
      const pattern = containing(query.text)
      found = found.where(sql<boolean>`(value ILIKE ${pattern} OR source ILIKE ${pattern} OR note ILIKE ${pattern})`)
    }
    const rows = await found
      .where(beyond(['indicator_id'], byId.read(query.after), 'desc'))
      .orderBy('indicator_id', 'desc')
      .limit(query.limit + 1)
      .execute()
    const { items, ...next } = byId.page(rows, query.limit, row => [row.indicator_id])
    return {
      items: items.map(row => ({
        id: row.indicator_id,
        kind: kinds.find(one => one === row.kind) ?? 'hash',
        value: row.value,
        level: alertLevels[row.level] ?? 'medium',
        source: row.source,
        note: row.note,
        createdAt: row.created_at.toISOString(),
        ...(row.expires_at === null ? {} : { expiresAt: row.expires_at.toISOString() }),
      })),
      ...next,
    }
  },

  async addIndicators({ body }, { caller, db, audit }) {
    const items = body.items.map((item, place) => ({ ...item, value: normalIndicator(item.kind, item.value, place) }))
    const unique = new Map(items.map(item => [`${item.kind} ${item.value}`, item]))
    const rows = [...unique.values()].map(item => ({
      indicator_id: uuid7(),
      kind: item.kind,
      value: item.value,
      level: alertLevels.indexOf(item.level),
      note: item.note,
      expires_at: item.expiresAt ?? null,
    }))
    const added = await sql<{ indicator_id: string }>`
      INSERT INTO indicator (tenant_id, indicator_id, kind, value, level, source, note, expires_at)
      SELECT ${caller.tenant}, indicator_id, kind, value, level, ${body.source}, note, expires_at
      FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        AS item(indicator_id uuid, kind text, value text, level smallint, note text, expires_at timestamptz)
      ON CONFLICT (tenant_id, kind, value) DO NOTHING RETURNING indicator_id`.execute(db)
    await audit('indicators.added', { kind: 'indicators', id: body.source }, { added: added.rows.length })
    return { added: added.rows.length, known: unique.size - added.rows.length }
  },

  async publishIndicators(_, request) {
    const { db, center } = request
    const now = center.clock()
    const rows = await db
      .selectFrom('indicator')
      .where(({ eb, or }) => or([eb('expires_at', 'is', null), eb('expires_at', '>', now)]))
      .select(['kind', 'value'])
      .orderBy('indicator_id', 'desc')
      .limit(mostPublished)
      .execute()
    const documents = indicatorPack(rows)
    if (documents === '')
      throw badRequest(
        'There is no indicator that a host could look for',
        'Add a SHA-256, an address, a domain, a wallet or a key first.',
      )
    return keepPack(request, packName, documents)
  },

  async removeIndicator({ params }, { caller, db, center, audit }) {
    const gone = await db
      .deleteFrom('indicator')
      .where('indicator_id', '=', params.indicator)
      .returning(['kind', 'value'])
      .executeTakeFirst()
    if (gone === undefined) throw notFound('indicator')
    await closeMatches(db, caller.tenant, gone, caller.name, center.clock())
    await audit('indicator.removed', { kind: 'indicator', id: params.indicator }, gone)
  },
}

/** As facts write it, so that both compare. Throws 400 naming the item. */
export function normalIndicator(kind: Kind, value: string, place = 0): string {
  const normal = normalOf(kind, value)
  if (normal !== undefined) return normal
  throw new ProblemError(400, 'bad-request', `Item ${place + 1} is no ${kind}: ${value.slice(0, 100)}`, wanted[kind])
}

const wanted: Readonly<Record<Kind, string>> = {
  hash: 'Give an MD5, SHA-1 or SHA-256 in hexadecimal.',
  address: 'Give an IPv4 or IPv6 address.',
  domain: 'Give a domain name without scheme, port or path.',
  key: 'Give the fingerprint of an ssh key as ssh-keygen -l prints it: SHA256:…',
  wallet: 'Give the address of a wallet, 20 to 150 letters and digits.',
}

function normalOf(kind: Kind, value: string): string | undefined {
  switch (kind) {
    case 'hash':
      return (['md5', 'sha1', 'sha256'] as const).map(type => normalValue(type, value)).find(one => one !== undefined)
    case 'address':
      return value.includes('/') ? undefined : normalValue('address', value)
    case 'domain':
      return normalValue('domain', value)
    case 'key':
      return /^SHA256:/.test(value) ? normalValue('fingerprint', value) : undefined
    case 'wallet':
      // As facts have it: what hosts reported is compared letter by letter.
      return /^[A-Za-z0-9:.-]{20,150}$/.test(value) ? value : undefined
  }
}
