import type { ApiClient } from '../../client/index.ts'
import { type Role, roles, type ShownUser } from '../../model/api/index.ts'
import { CommandError } from '../command-error.ts'
import { exitCodes } from '../exit-codes.ts'
import { calledAs } from '../program-name.ts'
import { withCenter } from './connect.ts'
import { sure } from './sure.ts'
import { groupOf, isId, maybeOneOf, oneOf } from './names.ts'
import {
  type Cell,
  type Column,
  gathered,
  type ListOptions,
  plain,
  said,
  showDone,
  showList,
  showOne,
  showPages,
  when,
} from './show.ts'

const languages = ['en', 'zh', 'ja', 'id'] as const

const columns: readonly Column<ShownUser>[] = [
  ['name', one => one.name],
  ['state', one => one.state],
  ['roles', rolesText],
  ['second factor', one => (one.secondFactor ? 'yes' : 'no')],
  ['last login', one => when(one.lastLoginAt)],
  ['e-mail', one => one.email],
  ['id', one => one.id],
]

function rolesText({ roles: given }: Pick<ShownUser, 'roles'>): string {
  return given.map(one => `${one.role}${one.group === undefined ? '' : ` in ${one.group}`}`).join(', ')
}

export const listCommand = withCenter<ListOptions & { text?: string }>(async ({ client }, options, context) => {
  await showPages(
    context,
    options,
    paging => client.listUsers({ query: { search: options.text, ...paging } }),
    columns,
    'There are no such users.',
  )
})

export const showCommand = withCenter<object>(async ({ client }, _, context, name = '') => {
  const user = await client.getUser({ params: { user: await userOf(client, name) } })
  showOne(context, user, fieldsOf(user))
})

function fieldsOf(user: ShownUser): (readonly [string, Cell])[] {
  return [
    ['name', user.name],
    ['id', user.id],
    ['called', user.displayName],
    ['state', user.state],
    ['roles', rolesText(user)],
    ['e-mail', user.email],
    ['language', user.language],
    ['second factor', user.secondFactor ? 'yes' : 'no'],
    ['signs in through', user.provider],
    ['since', when(user.createdAt)],
    ['last login', when(user.lastLoginAt)],
  ]
}

/** `responder`, or `responder:GROUP` for one group of hosts. */
async function givenRoles(client: ApiClient, texts: readonly string[]) {
  const given: { role: Role; group?: string }[] = []
  for (const text of texts) {
    const [role = '', ...group] = text.split(':')
    const known = oneOf('--role', role, roles)
    given.push(group.length === 0 ? { role: known } : { role: known, group: await groupOf(client, group.join(':')) })
  }
  return given
}

interface UserOptions {
  readonly displayName?: string
  readonly email?: string
  readonly language?: string
}

export const addCommand = withCenter<UserOptions & { role: readonly string[] }>(
  async ({ client }, options, context, name = '') => {
    const { displayName, email } = options
    const language = maybeOneOf('--language', options.language, languages)
    const made = await client.createUser({
      body: { name, displayName, email, language, roles: await givenRoles(client, options.role) },
    })
    if (context.json) return context.print(made)
    context.page.text(
      said`${made.user.name} is invited. Hand over this command, shown only now; it sets the password and signs in, until ${when(made.invitation.expiresAt)}:`,
    )
    context.page.line(plain(`${calledAs} login '${made.invitation.link}'`))
  },
)

export const setCommand = withCenter<UserOptions & { disable?: boolean; enable?: boolean }>(
  async ({ client }, options, context, name = '') => {
    const { displayName, email, disable, enable } = options
    const language = maybeOneOf('--language', options.language, languages)
    const state = disable === true ? ('disabled' as const) : enable === true ? ('active' as const) : undefined
    if (displayName === undefined && email === undefined && language === undefined && state === undefined)
      throw new CommandError('say what to change: --display-name, --email, --language, --disable or --enable')
    const user = await client.changeUser({
      params: { user: await userOf(client, name) },
      body: { displayName, email, language, state },
    })
    showOne(context, user, fieldsOf(user))
  },
)

export const rolesCommand = withCenter<{ role?: readonly string[] }>(
  async ({ client }, options, context, name?: string) => {
    if (name === undefined) {
      showList(
        context,
        await client.listRoles(),
        [
          ['role', one => one.role],
          ['allows', one => one.permissions.join(', ')],
        ],
        '',
      )
      return
    }
    if (options.role === undefined)
      throw new CommandError('say which roles it has from now on: --role ROLE, or --role ROLE:GROUP, several times')
    const user = await client.setRoles({
      params: { user: await userOf(client, name) },
      body: { roles: await givenRoles(client, options.role) },
    })
    showOne(context, user, fieldsOf(user))
  },
)

export const removeCommand = withCenter<{ yes?: boolean }>(async ({ client }, options, context, name = '') => {
  const user = await userOf(client, name)
  if (!(await sure(options, context, `Remove ${plain(name)}? Sessions and tokens end, the name stays taken.`)))
    return exitCodes.left
  await client.removeUser({ params: { user } })
  showDone(context, { removed: user }, said`${name} is removed.`)
  return exitCodes.fine
})

export const resetPasswordCommand = withCenter<{ yes?: boolean }>(async ({ client }, options, context, name = '') => {
  const user = await userOf(client, name)
  if (!(await sure(options, context, `End the sessions of ${plain(name)} and make a link for a new password?`)))
    return exitCodes.left
  const made = await client.resetPassword({ params: { user } })
  if (context.json) context.print(made)
  else {
    context.page.text(
      `Hand over this command, shown only now; it sets a new password and signs in, until ${when(made.expiresAt)}:`,
    )
    context.page.line(plain(`${calledAs} login '${made.link}'`))
  }
  return exitCodes.fine
})

export const resetSecondFactorCommand = withCenter<{ yes?: boolean }>(
  async ({ client }, options, context, name = '') => {
    const user = await userOf(client, name)
    if (!(await sure(options, context, `Take all second factors of ${plain(name)} away, and end the sessions?`)))
      return exitCodes.left
    await client.resetSecondFactor({ params: { user } })
    showDone(context, { reset: user }, said`${name} signs in with the password alone until a new second factor is set.`)
    return exitCodes.fine
  },
)

export const sessionsCommand = withCenter<{ end?: boolean }>(async ({ client }, { end }, context, name = '') => {
  const user = await userOf(client, name)
  if (end === true) {
    const answer = await client.endUserSessions({ params: { user } })
    showDone(context, answer, said`${answer.ended} sessions of ${name} ended.`)
    return
  }
  const found = await client.listUserSessions({ params: { user } })
  showList(
    context,
    found,
    [
      ['id', one => one.id],
      ['by', one => one.method],
      ['from', one => one.address],
      ['last used', one => when(one.lastUsed)],
      ['with', one => one.client],
    ],
    'Signed in nowhere.',
  )
})

async function userOf(client: ApiClient, text: string): Promise<string> {
  if (isId(text)) return text
  const { items } = await gathered(paging => client.listUsers({ query: { search: text.slice(0, 100), ...paging } }), {
    all: true,
  })
  const found = items.find(one => one.name === text.toLowerCase())
  if (found === undefined)
    throw new CommandError(`there is no user ${text} whom you may see: ${calledAs} users list shows them`)
  return found.id
}
