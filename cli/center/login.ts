import { hostname } from 'node:os'
import type { ApiClient, Fetch } from '../../client/index.ts'
import { ApiError } from '../../client/index.ts'
import { agreed, canAsk } from '../ask.ts'
import { CommandError } from '../command-error.ts'
import type { Context } from '../context.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { calledAs } from '../program-name.ts'
import { connect, fetchOf } from './connect.ts'
import { inWords, isUnknownCertificate } from './in-words.ts'
import {
  centerAddress,
  forgetSaved,
  readPem,
  readSaved,
  type SavedCenter,
  savedPath,
  writeSaved,
} from './saved-center.ts'
import { shownFingerprint } from './shown-fingerprint.ts'
import { said } from './show.ts'
import { choosePassword, signIn } from './sign-in.ts'
import { inputLines } from './terminal.ts'

interface LoginOptions {
  readonly user?: string
  readonly token?: string
  readonly fingerprint?: string
  readonly ca?: string
  readonly code?: string
  readonly passwordStdin?: boolean
}

/** Signs in to a center and keeps that for later commands of this account. */
export async function loginCommand(options: LoginOptions, context: Context, text: string): Promise<ExitCode> {
  const link = linkIn(text)
  if (link === undefined && (options.user === undefined) === (options.token === undefined))
    throw new CommandError('say as whom: --user NAME, or --token TOKEN (--token - reads it from standard input)')
  const address = centerAddress(text)
  try {
    const center = await trusted(address, options, context)
    const signedIn =
      link !== undefined
        ? await asInvited(center, link, options)
        : options.token === undefined
          ? await asUser(center, options)
          : await asToken(center, options.token)
    writeSaved(signedIn.center)
    if (context.json) context.print({ address, as: signedIn.name, fingerprint: center.fingerprint, kept: savedPath() })
    else
      context.page.text(
        said`Signed in to ${address} as ${signedIn.name}. Kept in ${savedPath()}, readable by you only.`,
      )
    return exitCodes.fine
  } catch (error) {
    throw inWords(error, { address, ...(options.user === undefined ? { token: '' } : {}) })
  }
}

/** Ends the session, where it is one, and forgets the center. A token stays good until it is revoked or expires. */
export async function logoutCommand(_: object, context: Context): Promise<ExitCode> {
  const center = readSaved()
  if (center === undefined) {
    if (context.json) context.print({ address: null })
    else context.page.text('You are signed in nowhere.')
    return exitCodes.fine
  }
  const ended = center.session === undefined ? undefined : await endSession(connect(center).client)
  forgetSaved()
  if (context.json) context.print({ address: center.address, sessionEnded: ended === true })
  else context.page.text(said`Signed out of ${center.address}.`)
  if (center.token !== undefined)
    context.notes.text(`The token itself is still good: ${calledAs} tokens revoke takes that away.`)
  if (ended === false)
    context.notes.text('The center could not be told, so the session ends by itself within 12 hours.')
  return exitCodes.fine
}

async function endSession(client: ApiClient): Promise<boolean> {
  try {
    await client.signOut()
    return true
  } catch (error) {
    // Ended already is ended.
    return error instanceof ApiError && error.status === 401
  }
}

/** The center with whom to believe. One with an authority of its own is shown by its fingerprint first, as ssh does. */
async function trusted(address: string, options: LoginOptions, context: Context): Promise<SavedCenter> {
  const known = readSaved()
  const fingerprint =
    options.fingerprint ??
    process.env['DAVYLAMP_FINGERPRINT'] ??
    (known?.address === address ? known.fingerprint : undefined)
  const center: SavedCenter = {
    address,
    ...(fingerprint === undefined ? {} : { fingerprint: fingerprint.toLowerCase() }),
    ...(options.ca === undefined ? {} : { ca: readPem(options.ca) }),
  }
  try {
    // A certificate does not become known by asking again.
    await connect(center, fetchOf(center), 0).client.signInWays()
    return center
  } catch (error) {
    if (!isUnknownCertificate(error) || fingerprint !== undefined) throw error
  }
  const shown = await shownFingerprint(address)
  const advice = `The center shows its fingerprint at its start (Fingerprint of its authority). If it is the same: ${calledAs} login ${address} --fingerprint ${shown}`
  if (!canAsk() || context.json)
    throw new CommandError(
      `nobody here vouches for the certificate of ${address}. Its fingerprint is ${shown}. ${advice}`,
    )
  context.notes.text(
    `Nobody here vouches for the certificate of ${address}. The center shows its fingerprint at its start. Here it is`,
  )
  context.notes.line(`  ${shown}`)
  if (!(await agreed('Is it the same?')))
    throw new CommandError('nothing was sent: ask whoever runs the center for its fingerprint')
  return { ...center, fingerprint: shown }
}

/** The one-time part of the link of an invitation, or of a reset password. */
function linkIn(text: string): string | undefined {
  return /^[^#]+\/link#([A-Za-z0-9_-]{20,200})$/.exec(text)?.[1]
}

interface SignedIn {
  readonly center: SavedCenter
  readonly name: string
}

async function asToken(center: SavedCenter, given: string): Promise<SignedIn> {
  const token = given === '-' ? ((await inputLines())[0] ?? '').trim() : given
  if (!/^[\x21-\x7e]{8,500}$/.test(token)) throw new CommandError('that is no API token: one looks like davylamp_…')
  const withToken = { ...center, token }
  await connect(withToken).client.listRoles()
  return { center: withToken, name: `token …${token.slice(-4)}` }
}

/** Sets the password by a one-time link, then signs in with it. */
async function asInvited(center: SavedCenter, token: string, options: LoginOptions): Promise<SignedIn> {
  const password = options.passwordStdin === true ? ((await inputLines())[0] ?? '') : await choosePassword()
  const { name } = await connect(center).client.followLink({ body: { token, password } })
  return asUser(center, { ...options, user: name }, [password])
}

async function asUser(center: SavedCenter, options: LoginOptions, known?: readonly string[]): Promise<SignedIn> {
  const lines = known ?? (options.passwordStdin === true ? await inputLines() : undefined)
  const jar = cookieJar(fetchOf(center))
  const { user = '' } = options
  const client = connect(center, jar.fetch).client
  const csrf = await signIn(client, {
    user,
    password: lines?.[0],
    newPassword: lines?.[1],
    code: options.code,
    // Only now there is a cookie to send along.
    signedIn: token => connect({ ...center, session: { cookie: jar.cookie(), csrf: token, user } }, jar.fetch).client,
  })
  return { center: { ...center, session: { cookie: jar.cookie(), csrf, user } }, name: `${user} (on ${hostname()})` }
}

/** Keeps the session's cookie, which the client itself does not look at. */
function cookieJar(inner: Fetch): { fetch: Fetch; cookie(): string } {
  let cookie = ''
  return {
    cookie: () => cookie,
    fetch: async (url, init) => {
      const response = await inner(url, init)
      for (const line of response.headers.getSetCookie()) {
        const [pair = ''] = line.split(';', 1)
        if (pair.startsWith('__Host-')) cookie = pair
      }
      return response
    },
  }
}
