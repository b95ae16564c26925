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
  /** How far agents go against what is confirmed (see their capabilities): `off` listens to nothing, `observe` tells, `block` acts. */
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

const between = z.strictObject({ from: clock, to: clock })

/** What an agent listens to. */
export const watchConfig = z.strictObject({
  exec: z.boolean().default(true),
  connections: z.boolean().default(true),
  files: z.boolean().default(true),
  load: z.boolean().default(true),
  logins: z.boolean().default(true),
  /** Names that this host itself asks for (DNS) or calls (TLS), read from its own interfaces. */
  names: z.boolean().default(false),
  busy: z
    .strictObject({
      /** Of one core; what is above counts as busy. */
      percent: z.number().int().min(10).max(100).default(80),
      /** Busy so long, all together, before somebody is told of a load that nothing vouches for and that keeps sending. */
      minutes: z.number().min(0.25).max(1_440).default(10),
    })
    .prefault({}),
})
export type WatchConfig = z.infer<typeof watchConfig>

/** What an agent may do by itself, in `block` and about what is confirmed only. */
export const responseConfig = z.strictObject({
  /** Absent from the list: it is only told. A start is prevented in any case. */
  may: z
    .array(z.enum(['kill-process', 'block-address', 'disarm-autostart', 'quarantine-file', 'clean']))
    .default(['kill-process', 'block-address', 'disarm-autostart']),
  /** Tells what would have been done, and does nothing: no start is prevented either. */
  dryRun: z.boolean().default(false),
  /** Only between these times (host's time zone); absent: always. */
  between: between.optional(),
  /** Within one hour; what is more is only told. */
  mostPerHour: z
    .strictObject({
      kills: z.number().int().min(0).max(10_000).default(60),
      blocks: z.number().int().min(0).max(10_000).default(200),
      disarms: z.number().int().min(0).max(10_000).default(30),
      quarantines: z.number().int().min(0).max(10_000).default(30),
      cleans: z.number().int().min(0).max(100).default(2),
    })
    .prefault({}),
  /** Never touched, and never kept from starting. */
  protect: z
    .strictObject({
      /** Paths of programs, files and folders; a folder stands for all below it. */
      paths: z.array(z.string().startsWith('/')).max(1_000).default([]),
      users: z.array(z.string().min(1)).max(1_000).default([]),
      /** Ids or names of containers. */
      containers: z.array(z.string().min(1)).max(1_000).default([]),
    })
    .prefault({}),
  /** Addresses or networks (CIDR) that are never blocked. */
  neverBlock: z
    .array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]))
    .max(1_000)
    .default([]),
  /** Addresses and domains' addresses of indicators are blocked as long as they are believed. */
  indicators: z.boolean().default(true),
  bruteForce: z
    .strictObject({
      block: z.boolean().default(true),
      /** Failed logins from one address within `minutes`. */
      failures: z.number().int().min(3).max(1_000).default(10),
      minutes: z.number().int().min(1).max(1_440).default(10),
      /** How long it is blocked the first time; longer when it comes back. */
      blockMinutes: z.number().int().min(1).max(10_080).default(30),
    })
    .prefault({}),
})
export type ResponseConfig = z.infer<typeof responseConfig>

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
      between: between.optional(),
    })
    .prefault({}),
  scan: z
    .strictObject({
      cpuPercent: z.number().int().min(1).max(100).default(100),
      /** No scheduled scans between these times; orders still may. */
      notBetween: between.optional(),
      /** Without a center. */
      everyMinutes: z.number().int().min(5).max(10_080).default(60),
    })
    .prefault({}),
  /** Without a center what is done, `observe` when absent; with one the most that it may ask for, any when absent. */
  prevention: z.enum(['off', 'observe', 'block']).optional(),
  watch: watchConfig.prefault({}),
  response: responseConfig.prefault({}),
  /** Numbers for Prometheus, at this address of this host only; absent: nobody listens (`davylamp status --prometheus` has them too). */
  metrics: z.strictObject({ listen: z.string().regex(/^(127(\.\d{1,3}){3}|\[::1\]):\d{1,5}$/) }).optional(),
  /** Let the center replace the program by a signed newer release. */
  upgrade: z.boolean().default(false),
  /** Whom to tell when there is no center: see docs/notifications.md. Channel documents as `notify/` knows them. */
  notify: z.array(z.record(z.string(), z.unknown())).default([]),
  spool: z.strictObject({ mostMegabytes: z.number().int().min(1).max(10_240).default(256) }).prefault({}),
})
export type AgentConfig = z.infer<typeof agentConfig>
