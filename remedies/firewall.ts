import { isIP } from 'node:net'

/** An address that is blocked, with the seconds that are left. */
export interface Blocked {
  readonly address: string
  readonly seconds: number
  /** Because it is on a list of indicators, and not for something that happened here. */
  readonly listed?: boolean
}

/** The way by which addresses are blocked: our own table of nftables or, where that is not there, our own chain of iptables. */
export type BlockingWay = 'nftables' | 'iptables'

/** One way of blocking addresses. All throw `NoFirewall` or the reason why it was refused. */
export interface Firewall {
  readonly way: BlockingWay
  blocked(): Blocked[]
  block(address: string, seconds: number): void
  /** Takes away all that is there of an address, and with the last one everything of ours. */
  unblock(address: string): void
  /** Takes away everything of ours: all addresses, then the table or chain. */
  clear(): void
}

/** This host has nothing that could block an address, or nothing that may be trusted to. */
export class NoFirewall extends Error {
  override readonly name = 'NoFirewall'
}

/** At least a second, at most 30 days. */
export function blockingTime(seconds: number): number {
  return Math.min(Math.max(Math.round(seconds), 1), 30 * 86_400)
}

/** The form in which the kernel's tools print an address. */
export function plainAddress(address: string): string {
  return isIP(address) === 6 ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address
}
