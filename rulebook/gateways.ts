import type { Target } from '../target/index.ts'

/** The routers of a running host (proc_pid_net(5): `route`, `ipv6_route`): where everything goes says nothing about any of it. */
export function gatewaysOf(target: Target): string[] {
  if (!target.live) return []
  const four = rows(target, '/proc/net/route').flatMap(([, , gateway = '']) => {
    if (!/^[0-9A-F]{8}$/.test(gateway) || gateway === '00000000') return []
    // Four bytes in the order of the machine, and all that this runs on are little-endian.
    return [Buffer.from(gateway, 'hex').reverse().join('.')]
  })
  const six = rows(target, '/proc/net/ipv6_route').flatMap(([, , , , hop = '']) =>
    /^[0-9a-f]{32}$/.test(hop) && !/^0+$/.test(hop) ? [(hop.match(/.{4}/g) ?? []).join(':')] : [],
  )
  return [...four, ...six]
}

function rows(target: Target, path: string): string[][] {
  const text = target.files.text(path, 1 << 20) ?? ''
  return text.split('\n').map(line => line.trim().split(/\s+/))
}
