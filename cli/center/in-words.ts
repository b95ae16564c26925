import { ApiError, UnreachableError } from '../../client/index.ts'
import { CommandError } from '../command-error.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { calledAs } from '../program-name.ts'
import type { SavedCenter } from './saved-center.ts'

/** The exit status of a center that cannot be reached or is no center. */
const unreachable: ExitCode = exitCodes.unavailable

/** What a center, or the way to it, answered instead, as an error of the command line. */
export function inWords(error: unknown, center: Pick<SavedCenter, 'address' | 'token' | 'session'>): unknown {
  if (error instanceof ApiError) return refusedInWords(error, center)
  if (error instanceof UnreachableError) return new CommandError(unreachableInWords(error, center.address), unreachable)
  return error
}

function refusedInWords(
  error: ApiError,
  { address, token, session }: Pick<SavedCenter, 'address' | 'token' | 'session'>,
): CommandError {
  const again = `${calledAs} login ${address} ${session === undefined ? '--user NAME' : `--user ${session.user}`}`
  if (error.status === 401)
    return new CommandError(
      token === undefined
        ? `your sign-in at ${address} has ended: ${again}`
        : `the token is not good at ${address} (any more): it was revoked, has expired, or is of another center. Make a new one (${calledAs} tokens add) and sign in with it: ${calledAs} login ${address} --token -`,
      exitCodes.notPermitted,
    )
  if (error.kind === 'login-again')
    return new CommandError(`this needs a fresh sign-in: ${again}`, exitCodes.notPermitted)
  if (error.kind === 'must-change-password')
    return new CommandError(`change your password first: ${again}`, exitCodes.notPermitted)
  const code =
    error.status === 403 ? exitCodes.notPermitted : error.status >= 500 ? exitCodes.internal : exitCodes.usage
  return new CommandError(`the center says: ${error.message}`, code)
}

const certificateFaults = /SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|DEPTH_ZERO|CERT_UNTRUSTED/

/** Whether the certificate is only unknown, and not wrong. */
export function isUnknownCertificate(error: unknown): boolean {
  return certificateFaults.test(codeOf(error))
}

function unreachableInWords(error: UnreachableError, address: string): string {
  if (isUnknownCertificate(error))
    return `${address} shows a certificate that nobody here vouches for: ${calledAs} login ${address} --fingerprint F, with the fingerprint that the center shows at its start`
  return `${error.message}. Is the center running, and is this its address?`
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return ''
  const code = Reflect.get(error, 'code')
  return typeof code === 'string' ? code : codeOf(error.cause)
}
