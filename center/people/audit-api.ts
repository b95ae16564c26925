import { z } from 'zod'
import type { auditRoutes } from '../../model/api/index.ts'
import type { ApiHandlers } from '../api/index.ts'
import { beyond, keyset } from '../api/keyset.ts'
import type { Caller } from '../context.ts'
import { notAllowed } from '../problem-error.ts'
import { headOf, shownEntry, verifyAudit } from './audit.ts'
import { readAuditHeads } from './audit-heads.ts'

const bySequence = keyset('audit', [z.number().int().positive()])

export const auditHandlers: ApiHandlers<typeof auditRoutes> = {
  async listAudit({ query }, { caller, db }) {
    let rows = db
      .selectFrom('audit_entry')
      .selectAll()
      .where('tenant_id', '=', caller.tenant)
      .where(beyond(['sequence'], bySequence.read(query.after), 'desc'))
    if (!readsAll(caller)) rows = rows.where('actor_id', '=', caller.id)
    if (query.actor !== undefined) {
      const actor = query.actor
      rows = rows.where(({ eb, or }) => or([eb('actor_id', '=', actor), eb('actor', '=', actor)]))
    }
    if (query.action !== undefined) rows = rows.where('action', 'like', `${likeText(query.action)}%`)
    if (query.objectKind !== undefined) rows = rows.where('object_kind', '=', query.objectKind)
    if (query.objectId !== undefined) rows = rows.where('object_id', '=', query.objectId)
    if (query.from !== undefined) rows = rows.where('at', '>=', new Date(query.from))
    if (query.to !== undefined) rows = rows.where('at', '<', new Date(query.to))
    const found = await rows
      .orderBy('sequence', 'desc')
      .limit(query.limit + 1)
      .execute()
    const { items, ...next } = bySequence.page(found, query.limit, row => [row.sequence])
    return { items: items.map(shownEntry), ...next }
  },

  /** Against the heads that the caller has, and those that this center kept. */
  async verifyAudit({ body }, { caller, db, center }) {
    requireAll(caller)
    const kept = await readAuditHeads(center.settings.state, caller.tenant)
    const first = await verifyAudit(db, caller.tenant, kept)
    return first.ok && body.heads.length > 0 ? verifyAudit(db, caller.tenant, body.heads) : first
  },

  async auditHead(_, { caller, db }) {
    requireAll(caller)
    return headOf(db, caller.tenant)
  },
}

function readsAll(caller: Caller): boolean {
  return caller.groupsFor('audit:read') === 'all'
}

function requireAll(caller: Caller): void {
  if (!readsAll(caller)) throw notAllowed('The log is that of all hosts; it takes audit:read for all of them.')
}

function likeText(text: string): string {
  return text.replace(/[\\%_]/g, character => `\\${character}`)
}
