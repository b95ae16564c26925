import type { Detection } from '../../model/index.ts'

/** One process, or what else was noticed, on the way from a service to what was noticed. */
export interface Link {
  readonly shown: string
  readonly pid?: number | undefined
  readonly path?: string | undefined
  readonly user?: string | undefined
  readonly container?: string | undefined
  /** It is what the detection is about. */
  readonly noticed: boolean
}

/** The first that began first, what was noticed last. */
export function chainOf({ chain, subject }: Pick<Detection, 'chain' | 'subject'>): readonly Link[] {
  const above = chain.toReversed().map(({ pid, name, path, command }) => ({
    shown: command ?? name ?? path ?? '',
    pid,
    ...(command === undefined ? {} : { path }),
    noticed: false,
  }))
  const { command, path, address, port, account, pid, user, container } = subject
  const endpoint = address === undefined ? undefined : port === undefined ? address : `${bracketed(address)}:${port}`
  const shown = command ?? (subject.kind === 'connection' ? endpoint : undefined) ?? path ?? endpoint ?? account ?? ''
  return [
    ...above,
    {
      shown: command !== undefined && endpoint !== undefined ? `${command} → ${endpoint}` : shown,
      pid,
      ...(path === undefined || path === shown ? {} : { path }),
      user,
      container,
      noticed: true,
    },
  ]
}

function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]` : address
}
