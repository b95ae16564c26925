import type { ApiClient } from '../../client/index.ts'
import { providerRoutes } from '../../model/api/index.ts'
import { exitCodes } from '../exit-codes.ts'
import { withCenter } from './connect.ts'
import { documentOf } from './document-file.ts'
import { sure } from './sure.ts'
import { named } from './names.ts'
import { plain, said, showDone, showJson, showList } from './show.ts'

export const listCommand = withCenter<object>(async ({ client }, _, context, name?: string) => {
  const found = await client.listProviders()
  if (name !== undefined) {
    const id = named(found.items, name, 'identity provider', 'providers list')
    const one = found.items.find(item => item.id === id)
    return context.json ? context.print(one) : showJson(context, one)
  }
  showList(
    context,
    found,
    [
      ['name', one => one.name],
      ['state', one => (one.enabled ? 'on' : 'off')],
      ['issuer', one => one.issuer],
      ['callback', one => one.callback],
      ['id', one => one.id],
    ],
    'People sign in with passwords and keys of this center only.',
  )
})

export const addCommand = withCenter<object>(async ({ client }, _, context, file = '') => {
  const made = await client.createProvider({ body: await documentOf(providerRoutes.createProvider.body, file) })
  showDone(context, made, said`People can sign in through ${made.name} now. Its callback is ${made.callback}`)
})

export const changeCommand = withCenter<object>(async ({ client }, _, context, name = '', file = '') => {
  const body = await documentOf(providerRoutes.changeProvider.body, file)
  const changed = await client.changeProvider({ params: { provider: await providerOf(client, name) }, body })
  showDone(context, changed, said`${changed.name} is changed.`)
})

export const removeCommand = withCenter<{ yes?: boolean }>(async ({ client }, options, context, name = '') => {
  const provider = await providerOf(client, name)
  if (!(await sure(options, context, `Remove the identity provider ${plain(name)}?`))) return exitCodes.left
  await client.removeProvider({ params: { provider } })
  showDone(context, { removed: provider }, said`Nobody signs in through ${name} any more.`)
  return exitCodes.fine
})

async function providerOf(client: ApiClient, text: string): Promise<string> {
  return named((await client.listProviders()).items, text, 'identity provider', 'providers list')
}
