import { type ApiClient, ApiError, apiClient, type ClientOptions, type Fetch } from '../../client/index.ts'
import { trustingFetch } from '../../client/node.ts'
import { canAsk } from '../ask.ts'
import type { Work } from '../command-builder.ts'
import { CommandError } from '../command-error.ts'
import type { Context } from '../context.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { inWords } from './in-words.ts'
import { knownCenter, type SavedCenter } from './saved-center.ts'
import { askSecret } from './terminal.ts'

/** A center that the command may speak with. */
export interface Connected {
  readonly client: ApiClient
  /** For the live view. */
  readonly options: ClientOptions
  readonly center: SavedCenter
}

/** A command against the center that the caller is signed in to; what the center refuses becomes a message and an exit status. */
export function withCenter<Options>(
  work: (
    connected: Connected,
    options: Options,
    context: Context,
    ...words: string[]
  ) => Promise<ExitCode> | Promise<void>,
): Work<Options> {
  return async (options, context, ...words) => {
    const center = knownCenter()
    try {
      return (await work(connect(center), options, context, ...words)) ?? exitCodes.fine
    } catch (error) {
      throw inWords(error, center)
    }
  }
}

/** `retries`: see ClientOptions; without, a center that restarts is waited for. */
export function connect(center: SavedCenter, given: Fetch = fetchOf(center), retries?: number): Connected {
  const options: ClientOptions = {
    address: center.address,
    fetch: given,
    ...(retries === undefined ? {} : { retries }),
    ...(center.token === undefined ? {} : { token: center.token }),
    ...(center.session === undefined
      ? {}
      : { headers: { cookie: center.session.cookie }, csrf: () => center.session?.csrf }),
  }
  const client = apiClient(options)
  return { client: center.session === undefined ? client : askingAgain(client), options, center }
}

export function fetchOf({ fingerprint, ca }: SavedCenter): Fetch {
  try {
    return trustingFetch({ ...(fingerprint === undefined ? {} : { fingerprint }), ...(ca === undefined ? {} : { ca }) })
  } catch (error) {
    throw error instanceof TypeError ? new CommandError(error.message) : error
  }
}

/** Some things want a fresh sign-in: where there is a terminal, the password is asked for and the call made again. */
function askingAgain(client: ApiClient): ApiClient {
  const functions = Object.entries(client).map(([name, call]) => [name, again(client, call as AnyFunction)])
  return Object.fromEntries(functions) as ApiClient
}

type AnyFunction = (...given: unknown[]) => Promise<unknown>

function again(client: ApiClient, call: AnyFunction): AnyFunction {
  return async (...given) => {
    try {
      return await call(...given)
    } catch (error) {
      if (!(error instanceof ApiError) || error.kind !== 'login-again' || !canAsk()) throw error
      await confirm(client)
      return call(...given)
    }
  }
}

async function confirm(client: ApiClient): Promise<void> {
  const password = await askSecret('Your password, to show again that it is you')
  try {
    await client.confirm({ body: { way: 'password', password } })
  } catch (error) {
    // A wrong password answers 401, which is no sign that the session has ended.
    if (error instanceof ApiError && error.status === 401)
      throw new CommandError('that was not your password: nothing was done', exitCodes.notPermitted)
    throw error
  }
}
