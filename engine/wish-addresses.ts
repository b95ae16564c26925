import { isIP } from 'node:net'
import type { Wishing } from './wishing.ts'

/** Public addresses that members name in texts and commands. */
export function blockNamedAddresses(wishing: Wishing): void {
  for (const member of wishing.incident.members) {
    const named =
      member.kind === 'file'
        ? member.endpoints.map(one => one.replace(/:\d+$/, '').replace(/^\[|\]$/g, ''))
        : member.kind === 'autostart'
          ? addressesIn(member.command)
          : member.kind === 'process'
            ? addressesIn(member.command)
            : []
    for (const address of new Set(named))
      if (isPublic(address))
        wishing.want(
          'contain',
          2,
          { kind: 'block-address', address, seconds: wishing.options.blockSeconds },
          `${'path' in member ? member.path : 'a member'} names ${address}`,
          member.id,
        )
  }
}

function addressesIn(text: string): string[] {
  return text.match(/\b\d{1,3}(?:\.\d{1,3}){3}\b/g) ?? []
}

/** Any address that is not this host's own loopback; what must never be blocked the remedy refuses itself. */
export function isBlockable(address: string): boolean {
  return isIP(address) !== 0 && !/^(127\.|0\.|::1$|::$|fe80:|22[4-9]\.|23\d\.|255\.)/.test(address)
}

function isPublic(address: string): boolean {
  return (
    isIP(address) === 4 &&
    isBlockable(address) &&
    !/^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)/.test(address)
  )
}
