import { BlockList, isIP } from 'node:net'

export type AddressScope = 'loopback' | 'private' | 'link-local' | 'public'

// RFC 1918, 6598, 4193, 3927, 4291; IANA special-purpose registries.
const loopback = listOf(['127.0.0.0', 8, 'ipv4'], ['::1', 128, 'ipv6'])
const local = listOf(['169.254.0.0', 16, 'ipv4'], ['fe80::', 10, 'ipv6'])
const inside = listOf(
  ['10.0.0.0', 8, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['fc00::', 7, 'ipv6'],
)

/** How far away an address lies. An IPv4 address inside an IPv6 one counts as itself. */
export function addressScope(address: string): AddressScope {
  const plain = plainAddress(address)
  const family = isIP(plain) === 6 ? 'ipv6' : 'ipv4'
  if (isIP(plain) === 0) return 'public'
  if (loopback.check(plain, family)) return 'loopback'
  if (local.check(plain, family)) return 'link-local'
  return inside.check(plain, family) ? 'private' : 'public'
}

/** 0.0.0.0 and ::, which stand for every address of the host. */
export function isUnspecified(address: string): boolean {
  return /^(?:0\.0\.0\.0|::|\*|)$/.test(plainAddress(address))
}

function plainAddress(address: string): string {
  return address.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.)/i, '')
}

function listOf(...subnets: [string, number, 'ipv4' | 'ipv6'][]): BlockList {
  const list = new BlockList()
  for (const [network, prefix, family] of subnets) list.addSubnet(network, prefix, family)
  return list
}
