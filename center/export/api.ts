import { sql } from 'kysely'
import type { AnswerOf, notificationRoutes } from '../../model/api/index.ts'
import type { Handlers, Request } from '../context.ts'
import { conflict, notFound } from '../problem-error.ts'
import { objectOf, sealSettings, secretNames } from '../notify/index.ts'
import { uuid7 } from '../uuid7.ts'

type Routes = typeof notificationRoutes
type Export = AnswerOf<Routes['createExport']>

export const exportHandlers: Pick<
  Handlers<Routes>,
  'listExports' | 'createExport' | 'changeExport' | 'removeExport'
> = {
  async listExports(_, request) {
    return { items: await exportsOf(request) }
  },

  async createExport({ body }, request) {
    const { db, caller, center, audit } = request
    const id = uuid7(center.clock())
    await requireFreeName(request, body.name, undefined)
    await db
      .insertInto('siem_export')
      .values({
        tenant_id: caller.tenant,
        export_id: id,
        name: body.name,
        kind: body.kind,
        ...sealSettings(center.keys, `export:${id}`, body.kind, body.settings),
        condition: JSON.stringify(body.condition),
        enabled: body.enabled,
        created_by: caller.name,
        busy_by: null,
        last_result: null,
        last_detail: null,
      })
      .execute()
    await audit('export.created', { kind: 'export', id }, { name: body.name, kind: body.kind })
    return one(request, id)
  },

  async changeExport({ params, body }, request) {
    const { db, center, audit } = request
    const before = await db
      .selectFrom('siem_export')
      .select(['kind', 'settings', 'secrets'])
      .where('export_id', '=', params.export)
      .executeTakeFirst()
    if (before === undefined) throw notFound('export')
    await requireFreeName(request, body.name, params.export)
    await db
      .updateTable('siem_export')
      .set({
        name: body.name,
        kind: body.kind,
        ...sealSettings(center.keys, `export:${params.export}`, body.kind, body.settings, before),
        condition: JSON.stringify(body.condition),
        enabled: body.enabled,
        rest_until: null,
        tries: 0,
      })
      .where('export_id', '=', params.export)
      .execute()
    await audit('export.changed', { kind: 'export', id: params.export }, { name: body.name, kind: body.kind })
    return one(request, params.export)
  },

  async removeExport({ params }, { db, audit }) {
    const row = await db
      .deleteFrom('siem_export')
      .where('export_id', '=', params.export)
      .returning('name')
      .executeTakeFirst()
    if (row === undefined) throw notFound('export')
    await audit('export.removed', { kind: 'export', id: params.export }, row)
  },
}

async function exportsOf({ db, center }: Request, only?: string): Promise<Export[]> {
  const rows = await db
    .selectFrom('siem_export')
    .selectAll()
    .select(eb =>
      eb
        .selectFrom('export_item')
        .select(sql<number>`count(*)::int`.as('count'))
        .whereRef('export_item.export_id', '=', 'siem_export.export_id')
        .as('waiting'),
    )
    .$if(only !== undefined, query => query.where('export_id', '=', only ?? ''))
    .orderBy('name')
    .execute()
  return rows.map(row => {
    const { findings, atLeast } = objectOf(row.condition) as { findings?: boolean; atLeast?: 'low' }
    return {
      id: row.export_id,
      name: row.name,
      kind: row.kind === 'webhook' ? ('webhook' as const) : ('syslog' as const),
      settings: { ...objectOf(row.settings) },
      secrets: namesOrNone(() => secretNames(center.keys, `export:${row.export_id}`, row)),
      condition: { findings: findings === true, ...(atLeast === undefined ? {} : { atLeast }) },
      enabled: row.enabled,
      sent: row.sent,
      dropped: row.dropped,
      waiting: row.waiting ?? 0,
      ...(row.last_at === null || row.last_result === null
        ? {}
        : { last: { result: row.last_result, detail: row.last_detail ?? '', at: row.last_at.toISOString() } }),
    }
  })
}

async function one(request: Request, id: string): Promise<Export> {
  const [found] = await exportsOf(request, id)
  if (found === undefined) throw notFound('export')
  return found
}

/** Sealed with another master key: then they have to be entered again. */
function namesOrNone(names: () => string[]): string[] {
  try {
    return names()
  } catch {
    return []
  }
}

async function requireFreeName({ db }: Request, name: string, except: string | undefined): Promise<void> {
  const row = await db.selectFrom('siem_export').select('export_id').where('name', '=', name).executeTakeFirst()
  if (row !== undefined && row.export_id !== except) throw conflict('That name is taken', 'Give it another one.')
}
