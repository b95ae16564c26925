import { cleanText } from '../clean-text.ts'

/** Why a receiver could not be reached, in words for people. */
export class ReceiverError extends Error {
  override readonly name = 'ReceiverError'
  /** Worth another try. */
  readonly again: boolean

  constructor(message: string, again: boolean) {
    super(message)
    this.again = again
  }
}

const sayings: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there: check address and port',
  ECONNRESET: 'it broke the connection off',
  EPIPE: 'it broke the connection off',
  ENOTFOUND: 'there is no such name: check the address and the DNS of this machine',
  EAI_AGAIN: 'the name could not be resolved at the moment: check the DNS of this machine',
  EHOSTUNREACH: 'there is no way to it: check network and firewall',
  ENETUNREACH: 'there is no way to it: check network and firewall',
  ETIMEDOUT: 'it did not answer in time',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed: enter it as `ca` if it is meant to be so',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate comes from an authority that is not known here: enter that one as `ca`',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'its certificate comes from an authority that is not known here: enter that one as `ca`',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    'its certificate comes from an authority that is not known here: enter that one as `ca`',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it speaks no TLS on this port',
}

/** Plain words for whatever went wrong on the way to `host`. */
export function plainTrouble(error: unknown, host: string): ReceiverError {
  if (error instanceof ReceiverError) return error
  const where = cleanText(host, 253)
  const { name, code, message } = fieldsOf(error)
  if (name === 'TimeoutError') return new ReceiverError(`${where} did not answer in time`, true)
  if (name === 'AbortError') return new ReceiverError('the sending was stopped', true)
  const saying = sayings[code] ?? sayingByWords(message) ?? (cleanText(message, 200) || code || 'unknown trouble')
  return new ReceiverError(`${where}: ${saying}`, true)
}

/** Libraries replace the code by their own, but keep the words of OpenSSL. */
function sayingByWords(message: string): string | undefined {
  if (/unable to (verify|get local issuer)|self.signed/i.test(message))
    return sayings['UNABLE_TO_VERIFY_LEAF_SIGNATURE']
  if (/certificate has expired/i.test(message)) return sayings['CERT_HAS_EXPIRED']
  return /does not match certificate/i.test(message) ? sayings['ERR_TLS_CERT_ALTNAME_INVALID'] : undefined
}

function fieldsOf(error: unknown): { name: string; code: string; message: string } {
  if (!(error instanceof Error)) return { name: '', code: '', message: String(error) }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  return { name: error.name, code, message: error.message }
}
