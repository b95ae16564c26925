import { isIP } from 'node:net'
import { nftables } from '../native/write/nftables.ts'
import { neverBlocked } from './own-network.ts'
import { alreadyDone, type Remedy, ready, refused } from './remedy.ts'

const table = { family: 'inet', table: 'davylamp' }
const sets = { 4: 'blocked4', 6: 'blocked6' } as const

/** Drops all traffic with an address, in every direction and for containers too, until it expires. */
export const blockAddress: Remedy<'block-address', null> = {
  kind: 'block-address',
  undoable: true,
  needsLive: true,
  async check({ address }, host) {
    if (isIP(address) === 0) return refused(`${address} is no address`)
    const why = neverBlocked(address, host)
    if (why !== undefined) return refused(`${address} is ${why}`)
    return blockedAddresses().some(one => one.address === plain(address)) ? alreadyDone : ready
  },
  prepare: async () => null,
  async apply({ address, seconds }) {
    block(address, seconds)
    return undefined
  },
  async undo({ address }) {
    unblock(address)
    return 'undone'
  },
}

/** Lets traffic through again. Undo blocks for as long as was left. */
export const unblockAddress: Remedy<'unblock-address', { readonly seconds: number }> = {
  kind: 'unblock-address',
  undoable: true,
  needsLive: true,
  async check({ address }) {
    if (isIP(address) === 0) return refused(`${address} is no address`)
    return blockedAddresses().some(one => one.address === plain(address)) ? ready : alreadyDone
  },
  async prepare({ address }) {
    return { seconds: blockedAddresses().find(one => one.address === plain(address))?.seconds ?? 3_600 }
  },
  async apply({ address }) {
    unblock(address)
    return undefined
  },
  async undo({ address }, { seconds }) {
    if (!blockedAddresses().some(one => one.address === plain(address))) block(address, seconds)
    return 'undone'
  },
}

/** What Davylamp's own table blocks now, with the seconds that are left. */
export function blockedAddresses(): { address: string; seconds: number }[] {
  const listed = nftables([{ list: { table: { family: table.family, name: table.table } } }])
  if (listed === undefined || 'error' in listed) return []
  const found: { address: string; seconds: number }[] = []
  for (const object of listed.output as { set?: { elem?: unknown[] } }[]) {
    for (const element of object.set?.elem ?? []) {
      const { elem } = element as { elem?: { val?: unknown; expires?: unknown } }
      const address = elem?.val ?? element
      if (typeof address === 'string') found.push({ address, seconds: Number(elem?.expires ?? 0) })
    }
  }
  return found
}

function block(address: string, seconds: number): void {
  const timeout = Math.min(Math.max(Math.round(seconds), 1), 30 * 86_400)
  const set = setOf(address)
  const commands = hasTable() ? [] : tableCommands()
  const elem = [{ elem: { val: plain(address), timeout } }]
  execute([...commands, { add: { element: { ...table, name: set, elem } } }])
}

function unblock(address: string): void {
  const blocked = blockedAddresses()
  if (!blocked.some(one => one.address === plain(address))) return
  execute([{ delete: { element: { ...table, name: setOf(address), elem: [plain(address)] } } }])
  // The last one out takes the table along: nothing of ours stays in the firewall.
  if (blocked.length === 1) execute([{ delete: { table: { family: table.family, name: table.table } } }])
}

function hasTable(): boolean {
  const listed = nftables([{ list: { tables: null } }])
  if (listed === undefined || 'error' in listed) return false
  return (listed.output as { table?: { family: string; name: string } }[]).some(
    one => one.table?.family === table.family && one.table.name === table.table,
  )
}

function tableCommands(): unknown[] {
  const chain = (name: string) => ({
    add: { chain: { ...table, name, type: 'filter', hook: name, prio: -150, policy: 'accept' } },
  })
  const drop = (name: string, protocol: string, field: string, set: string) => {
    const match = { op: '==', left: { payload: { protocol, field } }, right: `@${set}` }
    return { add: { rule: { ...table, chain: name, expr: [{ match }, { counter: null }, { drop: null }] } } }
  }
  const set = (name: string, type: string) => ({ add: { set: { ...table, name, type, flags: ['timeout'] } } })
  const versions = [
    ['ip', sets[4]],
    ['ip6', sets[6]],
  ] as const
  return [
    { add: { table: { family: table.family, name: table.table } } },
    set(sets[4], 'ipv4_addr'),
    set(sets[6], 'ipv6_addr'),
    chain('output'),
    chain('input'),
    chain('forward'),
    ...versions.flatMap(([protocol, name]) => [
      drop('output', protocol, 'daddr', name),
      drop('input', protocol, 'saddr', name),
      drop('forward', protocol, 'daddr', name),
      drop('forward', protocol, 'saddr', name),
    ]),
  ]
}

function execute(commands: unknown[]): void {
  const reply = nftables(commands)
  if (reply === undefined) throw new Error('this system has no libnftables: block the address in your own firewall')
  if ('error' in reply) throw new Error(`the firewall refused: ${reply.error.split('\n')[0]}`)
}

function setOf(address: string): string {
  return sets[isIP(address) === 6 ? 6 : 4]
}

/** The form in which the kernel's tools print an address. */
function plain(address: string): string {
  return isIP(address) === 6 ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address
}
