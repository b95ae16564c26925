import { z } from 'zod'
import { agentHealth } from '../wire/report.ts'
import { pageOf, paging } from './paging.ts'
import type { RouteTable } from './route.ts'

const time = z.iso.datetime()
const tag = z.string().trim().min(1).max(100)
const agentParams = z.object({ agent: z.uuid() })
const enrolmentParams = z.object({ enrolment: z.uuid() })

export const agentStates = ['active', 'pending', 'revoked', 'replaced'] as const

/** How a new host joins. */
export const joinInstructions = z.object({
  /** Where agents reach the center. */
  address: z.string(),
  /** SHA-256 of the center's CA certificate (DER, hex): the host checks it before it says anything. */
  fingerprint: z.string(),
  /** For a host that has Davylamp. Run as root. */
  join: z.string(),
  /** For a host without: fetches the package of its architecture from this center, checks it, then joins. Run as root. */
  install: z.array(z.object({ architecture: z.string(), command: z.string() })),
})

export const enrolmentTokenObject = z.object({
  id: z.uuid(),
  name: z.string(),
  group: z.object({ id: z.uuid(), name: z.string() }),
  tags: z.array(z.string()),
  usesLeft: z.number().int(),
  needsApproval: z.boolean(),
  createdBy: z.string(),
  createdAt: time,
  expiresAt: time,
  revokedAt: time.optional(),
  /** Good for another host now. */
  usable: z.boolean(),
})

export const enrolmentObject = z.object({
  id: z.uuid(),
  state: z.enum(['pending', 'approved', 'refused']),
  hostname: z.string(),
  /** Address that it came from. */
  address: z.string(),
  program: z.string(),
  /** SHA-256 of the host's public key (hex): `davylamp agent join` shows the same on the host while it waits, and `davylamp status` later. */
  keyFingerprint: z.string(),
  group: z.object({ id: z.uuid(), name: z.string() }),
  token: z.object({ id: z.uuid(), name: z.string() }),
  /** A host with the same machine id is known already; approving with `keepHost` goes on with its history. */
  knownHost: z.object({ id: z.uuid(), name: z.string() }).optional(),
  askedAt: time,
  decidedAt: time.optional(),
  decidedBy: z.string().optional(),
  /** Once it has its certificate. */
  host: z.object({ id: z.uuid(), name: z.string() }).optional(),
})

export const agentObject = z.object({
  id: z.uuid(),
  host: z.object({ id: z.uuid(), name: z.string() }),
  group: z.object({ id: z.uuid(), name: z.string() }),
  state: z.enum(agentStates),
  program: z.string(),
  protocol: z.number().int(),
  capabilities: z.array(z.string()),
  enrolledAt: time,
  certificateEnds: time.optional(),
  revokedAt: time.optional(),
  revokedBecause: z.string().optional(),
  online: z.boolean(),
  connectedAt: time.optional(),
  lastSeen: time.optional(),
  offlineSince: time.optional(),
  /** A word of `offlineReasons`; what it means and what to check is in docs/agent.md. */
  offlineReason: z.string().optional(),
  /** How far its reports are stored. */
  acknowledged: z.number().int(),
  policyVersion: z.number().int(),
  /** Cost, losses, spool, policy in force: the last that it told. */
  health: agentHealth.optional(),
  healthAt: time.optional(),
  tamperedAt: time.optional(),
  /** Positive: the host's clock is ahead. */
  clockSkewSeconds: z.number().optional(),
})
export type AgentObject = z.infer<typeof agentObject>

export const agentRoutes = {
  createEnrolmentToken: {
    method: 'POST',
    path: '/enrolment-tokens',
    needs: 'hosts:enrol',
    subject: 'Agents',
    summary: 'Make a token with which new hosts join a group. The token is in this answer only.',
    body: z.strictObject({
      group: z.uuid(),
      name: z.string().trim().max(200).default(''),
      /** How many hosts may join with it. */
      uses: z.number().int().min(1).max(100_000).default(1),
      expiresInHours: z.number().int().min(1).max(8_760).default(24),
      needsApproval: z.boolean().default(false),
      tags: z.array(tag).max(50).default([]),
    }),
    answer: z.object({ token: z.string(), object: enrolmentTokenObject, instructions: joinInstructions }),
    status: 201,
  },
  listEnrolmentTokens: {
    method: 'GET',
    path: '/enrolment-tokens',
    needs: 'hosts:enrol',
    subject: 'Agents',
    summary: 'Enrolment tokens, newest first.',
    query: z.object({ ...paging, usable: z.stringbool().optional() }),
    answer: pageOf(enrolmentTokenObject),
  },
  revokeEnrolmentToken: {
    method: 'DELETE',
    path: '/enrolment-tokens/:token',
    needs: 'hosts:enrol',
    subject: 'Agents',
    summary: 'No host joins with this token any more. Those that did stay.',
    params: z.object({ token: z.uuid() }),
  },
  listEnrolments: {
    method: 'GET',
    path: '/enrolments',
    needs: 'hosts:enrol',
    subject: 'Agents',
    summary: 'Hosts that asked to join, newest first.',
    query: z.object({ ...paging, state: z.enum(['pending', 'approved', 'refused']).optional() }),
    answer: pageOf(enrolmentObject),
  },
  approveEnrolment: {
    method: 'POST',
    path: '/enrolments/:enrolment/approve',
    needs: 'hosts:enrol',
    subject: 'Agents',
    summary: 'Let a waiting host join. It gets its certificate when it asks again, within half a minute.',
    params: enrolmentParams,
    body: z.strictObject({
      /** Go on as the known host with the same machine id; its former agent is replaced. */
      keepHost: z.boolean().default(false),
    }),
    answer: enrolmentObject,
  },
  refuseEnrolment: {
    method: 'POST',
    path: '/enrolments/:enrolment/refuse',
    needs: 'hosts:enrol',
    subject: 'Agents',
    summary: 'Turn a waiting host away.',
    params: enrolmentParams,
    answer: enrolmentObject,
  },
  joinInstructions: {
    method: 'GET',
    path: '/join-instructions',
    needs: 'hosts:enrol',
    subject: 'Agents',
    summary: 'What to run on a new host, with TOKEN in the place of the token.',
    answer: joinInstructions,
  },
  listAgents: {
    method: 'GET',
    path: '/agents',
    needs: 'hosts:read',
    subject: 'Agents',
    summary: 'Agents with version, presence, cost, losses and tampering, newest first.',
    query: z.object({
      ...paging,
      state: z.enum(agentStates).default('active'),
      online: z.stringbool().optional(),
      group: z.uuid().optional(),
      program: z.string().max(40).optional(),
      tampered: z.stringbool().optional(),
    }),
    answer: pageOf(agentObject),
  },
  getAgent: {
    method: 'GET',
    path: '/agents/:agent',
    needs: 'hosts:read',
    subject: 'Agents',
    summary: 'One agent.',
    params: agentParams,
    answer: agentObject,
  },
  getHostAgent: {
    method: 'GET',
    path: '/hosts/:host/agent',
    needs: 'hosts:read',
    subject: 'Agents',
    summary: 'The agent that is in force on a host.',
    params: z.object({ host: z.uuid() }),
    answer: agentObject,
  },
  revokeAgent: {
    method: 'POST',
    path: '/agents/:agent/revoke',
    needs: 'hosts:enrol',
    subject: 'Agents',
    summary: 'End the identity of an agent: its connection closes at once. The host joins again only with a new token.',
    params: agentParams,
    body: z.strictObject({ because: z.string().trim().min(1).max(1_000) }),
    answer: agentObject,
  },
} as const satisfies RouteTable
