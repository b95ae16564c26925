import { z } from 'zod'
import type { alertRoutes } from '../../model/api/index.ts'
import type { Handlers } from '../context.ts'
import { conflict, notFound } from '../problem-error.ts'
import { uuid7 } from '../uuid7.ts'

type ViewHandlers = Pick<Handlers<typeof alertRoutes>, 'listViews' | 'saveView' | 'deleteView'>

const filter = z.record(z.string(), z.unknown())
const mostViews = 200

/** Views are the caller's own; the name goes by id, so that a renamed user keeps them. */
export const viewHandlers: ViewHandlers = {
  async listViews(_, { caller, db }) {
    const rows = await db
      .selectFrom('saved_view')
      .where('owner', '=', caller.id)
      .select(['view_id', 'page', 'name', 'filter'])
      .orderBy('name')
      .execute()
    return {
      items: rows.map(row => ({ id: row.view_id, page: row.page, name: row.name, filter: filter.parse(row.filter) })),
    }
  },

  async saveView({ body }, { caller, db }) {
    const { views } = await db
      .selectFrom('saved_view')
      .where('owner', '=', caller.id)
      .select(({ fn }) => fn.countAll<number>().as('views'))
      .executeTakeFirstOrThrow()
    if (views >= mostViews) throw conflict(`You have ${mostViews} saved views`, 'Delete one first.')
    const id = uuid7()
    await db
      .insertInto('saved_view')
      .values({
        tenant_id: caller.tenant,
        view_id: id,
        owner: caller.id,
        page: body.page,
        name: body.name,
        filter: JSON.stringify(body.filter),
      })
      .execute()
    return { id }
  },

  async deleteView({ params }, { caller, db }) {
    const gone = await db
      .deleteFrom('saved_view')
      .where('view_id', '=', params.view)
      .where('owner', '=', caller.id)
      .returning('view_id')
      .execute()
    if (gone.length === 0) throw notFound('view')
  },
}
