import { BlockList, isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import { readFileSync } from 'node:fs'
import type { WritableHost } from './host.ts'
import { allProcesses, namesOf, procLink } from './processes.ts'
import { isSshd } from './protected.ts'

/** Why an address is never blocked, such as `the default gateway`; undefined when it may be. */
export function neverBlocked(address: string, host: WritableHost): string | undefined {
  return neverBlockedNow(host)(address)
}

/** The same for many addresses: the host is looked at once. */
export function neverBlockedNow(host: WritableHost): (address: string) => string | undefined {
  const groups: [string, Set<string>][] = (
    [
      ['an address of this host', ownAddresses()],
      ['a gateway', gateways()],
      ['a resolver', resolvers(host)],
      ['the other end of an ssh session', sshPeers()],
      ['the center', [...host.centers]],
    ] satisfies [string, string[]][]
  ).map(([what, addresses]) => [what, new Set(addresses.map(one))])
  return address => {
    const version = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    if (special.check(address, version)) return 'loopback, multicast or no single host'
    const wanted = one(address)
    return groups.find(([, addresses]) => addresses.has(wanted))?.[0]
  }
}

const special = new BlockList()
special.addSubnet('127.0.0.0', 8, 'ipv4')
special.addSubnet('0.0.0.0', 8, 'ipv4')
special.addSubnet('224.0.0.0', 3, 'ipv4')
special.addAddress('::', 'ipv6')
special.addAddress('::1', 'ipv6')
special.addSubnet('ff00::', 8, 'ipv6')
special.addSubnet('::ffff:127.0.0.0', 104, 'ipv6')

function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap(list => (list ?? []).map(({ address }) => address))
}

function gateways(): string[] {
  const four = lines('/proc/net/route')
    .map(line => line.split(/\s+/))
    .filter(([, , gateway]) => /^[0-9A-F]{8}$/.test(gateway ?? '') && gateway !== '00000000')
    .map(([, , gateway]) => address(gateway ?? ''))
  const six = lines('/proc/net/ipv6_route')
    .map(line => line.split(/\s+/)[4] ?? '')
    .filter(hop => /^[0-9a-f]{32}$/.test(hop) && !/^0+$/.test(hop))
    .map(hop => (hop.match(/.{4}/g) ?? []).join(':'))
  return [...four, ...six]
}

function resolvers(host: WritableHost): string[] {
  return ['/etc/resolv.conf', '/run/systemd/resolve/resolv.conf']
    .flatMap(path => lines(path === '/etc/resolv.conf' && host.root !== '/' ? `${host.root}${path}` : path))
    .map(line => /^\s*nameserver\s+([0-9a-fA-F:.]+)/.exec(line)?.[1])
    .filter(found => found !== undefined)
}

/** The other ends of what sshd has accepted. Which session is ours cannot be told with an empty environment: all are kept. */
function sshPeers(): string[] {
  const inodes = new Set<string>()
  for (const { pid } of allProcesses()) {
    if (!isSshd(pid)) continue
    for (const name of namesOf(pid, 'fd')) {
      const inode = /^socket:\[(\d+)\]$/.exec(procLink(pid, `fd/${name}`) ?? '')?.[1]
      if (inode !== undefined) inodes.add(inode)
    }
  }
  const rows = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap(lines).map(line => line.trim().split(/\s+/))
  const portOf = (endpoint = '') => endpoint.slice(endpoint.indexOf(':') + 1)
  const listening = new Set(rows.filter(row => row[3] === '0A' && inodes.has(row[9] ?? '')).map(row => portOf(row[1])))
  return (
    rows
      .filter(row => row[3] === '01' && inodes.has(row[9] ?? ''))
      // Without a listener (socket activation) the port tells nothing, and all its connections are kept.
      .filter(row => listening.size === 0 || listening.has(portOf(row[1])))
      .map(row => address((row[2] ?? '').split(':')[0] ?? ''))
  )
}

/** Words of four bytes in the machine's order, as /proc/net prints them. */
function address(hex: string): string {
  const bytes = Buffer.from(hex, 'hex')
  if (bytes.length % 4 !== 0) return ''
  bytes.swap32()
  if (bytes.length === 4) return bytes.join('.')
  return (bytes.toString('hex').match(/.{4}/g) ?? []).join(':')
}

/** One form for each address; a mapped IPv4 address is the IPv4 address. */
function one(text: string): string {
  if (isIP(text) !== 6) return text
  const short = new URL(`http://[${text.split('%')[0]}]`).hostname.slice(1, -1)
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(short)
  if (mapped === null) return short
  const number = (Number.parseInt(mapped[1] ?? '0', 16) << 16) | Number.parseInt(mapped[2] ?? '0', 16)
  return [24, 16, 8, 0].map(shift => (number >>> shift) & 255).join('.')
}

function lines(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n')
  } catch {
    return []
  }
}
