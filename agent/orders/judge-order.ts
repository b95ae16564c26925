import { isDeepStrictEqual } from 'node:util'
import { canonicalHash, canonicalJson } from '../../engine/index.ts'
import {
  type Order,
  orderKinds,
  type Refusal,
  type SignedOrder,
  signedOrder as signedOrderSchema,
} from '../../model/wire/index.ts'
import { verifiesEd25519, weighApprovals } from './approvals.ts'
import type { HostKnowledge } from './knowledge.ts'
import { localLimits, objectAndStanding } from './standing.ts'

/** What the host says to an order. */
export type Judgement =
  | {
      readonly kind: 'accepted'
      readonly order: Order
      readonly hash: string
      readonly approvers: readonly string[]
      readonly approvalUses: readonly string[]
    }
  | {
      readonly kind: 'refused'
      readonly refusal: Refusal
      readonly reason: string
      /** Set once it is certain that the center made it for this host: then it is written down, so that it cannot come again. */
      readonly order?: Order
      readonly hash?: string
    }

/** Clocks of host and center may be this far apart. */
const toleranceMs = 5 * 60_000
const longestDays = 31

/**
 * Whether this host does what an order asks: whose it is, whether it is new, what the owner of the host allows, and above all
 * whether the host itself found or keeps what it names – else an approver must have signed exactly it. Pure but for what
 * `knowledge` reads. `input` is whatever came over the wire.
 */
export function judgeOrder(input: unknown, knowledge: HostKnowledge): Judgement {
  const parsed = signedOrderSchema.safeParse(input)
  if (!parsed.success) return refused('unknown-kind', unreadable(input))
  const signed = parsed.data
  // A field that this version does not know could be a limit that the sender counts on.
  if (!isDeepStrictEqual(input, signed))
    return refused('unknown-kind', 'The order has fields that this version does not know. Upgrade the agent.')
  const { order } = signed
  const origin = wrongOrigin(signed, knowledge)
  if (origin !== undefined) return origin
  const hash = canonicalHash(order)
  const no = (refusal: Refusal, reason: string): Judgement => ({ kind: 'refused', refusal, reason, order, hash })
  const time = wrongTime(order, knowledge.now)
  if (time !== undefined) return no('expired', time)
  const limit = localLimits(order.action, knowledge)
  if (limit !== undefined) return no(limit.refusal, limit.reason)
  const standing = objectAndStanding(order.action, knowledge)
  if (standing.kind === 'impossible') return no(standing.refusal, standing.reason)
  const why = knowledge.policy.needApproval.includes(order.action.kind)
    ? `agent.yml wants an approver's signature for every ${order.action.kind} (orders.needApproval)`
    : standing.kind === 'approval'
      ? standing.why
      : undefined
  if (why === undefined) return { kind: 'accepted', order, hash, approvers: [], approvalUses: [] }
  return withApproval(signed, why, hash, knowledge)
}

/** Whom the order comes from, for whom it is, and that it is new. Nothing of it is written down when this is wrong. */
function wrongOrigin({ order, key, signature }: SignedOrder, knowledge: HostKnowledge): Judgement | undefined {
  const pinned = knowledge.orderKeys.find(one => one.key === key)
  if (pinned === undefined || !verifiesEd25519(canonicalJson(order), signature, pinned.publicKey))
    return refused('bad-signature', 'The order is not signed by an order key that this host pinned when it enrolled.')
  if (order.agent !== knowledge.agent) return refused('wrong-agent', 'The order is for another agent.')
  if (order.sequence <= knowledge.lastSequence || knowledge.hasNonce(order.nonce))
    return refused(
      'replayed',
      `The order has number ${order.sequence}, and ${knowledge.lastSequence} was taken before. Send a new one.`,
    )
  return undefined
}

function wrongTime(order: Order, now: Date): string | undefined {
  const [issued, expires] = [Date.parse(order.issuedAt), Date.parse(order.expiresAt)]
  const clocks = `The clock of this host says ${now.toISOString()}; if that is wrong, correct it, else the center's.`
  if (expires + toleranceMs <= now.getTime()) return `The order ran out at ${order.expiresAt}. ${clocks}`
  if (issued - toleranceMs > now.getTime()) return `The order is of ${order.issuedAt}, which is yet to come. ${clocks}`
  if (expires - issued > longestDays * 86_400_000 || expires <= issued)
    return `The order would hold from ${order.issuedAt} to ${order.expiresAt}; ${longestDays} days are the most.`
  return undefined
}

function withApproval(signed: SignedOrder, why: string, hash: string, knowledge: HostKnowledge): Judgement {
  const { order, approvals } = signed
  const { policy } = knowledge
  const no = (refusal: Refusal, reason: string): Judgement => ({ kind: 'refused', refusal, reason, order, hash })
  if (order.action.kind === 'clean' && order.action.plan === undefined)
    return no('needs-approval', `An approver must sign it: ${why}. For that it must name the plan that was approved.`)
  if (approvals.length === 0) {
    const who = policy.approvers.map(one => one.name).join(', ')
    const hint = who === '' ? 'No approver is pinned in agent.yml, so nobody can.' : `Approvers here: ${who}.`
    return no('needs-approval', `An approver must sign it: ${why}. ${hint}`)
  }
  const { approvers, wrong, uses } = weighApprovals(order, approvals, {
    pinned: policy.approvers,
    now: knowledge.now,
    used: use => knowledge.approvalUsed(use),
  })
  if (approvers.length === 0) return no('approval-invalid', wrong.join(' '))
  if (approvers.length < policy.approvals)
    return no(
      'needs-second-approval',
      [`${policy.approvals} different approvers must sign it; ${approvers.join(', ')} did.`, ...wrong].join(' '),
    )
  return { kind: 'accepted', order, hash, approvers, approvalUses: uses }
}

function refused(refusal: Refusal, reason: string): Judgement {
  return { kind: 'refused', refusal, reason }
}

function unreadable(input: unknown): string {
  const kind = at(at(at(input, 'order'), 'action'), 'kind')
  if (typeof kind === 'string' && !orderKinds.some(one => one === kind))
    return 'This agent knows no such action. Nothing but the kinds that it announces can be ordered.'
  return 'This is no order that this agent can read.'
}

function at(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined
}
