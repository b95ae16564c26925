import { CommandError } from '../command-error.ts'
import type { Context } from '../context.ts'
import { withCenter } from './connect.ts'
import { said, showDone, showList, showOne, when } from './show.ts'
import { askLine, askSecret, inputLines } from './terminal.ts'

export const whoamiCommand = withCenter<object>(async ({ client, center }, _, context) => {
  if (center.session === undefined) {
    await client.listRoles()
    showOne(context, { address: center.address, token: (center.token ?? '').slice(-4) }, [
      ['center', center.address],
      ['token', `…${(center.token ?? '').slice(-4)}`],
    ])
    return
  }
  const session = await client.whoAmI()
  showOne(context, { address: center.address, ...session, csrf: undefined }, [
    ['center', center.address],
    ['user', session.user.name],
    ['e-mail', session.user.email],
    ['roles', session.roles.map(one => `${one.role}${one.group === undefined ? '' : ` in ${one.group}`}`).join(', ')],
    ['rights', Object.keys(session.rights).join(', ')],
    ['signed in until', when(session.expiresAt)],
  ])
})

export const sessionsCommand = withCenter<{ end?: string; endOthers?: boolean }>(
  async ({ client }, options, context) => {
    if (options.endOthers === true) {
      const { ended } = await client.endOtherSessions()
      return showDone(context, { ended }, `${ended} other sessions ended.`)
    }
    if (options.end !== undefined) {
      await client.endOwnSession({ params: { session: options.end } })
      return showDone(context, { ended: options.end }, 'That session has ended.')
    }
    showList(
      context,
      await client.listOwnSessions(),
      [
        ['id', one => one.id],
        ['', one => (one.current ? 'this one' : '')],
        ['by', one => one.method],
        ['from', one => one.address],
        ['last used', one => when(one.lastUsed)],
        ['with', one => one.client],
      ],
      'You are signed in nowhere.',
    )
  },
)

export const passwordCommand = withCenter<{ passwordStdin?: boolean }>(async ({ client }, options, context) => {
  const lines = options.passwordStdin === true ? await inputLines() : undefined
  const old = lines?.[0] ?? (await askSecret('The password that you have'))
  const chosen = lines?.[1] ?? (await askSecret('New password'))
  if (lines === undefined && chosen !== (await askSecret('Once more')))
    throw new CommandError('they differ: nothing was changed')
  const answer = await client.changePassword({ body: { old, new: chosen } }).catch(wrongPassword)
  if (answer.state === 'refused') throw new CommandError(answer.detail ?? answer.title)
  showDone(context, answer, 'Your password is changed; all other sessions have ended.')
})

/** A wrong old password answers 401, which is not the end of this session. */
function wrongPassword(error: unknown): never {
  if (error instanceof Error && Reflect.get(error, 'status') === 401)
    throw new CommandError(`the password was not changed: ${error.message}`)
  throw error
}

interface ProfileOptions {
  readonly displayName?: string
  readonly email?: string
  readonly language?: string
}

export const profileCommand = withCenter<ProfileOptions>(
  async ({ client }, { displayName, email, language }, context) => {
    if (displayName === undefined && email === undefined && language === undefined)
      throw new CommandError('say what to change: --display-name, --email or --language')
    const known = (['en', 'zh', 'ja', 'id'] as const).find(one => one === language)
    if (language !== undefined && known === undefined)
      throw new CommandError(`--language ${language} is unknown: there are en, zh, ja, id`)
    await client.changeProfile({ body: { displayName, email, language: known } })
    showDone(context, { changed: true }, 'Changed.')
  },
)

export const factorsCommand = withCenter<object>(async ({ client }, _, context) => {
  const found = await client.showSecondFactors()
  showOne(context, found, [
    ['codes of an app', found.code ? 'yes' : 'no'],
    ['recovery codes left', found.recoveryCodesLeft],
    ...found.keys.map(
      one =>
        [
          'security key',
          `${one.name}${one.passkey ? ' (passkey)' : ''}, since ${when(one.createdAt)}, ${one.id}`,
        ] as const,
    ),
  ])
})

export const codesCommand = withCenter<{ stop?: boolean; renew?: boolean }>(async ({ client }, options, context) => {
  if (options.stop === true) {
    await client.stopCodes()
    return showDone(context, { stopped: true }, 'Codes of an app are no longer asked for.')
  }
  if (options.renew === true) return showRecovery((await client.renewRecoveryCodes()).recoveryCodes, context)
  const { url, secret } = await client.startCodes()
  context.notes.text('Put this into your authenticator app, as address or by hand:')
  context.notes.line(`  ${url}`)
  context.notes.line(`  ${secret}`)
  const code = await askLine('The first code that it shows')
  showRecovery((await client.confirmCodes({ body: { code: code.replaceAll(' ', '') } })).recoveryCodes, context)
})

function showRecovery(codes: readonly string[], context: Context): void {
  if (context.json) return context.print({ recoveryCodes: codes })
  context.page.text(
    'Keep these recovery codes somewhere safe: each lets you in once without the app. They are shown only now.',
  )
  for (const code of codes) context.page.line(said`  ${code}`)
}

export const removeKeyCommand = withCenter<object>(async ({ client }, _, context, key = '') => {
  await client.removeKey({ params: { key } })
  showDone(context, { removed: key }, 'The security key is no longer yours.')
})
