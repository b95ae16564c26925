import { z } from 'zod'
import { orderKinds } from './order.ts'

/** Time of day on the host, `HH:MM`. */
const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/)

/** What a center asks of the agents of a group. An agent applies it only as far as its own `agent.yml` allows. */
export const centerPolicy = z.object({
  version: z.number().int().positive(),
  scan: z.object({
    quick: z.object({ everyMinutes: z.number().int().min(5).max(10_080) }),
    /** Absent: no full scans. Ignored by agents that cannot do them. */
    full: z.object({ everyDays: z.number().int().min(1).max(90), at: clock }).optional(),
    cpuPercent: z.number().int().min(1).max(100),
  }),
  inventoryEveryMinutes: z.number().int().min(5).max(10_080),
  reportCostEveryMinutes: z.number().int().min(1).max(1_440),
  laterLooks: z.boolean(),
  /** Settings of agents to come (see their capabilities): `observe` is what they do today. */
  prevention: z.enum(['off', 'observe', 'block']),
  autoResponse: z.enum(['off', 'confirmed']),
})
export type CenterPolicy = z.infer<typeof centerPolicy>

export const defaultPolicy: CenterPolicy = {
  version: 1,
  scan: { quick: { everyMinutes: 60 }, cpuPercent: 30 },
  inventoryEveryMinutes: 60,
  reportCostEveryMinutes: 5,
  laterLooks: true,
  prevention: 'observe',
  autoResponse: 'off',
}

/** An approver whose signatures this host believes. */
export const pinnedApprover = z.discriminatedUnion('kind', [
  /** `key`: SubjectPublicKeyInfo, base64 DER (what `davylamp approver key` prints). */
  z.strictObject({ name: z.string().min(1).max(200), kind: z.literal('ed25519'), key: z.base64() }),
  z.strictObject({
    name: z.string().min(1).max(200),
    kind: z.literal('webauthn'),
    credential: z.string().max(1_024),
    /** COSE public key, base64. */
    key: z.base64(),
    relyingParty: z.string().max(253),
    origin: z.url(),
  }),
])
export type PinnedApprover = z.infer<typeof pinnedApprover>

/** `/etc/davylamp/agent.yml`: what the owner of the host decides. It can only tighten what a center asks. */
export const agentConfig = z.strictObject({
  /** Where to report; absent: the agent works alone. */
  center: z.url({ protocol: /^https$/ }).optional(),
  orders: z
    .strictObject({
      /** Kinds that are carried out at all. */
      accept: z.array(z.enum(orderKinds)).default([...orderKinds]),
      /** Kinds that need an approver's signature even where the incident is the host's own. */
      needApproval: z.array(z.enum(orderKinds)).default([]),
      /** How many different approvers an order that needs approval must carry. */
      approvals: z.number().int().min(1).max(2).default(1),
      approvers: z.array(pinnedApprover).default([]),
      /** Handle incidents that are only suspected on the center's word. */
      suspected: z.boolean().default(true),
      /** Most actions that one order may carry out. */
      mostActions: z.number().int().min(1).max(10_000).default(500),
      /** Largest file that an order may have sent from quarantine. */
      mostFileMegabytes: z.number().int().min(1).max(64).default(64),
      /** Nothing below these paths is touched by an order. */
      neverTouch: z.array(z.string().startsWith('/')).default([]),
      /** Only between these times (host's time zone); absent: always. */
      between: z.strictObject({ from: clock, to: clock }).optional(),
    })
    .prefault({}),
  scan: z
    .strictObject({
      cpuPercent: z.number().int().min(1).max(100).default(100),
      /** No scheduled scans between these times; orders still may. */
      notBetween: z.strictObject({ from: clock, to: clock }).optional(),
      /** Without a center. */
      everyMinutes: z.number().int().min(5).max(10_080).default(60),
    })
    .prefault({}),
  /** The most that may be done on its own; sensors come later. */
  prevention: z.enum(['off', 'observe', 'block']).default('block'),
  /** Let the center replace the program by a signed newer release. */
  upgrade: z.boolean().default(false),
  /** Whom to tell when there is no center: see docs/notifications.md. Channel documents as `notify/` knows them. */
  notify: z.array(z.record(z.string(), z.unknown())).default([]),
  spool: z.strictObject({ mostMegabytes: z.number().int().min(1).max(10_240).default(256) }).prefault({}),
})
export type AgentConfig = z.infer<typeof agentConfig>
