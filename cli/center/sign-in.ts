import type { ApiClient } from '../../client/index.ts'
import { ApiError } from '../../client/index.ts'
import { canAsk } from '../ask.ts'
import { CommandError } from '../command-error.ts'
import { exitCodes } from '../exit-codes.ts'
import { calledAs } from '../program-name.ts'
import { askLine, askSecret } from './terminal.ts'

interface Given {
  readonly user: string
  /** From standard input; otherwise it is asked for. */
  readonly password: string | undefined
  readonly newPassword: string | undefined
  readonly code: string | undefined
  /** The client once there is a session. */
  signedIn(csrf: string): ApiClient
}

type Answer = Awaited<ReturnType<ApiClient['signIn']>>

/** Password, second factor, and the change of a one-time password. Gives the session's CSRF token. Throws `CommandError`. */
export async function signIn(client: ApiClient, given: Given): Promise<string> {
  const password = given.password ?? (await askSecret(`Password of ${given.user}`))
  const first = await orRefused(() => client.signIn({ body: { name: given.user, password } }))
  const answer = first.state === 'second-factor' ? await withSecondFactor(client, first, given) : first
  if (answer.state !== 'signed-in') throw refusal(answer.state === 'refused' ? answer.detail : undefined)
  if (answer.mustChangePassword) await changePassword(given.signedIn(answer.csrf), password, given)
  return answer.csrf
}

async function withSecondFactor(
  client: ApiClient,
  { ticket, ways }: Extract<Answer, { state: 'second-factor' }>,
  given: Given,
): Promise<Answer> {
  if (!ways.includes('code') && !ways.includes('recovery'))
    throw new CommandError(
      `this account signs in with a security key, which takes a browser. Make a token there and use it: ${calledAs} login --token -`,
      exitCodes.notPermitted,
    )
  if (given.code === undefined && !canAsk())
    throw new CommandError('this account wants a second factor: --code CODE of the app, or a recovery code')
  const code = given.code ?? (await askLine('Code of the app, or a recovery code'))
  const way = /^\d{6}$/.test(code.replaceAll(' ', '')) && ways.includes('code') ? 'code' : 'recovery'
  return orRefused(() =>
    client.giveSecondFactor({ body: { way, ticket, code: way === 'code' ? code.replaceAll(' ', '') : code } }),
  )
}

/** A refused sign-in is an answer with status 401 or 429. */
async function orRefused(ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof ApiError && (error.status === 401 || error.status === 429)) throw refusal(error.message)
    throw error
  }
}

function refusal(detail: string | undefined): CommandError {
  return new CommandError(
    `the center did not let you in: ${detail ?? 'name, password or code is wrong'}`,
    exitCodes.notPermitted,
  )
}

async function changePassword(client: ApiClient, old: string, { newPassword, user }: Given): Promise<void> {
  if (newPassword === undefined && !canAsk())
    throw new CommandError(
      `the password of ${user} is for one time. Sign in from a terminal and choose another, or give the new one as the second line with --password-stdin`,
    )
  if (newPassword === undefined) process.stderr.write('This password was for one time. ')
  const chosen = newPassword ?? (await choosePassword())
  try {
    const answer = await client.changePassword({ body: { old, new: chosen } })
    if (answer.state === 'refused') throw refusal(answer.detail)
  } catch (error) {
    if (error instanceof ApiError && error.status < 500)
      throw new CommandError(`the password was not changed: ${error.message}`)
    throw error
  }
}

/** Asks for a password that is to be, twice. */
export async function choosePassword(): Promise<string> {
  if (!canAsk()) throw new CommandError('there is no terminal to ask for a new password: --password-stdin')
  process.stderr.write('Choose a password: at least 12 characters, none of the usual ones.\n')
  for (;;) {
    const one = await askSecret('New password')
    if (one === (await askSecret('Once more'))) return one
    process.stderr.write('They differ.\n')
  }
}
