import { isIP } from 'node:net'
import type { WritableHost } from './host.ts'
import { type Blocked, type BlockingWay, type Firewall, NoFirewall, plainAddress } from './firewall.ts'
import { iptablesBlocks } from './iptables-blocks.ts'
import { lacksNftables, nftablesBlocks } from './nftables-blocks.ts'
import { neverBlocked } from './own-network.ts'
import { ownedByDpkg } from './packages/dpkg-state.ts'
import { alreadyDone, type Readiness, type Remedy, ready, refused } from './remedy.ts'

/** The way in which it was done; older journals hold nothing, and mean nftables. */
interface Way {
  readonly way: BlockingWay
}

/** Which firewall is used on a host: that of `way` or, without it, the better one that is there. */
export type FirewallChoice = (host: WritableHost, way?: BlockingWay) => Firewall

/** Drops all traffic with an address, in every direction and for containers too, until it expires. */
export function blockAddressBy(choice: FirewallChoice): Remedy<'block-address', Way | null> {
  return {
    kind: 'block-address',
    undoable: true,
    needsLive: true,
    async check({ address }, host) {
      if (isIP(address) === 0) return refused(`${address} is no address`)
      const why = neverBlocked(address, host)
      if (why !== undefined) return refused(`${address} is ${why}`)
      // What is only listed is let go when the list is: a block of its own lasts as long as it was asked for.
      return whetherBlocked(address, choice, host, { yes: alreadyDone, no: ready, listed: false })
    },
    prepare: async (_action, host) => ({ way: choice(host).way }),
    async apply({ address, seconds }, saved, host) {
      choice(host, wayOf(saved)).block(address, seconds)
      return undefined
    },
    async undo({ address }, saved, host) {
      choice(host, wayOf(saved)).unblock(address)
      return 'undone'
    },
  }
}

/** Lets traffic through again. Undo blocks for as long as was left. */
export function unblockAddressBy(
  choice: FirewallChoice,
): Remedy<'unblock-address', Partial<Way> & { readonly seconds: number }> {
  return {
    kind: 'unblock-address',
    undoable: true,
    needsLive: true,
    async check({ address }, host) {
      if (isIP(address) === 0) return refused(`${address} is no address`)
      return whetherBlocked(address, choice, host, { yes: ready, no: alreadyDone, listed: true })
    },
    async prepare({ address }, host) {
      const firewall = choice(host)
      return { way: firewall.way, seconds: blockOf(address, firewall)?.seconds ?? 3_600 }
    },
    async apply({ address }, saved, host) {
      choice(host, wayOf(saved)).unblock(address)
      return undefined
    },
    async undo({ address }, saved, host) {
      const firewall = choice(host, wayOf(saved))
      if (blockOf(address, firewall) === undefined) firewall.block(address, saved.seconds)
      return 'undone'
    },
  }
}

const eitherWay: FirewallChoice = (host, way) =>
  firewallOf(path => host.ownedUnmodified(path) || ownedByDpkg(path, host), way)

export const blockAddress = blockAddressBy(eitherWay)
export const unblockAddress = unblockAddressBy(eitherWay)

/**
 * The firewall of the running system: nftables, or iptables where nftables cannot do it. `owned` says whether a program is as
 * its package installed it; nothing else is run. Throws `NoFirewall`.
 */
export function firewallOf(owned: (path: string) => boolean, way?: BlockingWay): Firewall {
  const wanted = way ?? (lacksNftables() === undefined ? 'nftables' : 'iptables')
  return wanted === 'nftables' ? nftablesBlocks : iptablesBlocks({ owned })
}

/** What Davylamp's own table blocks now, with the seconds that are left. */
export function blockedAddresses(): Blocked[] {
  return nftablesBlocks.blocked()
}

async function whetherBlocked(
  address: string,
  choice: FirewallChoice,
  host: WritableHost,
  { yes, no, listed }: { yes: Readiness; no: Readiness; listed: boolean },
): Promise<Readiness> {
  try {
    const found = choice(host)
      .blocked()
      .some(one => one.address === plainAddress(address) && (listed || one.listed !== true))
    return found ? yes : no
  } catch (error) {
    if (error instanceof NoFirewall) return refused(error.message)
    throw error
  }
}

function blockOf(address: string, firewall: Firewall): Blocked | undefined {
  return firewall.blocked().find(one => one.address === plainAddress(address))
}

function wayOf(saved: Partial<Way> | null): BlockingWay {
  return saved?.way ?? 'nftables'
}
