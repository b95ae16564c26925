import { permissions, permissionsOf, roles } from '../../model/api/index.ts'
import { CommandError } from '../command-error.ts'
import { exitCodes } from '../exit-codes.ts'
import { calledAs } from '../program-name.ts'
import { withCenter } from './connect.ts'
import { groupsOf, maybeOneOf, named, oneOf } from './names.ts'
import { gathered, type ListOptions, said, showDone, showPages, when } from './show.ts'

export const listCommand = withCenter<ListOptions>(async ({ client }, options, context) => {
  await showPages(
    context,
    options,
    paging => client.listTokens({ query: paging }),
    [
      ['name', one => one.name],
      ['ends in', one => one.hint],
      ['user', one => one.user],
      ['until', one => when(one.expiresAt)],
      ['last used', one => when(one.lastUsed)],
      ['id', one => one.id],
      ['may', one => one.permissions.join(', ')],
    ],
    'There are no tokens.',
  )
})

interface AddOptions {
  readonly may?: readonly string[]
  readonly role?: string
  readonly group?: readonly string[]
  readonly for?: number
}

export const addCommand = withCenter<AddOptions>(async ({ client, center }, options, context, name = '') => {
  if (center.session === undefined)
    throw new CommandError(
      `a token makes no tokens: ${calledAs} login ${center.address} --user NAME`,
      exitCodes.notPermitted,
    )
  const role = maybeOneOf('--role', options.role, roles)
  const may = [
    ...(role === undefined ? [] : permissionsOf[role]),
    ...(options.may ?? []).map(one => oneOf('--may', one, permissions)),
  ]
  if (may.length === 0)
    throw new CommandError(
      `say what it may: --may RIGHT, several times, or --role ROLE. Rights are ${permissions.join(', ')}`,
    )
  const groups = options.group === undefined ? undefined : await groupsOf(client, options.group)
  const days = options.for === undefined ? undefined : Math.max(1, Math.ceil(options.for / 86_400))
  const made = await client.createToken({ body: { name, permissions: [...new Set(may)], groups, days } })
  if (context.json) return context.print(made)
  context.page.text(said`The token, shown only now, good until ${when(made.about.expiresAt)}:`)
  context.page.line(made.token)
})

export const revokeCommand = withCenter<object>(async ({ client }, _, context, ...names) => {
  const { items } = await gathered(paging => client.listTokens({ query: paging }), { all: true })
  const gone = names.map(name => named(items, name, 'token', 'tokens list'))
  for (const token of gone) await client.revokeToken({ params: { token } })
  showDone(context, { revoked: gone }, `Revoked: ${names.length === 1 ? 'it is' : 'they are'} good for nothing now.`)
})
