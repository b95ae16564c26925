import { z } from 'zod'

/** As many as one order may block (model/wire/order.ts). */
export const mostAddresses = 256

const address = z.union([z.ipv4(), z.ipv6()])

export interface ReadAddresses {
  /** Each once, as it was written. */
  readonly addresses: readonly string[]
  /** What stands there and is no address. */
  readonly wrong: readonly string[]
  /** Those of private networks and of the machine itself (RFC 1918, 4193, 1122, 3927, 4291): to be blocked with thought. */
  readonly own: readonly string[]
}

/** What somebody typed or pasted: addresses between spaces, commas, semicolons or line ends. */
export function readAddresses(text: string): ReadAddresses {
  const words = [...new Set(text.split(/[\s,;]+/).filter(word => word !== ''))]
  const addresses = words.filter(word => address.safeParse(word).success)
  return {
    addresses,
    wrong: words.filter(word => !address.safeParse(word).success),
    own: addresses.filter(isOwn),
  }
}

function isOwn(text: string): boolean {
  if (/^(?:10|127|0)\.|^192\.168\.|^169\.254\.|^172\.(?:1[6-9]|2\d|3[01])\./.test(text)) return true
  const lower = text.toLowerCase()
  return lower === '::1' || lower === '::' || /^f[cd]|^fe[89ab]/.test(lower)
}
