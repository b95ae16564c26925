import type { ApiClient } from '../../client/index.ts'
import { notificationRoutes } from '../../model/api/index.ts'
import { exitCodes } from '../exit-codes.ts'
import { withCenter } from './connect.ts'
import { documentOf } from './document-file.ts'
import { sure } from './sure.ts'
import { named } from './names.ts'
import { plain, said, showDone, showList, when } from './show.ts'

export const listCommand = withCenter<object>(async ({ client }, _, context) => {
  showList(
    context,
    await client.listExports(),
    [
      ['name', one => one.name],
      ['kind', one => one.kind],
      ['state', one => (one.enabled ? 'on' : 'off')],
      ['sent', one => one.sent],
      ['waiting', one => one.waiting],
      ['dropped', one => one.dropped],
      ['last', one => (one.last === undefined ? '' : `${one.last.result}, ${when(one.last.at)}`)],
      ['id', one => one.id],
    ],
    'Alerts are exported nowhere.',
  )
})

export const addCommand = withCenter<object>(async ({ client }, _, context, file = '') => {
  const made = await client.createExport({ body: await documentOf(notificationRoutes.createExport.body, file) })
  showDone(context, made, said`What happens to alerts from now on goes to ${made.name}.`)
})

export const changeCommand = withCenter<object>(async ({ client }, _, context, name = '', file = '') => {
  const body = await documentOf(notificationRoutes.changeExport.body, file)
  const changed = await client.changeExport({ params: { export: await exportOf(client, name) }, body })
  showDone(context, changed, said`The export ${changed.name} is changed.`)
})

export const removeCommand = withCenter<{ yes?: boolean }>(async ({ client }, options, context, name = '') => {
  const id = await exportOf(client, name)
  if (!(await sure(options, context, `Stop the export ${plain(name)} and forget what it had not sent?`)))
    return exitCodes.left
  await client.removeExport({ params: { export: id } })
  showDone(context, { removed: id }, said`The export ${name} has stopped.`)
  return exitCodes.fine
})

async function exportOf(client: ApiClient, text: string): Promise<string> {
  return named((await client.listExports()).items, text, 'export', 'exports list')
}
