import { stringify } from 'yaml'
import { settingsRoutes } from '../../model/api/index.ts'
import { withCenter } from './connect.ts'
import { documentOf } from './document-file.ts'
import { plain, showDone } from './show.ts'

export const showCommand = withCenter<object>(async ({ client }, _, context) => {
  const settings = await client.getSettings()
  if (context.json) return context.print(settings)
  for (const line of stringify(settings).trimEnd().split('\n')) context.page.line(plain(line))
})

export const setCommand = withCenter<object>(async ({ client }, _, context, file = '') => {
  const settings = await client.updateSettings({ body: await documentOf(settingsRoutes.updateSettings.body, file) })
  showDone(context, settings, 'The settings are changed; they hold for orders from now on.')
})
