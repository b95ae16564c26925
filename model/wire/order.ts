import { z } from 'zod'

/** How a person wants an incident or finding handled on its host (the words of Security Center). */
export const handlings = ['terminate', 'terminate-and-quarantine', 'in-depth'] as const
export type Handling = (typeof handlings)[number]

const id = z.string().min(1).max(200)

/**
 * All that a center can ask of a host: the closed list. None of them carries a command, a script, a path to write to or
 * a program to start; each names something that the host itself found or keeps, and the host checks it again.
 */
export const orderAction = z.discriminatedUnion('kind', [
  /** Look now. `full` and `path` are answered with a refusal by agents that cannot do them (see their capabilities). */
  z.object({
    kind: z.literal('scan'),
    mode: z.enum(['quick', 'full', 'path']),
    path: z.string().max(4_096).optional(),
    cpuPercent: z.number().int().min(1).max(100).optional(),
  }),
  /** Send the whole inventory again. */
  z.object({ kind: z.literal('report-inventory') }),
  /** Send the processes that there are now. */
  z.object({ kind: z.literal('report-processes') }),
  /**
   * Carry out the host's plan for one incident that it computed. With `plan`, exactly that one (the host keeps those that
   * it reported); without, the one that the host computes at that moment. With `finding`, only what that finding is about.
   */
  z.object({
    kind: z.literal('clean'),
    incident: id,
    finding: id.optional(),
    handling: z.enum(handlings),
    plan: id.optional(),
    watchSeconds: z.number().int().min(0).max(3_600).optional(),
  }),
  /** Look again at what a run removed. */
  z.object({ kind: z.literal('prove'), run: id }),
  /** Take back a run, or one action of it with those that depend on it. */
  z.object({ kind: z.literal('undo'), run: id, action: z.number().int().positive().optional() }),
  /** Put a quarantined file back where it was. Never anywhere else. */
  z.object({ kind: z.literal('restore'), entry: id, sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
  /** Send a file that lies in quarantine, so that people can look into it. */
  z.object({ kind: z.literal('send-quarantined'), entry: id, sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
  /** Drop all traffic with an address until it expires. */
  z.object({
    kind: z.literal('block'),
    addresses: z
      .array(z.union([z.ipv4(), z.ipv6()]))
      .min(1)
      .max(256),
    seconds: z
      .number()
      .int()
      .min(60)
      .max(365 * 86_400),
    /** The incident whose address it is; needed unless an approver signed. */
    incident: id.optional(),
  }),
  z.object({
    kind: z.literal('unblock'),
    addresses: z
      .array(z.union([z.ipv4(), z.ipv6()]))
      .min(1)
      .max(256),
  }),
  /** Replace the program by a release whose signature and version the host checks. The center says only which. */
  z.object({ kind: z.literal('upgrade'), version: z.string().max(40), sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
  /** Stop the long task of an earlier order. */
  z.object({ kind: z.literal('cancel'), order: id }),
])
export type OrderAction = z.infer<typeof orderAction>
export type OrderKind = OrderAction['kind']
export const orderKinds = orderAction.options.map(one => one.shape.kind.value)

/** What the center signs: Ed25519 over the RFC 8785 form of this object. */
export const order = z.object({
  format: z.literal('davylamp-order'),
  version: z.literal(1),
  id: z.uuid(),
  /** The one agent that may take it. */
  agent: z.uuid(),
  /** Grows with each order for that agent; one that is not larger than the last taken is refused. */
  sequence: z.number().int().positive(),
  nonce: z.string().min(16).max(64),
  /** RFC 3339, by the center's clock. */
  issuedAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  action: orderAction,
})
export type Order = z.infer<typeof order>

/**
 * An approver's signature. What is signed names no order but what it may do where: `digests` holds, for each host, the
 * SHA-256 (hex) of the RFC 8785 form of `{ agent, action }`, so that one touch of a key approves a whole batch. For
 * `clean` the action must name its plan, whose id is the SHA-256 of the plan.
 * ed25519: `signature` is over the RFC 8785 form of `approved`. webauthn: the challenge is the SHA-256 of that form.
 */
export const approval = z.object({
  approved: z.object({
    format: z.literal('davylamp-approval'),
    version: z.literal(1),
    digests: z
      .array(z.string().regex(/^[0-9a-f]{64}$/))
      .min(1)
      .max(10_000),
    expiresAt: z.iso.datetime(),
  }),
  /** Name of the key as pinned on the host. */
  approver: z.string().min(1).max(200),
  proof: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('ed25519'), signature: z.base64() }),
    z.object({
      kind: z.literal('webauthn'),
      credential: z.string().max(1_024),
      authenticatorData: z.base64(),
      clientDataJson: z.base64(),
      signature: z.base64(),
    }),
  ]),
})
export type Approval = z.infer<typeof approval>

export const signedOrder = z.object({
  order,
  /** Which of the center's order keys; hosts pin them at enrolment and take a new one only signed by an old one. */
  key: z.string().max(100),
  signature: z.base64(),
  approvals: z.array(approval).max(5),
})
export type SignedOrder = z.infer<typeof signedOrder>

/** What became of an order, as the host says it. */
export const orderStates = ['accepted', 'running', 'done', 'partial', 'refused', 'failed', 'cancelled'] as const
export type OrderState = (typeof orderStates)[number]

/** Why a host refused, for programs; `reason` beside it is for people. */
export const refusals = [
  'bad-signature',
  'wrong-agent',
  'expired',
  'replayed',
  'unknown-kind',
  'not-capable',
  'no-such-incident',
  'no-such-plan',
  'plan-differs',
  'no-such-run',
  'no-such-entry',
  'not-of-this-center',
  'needs-approval',
  'needs-second-approval',
  'approval-invalid',
  'local-policy',
  'protected',
  'bad-release',
  'busy',
] as const
export type Refusal = (typeof refusals)[number]
