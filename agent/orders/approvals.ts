import { createHash, createPublicKey, verify } from 'node:crypto'
import { canonicalHash, canonicalJson } from '../../engine/index.ts'
import type { Approval, Order, PinnedApprover } from '../../model/wire/index.ts'
import { wrongAssertion } from './webauthn.ts'

/** The approvals of an order, weighed. */
export interface Weighed {
  /** Names of different approvers whose signature holds for exactly this order. */
  readonly approvers: readonly string[]
  /** What was wrong with the others. */
  readonly wrong: readonly string[]
  /** Names the uses, so that a signature serves for one order only. */
  readonly uses: readonly string[]
}

export interface ApprovalRules {
  readonly pinned: readonly PinnedApprover[]
  readonly now: Date
  used(use: string): boolean
}

/** An approval may be given this long ahead. */
const longestDays = 31

/** SHA-256 of what an approver agrees to on one host: that action, there. */
export function approvalDigest(order: Pick<Order, 'agent' | 'action'>): string {
  return canonicalHash({ agent: order.agent, action: order.action })
}

/** Which of the approvals count for this order on this host. Names and keys that the host does not pin count nothing. */
export function weighApprovals(order: Order, approvals: readonly Approval[], rules: ApprovalRules): Weighed {
  const digest = approvalDigest(order)
  const found = new Map<string, { name: string; use: string }>()
  const wrong: string[] = []
  for (const approval of approvals) {
    const pinned = rules.pinned.find(one => one.name === approval.approver && one.kind === approval.proof.kind)
    const use = createHash('sha256')
      .update(`${canonicalHash(approval.approved)} ${digest} ${pinned?.key ?? ''}`)
      .digest('hex')
    const reason =
      wrongApproval(approval, pinned, digest, rules) ?? (rules.used(use) ? 'it was used before' : undefined)
    if (reason !== undefined) wrong.push(`The approval of ${approval.approver} does not count: ${reason}.`)
    // One key that is pinned under two names is still one person.
    else if (pinned !== undefined) found.set(pinned.key, { name: pinned.name, use })
  }
  const counted = [...found.values()]
  return { approvers: counted.map(one => one.name), wrong, uses: counted.map(one => one.use) }
}

function wrongApproval(
  { approved, proof }: Approval,
  pinned: PinnedApprover | undefined,
  digest: string,
  { now }: ApprovalRules,
): string | undefined {
  if (pinned === undefined) return 'agent.yml pins no such approver'
  const expires = Date.parse(approved.expiresAt)
  if (expires <= now.getTime()) return `it ran out at ${approved.expiresAt}`
  if (expires > now.getTime() + longestDays * 86_400_000) return `it would hold for more than ${longestDays} days`
  if (!approved.digests.includes(digest)) return 'it is for something else or another host'
  if (proof.kind === 'webauthn' && pinned.kind === 'webauthn')
    return wrongAssertion(proof, pinned, createHash('sha256').update(canonicalJson(approved)).digest())
  if (proof.kind !== 'ed25519') return 'it is of another kind than the pinned key'
  return verifiesEd25519(canonicalJson(approved), proof.signature, pinned.key) ? undefined : 'its signature is wrong'
}

/** Ed25519 (RFC 8032) over a text; `publicKey` is a SubjectPublicKeyInfo in base64 DER. False for whatever is no such key. */
export function verifiesEd25519(text: string, signature: string, publicKey: string): boolean {
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' })
    return key.asymmetricKeyType === 'ed25519' && verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64'))
  } catch {
    return false
  }
}
