import { CommandError } from '../command-error.ts'

export interface Listen {
  readonly host: string
  readonly port: number
}

/** `8443`, `127.0.0.1:8443`, `[::]:8443`, `*:8443`. Throws `CommandError`. */
export function parseListen(text: string, option: string): Listen {
  const [, bracketed, plain, port = ''] = /^(?:(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s]*)):)?(\d{1,5})$/.exec(text) ?? []
  const number = Number(port)
  if (port === '' || number > 65_535)
    throw new CommandError(
      `${option} ${text}: write a port, or an address with one, such as 8443, 127.0.0.1:8443 or [::1]:8443`,
    )
  const host = bracketed ?? plain ?? ''
  return { host: host === '' || host === '*' ? '::' : host, port: number }
}
