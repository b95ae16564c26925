import { createHash } from 'node:crypto'
import type { z } from 'zod'
import { type huntRoutes, type packObject, packStages } from '../../model/api/index.ts'
import { openPack } from '../../rulebook/index.ts'
import type { Db, Handlers, Request } from '../context.ts'
import { conflict, notFound, ProblemError } from '../problem-error.ts'
import { uuid7 } from '../uuid7.ts'

type PackHandlers = Pick<Handlers<typeof huntRoutes>, 'listPacks' | 'uploadPack' | 'stagePack'>
type PackObject = z.output<typeof packObject>

/** Which hosts get a pack at which stage is said by center/gateway/policies.ts. */
export const packHandlers: PackHandlers = {
  async listPacks(_, { db }) {
    const rows = await packsOf(db).orderBy('name').orderBy('version', 'desc').execute()
    return { items: rows.map(packObjectOf) }
  },

  uploadPack: ({ body }, request) => keepPack(request, body.name, body.documents),

  async stagePack({ params, body }, { caller, db, center, audit }) {
    const changed = await db
      .updateTable('rule_pack')
      .where('pack_id', '=', params.pack)
      .set({ stage: body.stage, staged_at: center.clock() })
      .returning('pack_id')
      .executeTakeFirst()
    if (changed === undefined) throw notFound('rule pack')
    await audit('pack.staged', { kind: 'pack', id: params.pack }, { stage: body.stage })
    await center.bus.publish('policy', { tenant: caller.tenant, what: 'tenant', id: caller.tenant }, db)
    return packObjectOf(await packsOf(db).where('pack_id', '=', params.pack).executeTakeFirstOrThrow())
  },
}

/** A new version of a pack, as a draft. Refused when it fails its own cases, or when nothing changed. */
export async function keepPack(
  { caller, db, center, audit }: Request,
  name: string,
  documents: string,
): Promise<PackObject> {
  const pack = await openPack(documents)
  if (pack.problems.length > 0)
    throw new ProblemError(
      422,
      'pack-refused',
      `The pack ${name} is refused`,
      `${pack.problems.slice(0, 20).join('\n')}${pack.problems.length > 20 ? `\nand ${pack.problems.length - 20} more` : ''}`,
    )
  const content = Buffer.from(pack.rules)
  const sha256 = createHash('sha256').update(content).digest('hex')
  const newest = await packsOf(db).where('name', '=', name).orderBy('version', 'desc').executeTakeFirst()
  if (newest?.sha256 === sha256) throw conflict(`Version ${newest.version} of ${name} has the same rules`)
  const id = uuid7(center.clock())
  await db
    .insertInto('rule_pack')
    .values({
      tenant_id: caller.tenant,
      pack_id: id,
      name,
      version: (newest?.version ?? 0) + 1,
      sha256,
      content,
      cases: Buffer.from(pack.cases),
      rules: pack.count,
      stage: 'draft',
      created_by: caller.name,
    })
    .execute()
  await audit('pack.uploaded', { kind: 'pack', id }, { name, sha256, rules: pack.count })
  return packObjectOf(await packsOf(db).where('pack_id', '=', id).executeTakeFirstOrThrow())
}

function packsOf(db: Db) {
  return db
    .selectFrom('rule_pack')
    .select(['pack_id', 'name', 'version', 'sha256', 'rules', 'stage', 'created_by', 'created_at', 'staged_at'])
}

function packObjectOf(row: Awaited<ReturnType<ReturnType<typeof packsOf>['execute']>>[number]): PackObject {
  return {
    id: row.pack_id,
    name: row.name,
    version: row.version,
    sha256: row.sha256,
    rules: row.rules,
    stage: packStages.find(one => one === row.stage) ?? 'draft',
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
    ...(row.staged_at === null ? {} : { stagedAt: row.staged_at.toISOString() }),
  }
}
