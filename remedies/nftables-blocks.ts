import { isIP } from 'node:net'
import { nftables } from '../native/write/nftables.ts'
import { type Blocked, blockingTime, type Firewall, NoFirewall, plainAddress } from './firewall.ts'

const table = { family: 'inet', table: 'davylamp' }
const wholeTable = { table: { family: table.family, name: table.table } }
const sets = { 4: 'blocked4', 6: 'blocked6' } as const
/** Addresses of lists, apart from what was blocked for something that happened. */
const listedSets = { 4: 'listed4', 6: 'listed6' } as const

/** Blocks addresses by sets with a time limit in a table of our own; the kernel forgets them by itself. */
export const nftablesBlocks: Firewall = { way: 'nftables', blocked, block, unblock, clear }

/**
 * Whether nftables can do what we need of it; a sentence where it cannot. Where our table is not there yet, all of it is made
 * and taken away again in one transaction, which changes nothing: old kernels know nf_tables and not all of this.
 */
export function lacksNftables(): string | undefined {
  if (hasTable()) return undefined
  const reply = nftables([...tableCommands(), { delete: wholeTable }])
  if (reply === undefined) return 'no libnftables, or a kernel without nf_tables'
  if ('output' in reply) return undefined
  const why = reply.error.split('\n')[0] ?? ''
  // Whoever may not do this may not do it by other means either.
  if (/permi(?:tted|ssion)/i.test(why)) throw new NoFirewall(`the firewall may not be changed from here: ${why}`)
  return why
}

function blocked(): Blocked[] {
  const listed = nftables([{ list: wholeTable }])
  if (listed === undefined || 'error' in listed) return []
  const found: Blocked[] = []
  for (const object of listed.output as { set?: { name?: string; elem?: unknown[] } }[]) {
    const isListed = object.set?.name?.startsWith('listed') === true
    for (const element of object.set?.elem ?? []) {
      const { elem } = element as { elem?: { val?: unknown; expires?: unknown } }
      const address = elem?.val ?? element
      if (typeof address !== 'string') continue
      found.push({ address, seconds: Number(elem?.expires ?? 0), ...(isListed ? { listed: true } : {}) })
    }
  }
  return found
}

function block(address: string, seconds: number): void {
  const commands = hasTable() ? [] : tableCommands()
  const elem = [{ elem: { val: plainAddress(address), timeout: blockingTime(seconds) } }]
  execute([...commands, { add: { element: { ...table, name: setOf(address), elem } } }])
}

function unblock(address: string): void {
  const all = blocked()
  const there = all.filter(one => one.address === plainAddress(address))
  if (there.length === 0) return
  const names = there.map(one => (one.listed === true ? listedSets : sets)[versionOf(address)])
  execute(names.map(name => ({ delete: { element: { ...table, name, elem: [plainAddress(address)] } } })))
  // The last one out takes the table along: nothing of ours stays in the firewall.
  if (all.length === there.length) execute([{ delete: wholeTable }])
}

/**
 * Puts these addresses in place of all that were listed before, in one transaction; with none of them all that is listed goes. Throws
 * `NoFirewall` or the reason why it was refused.
 */
export function replaceListed(addresses: readonly Blocked[]): void {
  const isThere = hasTable()
  if (addresses.length === 0) {
    if (!isThere) return
    if (blocked().every(one => one.listed === true)) return execute([{ delete: wholeTable }])
    if (!hasListedSets()) return
  }
  const making = [...(isThere ? [] : tableCommands()), ...(isThere && hasListedSets() ? [] : listedCommands())]
  const flushing = isThere && hasListedSets()
  const versions = [4, 6] as const
  execute([
    ...making,
    ...(flushing ? versions.map(version => ({ flush: { set: { ...table, name: listedSets[version] } } })) : []),
    ...versions.flatMap(version => {
      const elem = addresses
        .filter(one => versionOf(one.address) === version)
        .map(one => ({ elem: { val: plainAddress(one.address), timeout: blockingTime(one.seconds) } }))
      return elem.length === 0 ? [] : [{ add: { element: { ...table, name: listedSets[version], elem } } }]
    }),
  ])
}

function hasListedSets(): boolean {
  const listed = nftables([{ list: { sets: { family: table.family, table: table.table } } }])
  if (listed === undefined || 'error' in listed) return false
  return (listed.output as { set?: { name?: string; table?: string } }[]).some(
    one => one.set?.table === table.table && one.set.name === listedSets[4],
  )
}

function clear(): void {
  if (hasTable()) execute([{ delete: wholeTable }])
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
  return [{ add: wholeTable }, chain('output'), chain('input'), chain('forward'), ...setCommands(sets)]
}

function listedCommands(): unknown[] {
  return setCommands(listedSets)
}

/** Two sets with the rules that drop what comes from them or goes to them. */
function setCommands(names: { readonly 4: string; readonly 6: string }): unknown[] {
  const drop = (name: string, protocol: string, field: string, set: string) => {
    const match = { op: '==', left: { payload: { protocol, field } }, right: `@${set}` }
    return { add: { rule: { ...table, chain: name, expr: [{ match }, { counter: null }, { drop: null }] } } }
  }
  const set = (name: string, type: string) => ({ add: { set: { ...table, name, type, flags: ['timeout'] } } })
  const versions = [
    ['ip', names[4]],
    ['ip6', names[6]],
  ] as const
  return [
    set(names[4], 'ipv4_addr'),
    set(names[6], 'ipv6_addr'),
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
  if (reply === undefined)
    throw new NoFirewall('this system has no libnftables: block the address in your own firewall')
  if ('error' in reply) throw new Error(`the firewall refused: ${reply.error.split('\n')[0]}`)
}

function setOf(address: string): string {
  return sets[versionOf(address)]
}

function versionOf(address: string): 4 | 6 {
  return isIP(address) === 6 ? 6 : 4
}
