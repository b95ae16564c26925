import { isIP } from 'node:net'
import { nftables } from '../native/write/nftables.ts'
import { type Blocked, blockingTime, type Firewall, NoFirewall, plainAddress } from './firewall.ts'

const table = { family: 'inet', table: 'davylamp' }
const wholeTable = { table: { family: table.family, name: table.table } }
const sets = { 4: 'blocked4', 6: 'blocked6' } as const

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
  const commands = hasTable() ? [] : tableCommands()
  const elem = [{ elem: { val: plainAddress(address), timeout: blockingTime(seconds) } }]
  execute([...commands, { add: { element: { ...table, name: setOf(address), elem } } }])
}

function unblock(address: string): void {
  const all = blocked()
  if (!all.some(one => one.address === plainAddress(address))) return
  execute([{ delete: { element: { ...table, name: setOf(address), elem: [plainAddress(address)] } } }])
  // The last one out takes the table along: nothing of ours stays in the firewall.
  if (all.length === 1) execute([{ delete: wholeTable }])
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
    { add: wholeTable },
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
  if (reply === undefined)
    throw new NoFirewall('this system has no libnftables: block the address in your own firewall')
  if ('error' in reply) throw new Error(`the firewall refused: ${reply.error.split('\n')[0]}`)
}

function setOf(address: string): string {
  return sets[isIP(address) === 6 ? 6 : 4]
}
