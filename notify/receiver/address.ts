import { lookup as resolve } from 'node:dns/promises'
import { BlockList, isIP, isIPv6 } from 'node:net'
import { ReceiverError } from './trouble.ts'

/**
 * Where clouds keep the credentials of a machine. Whoever may write channels could otherwise have the center fetch them.
 * Private and loopback addresses are allowed: receivers that people host themselves live there.
 */
const metadata = new BlockList()
metadata.addSubnet('169.254.0.0', 16, 'ipv4')
metadata.addSubnet('fe80::', 10, 'ipv6')
metadata.addAddress('fd00:ec2::254', 'ipv6')
metadata.addAddress('fd20:ce::254', 'ipv6')
metadata.addAddress('100.100.100.200', 'ipv4')
metadata.addAddress('168.63.129.16', 'ipv4')
metadata.addAddress('192.0.0.192', 'ipv4')

/** Link-local addresses and those of metadata services, also written as IPv4 within IPv6. */
export function isMetadataAddress(address: string): boolean {
  const bare = address.replace(/^\[|\]$/g, '').split('%')[0] ?? ''
  if (isIP(bare) === 0) return false
  if (!isIPv6(bare)) return metadata.check(bare, 'ipv4')
  const embedded = ipv4Within(bare)
  return metadata.check(bare, 'ipv6') || (embedded !== undefined && metadata.check(embedded, 'ipv4'))
}

/** The address to connect to. Looked up once and used as it is, so that a second answer of the DNS cannot differ. */
export async function addressOf(host: string, allowLinkLocal: boolean): Promise<string> {
  const bare = host.replace(/^\[|\]$/g, '')
  const found = isIP(bare) === 0 ? await resolve(bare, { all: true, order: 'ipv4first' }) : [{ address: bare }]
  const [first] = found
  if (first === undefined) throw new ReceiverError(`${host}: there is no such name`, true)
  if (!allowLinkLocal && found.some(one => isMetadataAddress(one.address)))
    throw new ReceiverError(
      `${host} is a link-local address or a cloud's metadata service, which gives away credentials. If it is meant to be so, set allowLinkLocal`,
      false,
    )
  return first.address
}

/** `::ffff:a.b.c.d`, `64:ff9b::…` (NAT64) and the old `::a.b.c.d`, in any spelling. */
function ipv4Within(address: string): string | undefined {
  const host = new URL(`http://[${address}]/`).hostname.slice(1, -1)
  const match = /^(?:::ffff:|::|64:ff9b::)([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(host)
  if (match === null) return undefined
  const high = Number.parseInt(match[1] ?? '0', 16)
  const low = Number.parseInt(match[2] ?? '0', 16)
  return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`
}
