import { canonicalHash } from '../../engine/index.ts'
import type { OrderAction } from '../../model/wire/index.ts'

/** What an approver signs for one host: the SHA-256 (hex) of the RFC 8785 form of `{ agent, action }`. */
export function orderDigest(agent: string, action: OrderAction): string {
  return canonicalHash({ agent, action })
}
