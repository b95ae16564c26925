import { z } from 'zod'
import { pageOf, paging } from './paging.ts'
import { scope } from './hosts.ts'
import type { RouteTable } from './route.ts'

const time = z.iso.datetime()

export const huntKinds = ['hash', 'path', 'key', 'line', 'address', 'account', 'domain', 'wallet'] as const

export const campaignObject = z.object({
  id: z.uuid(),
  name: z.string(),
  firstHost: z.object({ id: z.uuid(), name: z.string() }).optional(),
  firstSeen: time,
  lastSeen: time,
  hosts: z.number().int(),
  families: z.array(z.string()),
  /** What its incidents have in common. */
  shared: z.array(z.object({ kind: z.string(), term: z.string(), hosts: z.number().int() })),
})

export const blockObject = z.object({
  id: z.uuid(),
  address: z.string(),
  scope,
  reason: z.string(),
  createdBy: z.string(),
  createdAt: time,
  expiresAt: time,
  /** Hosts that report it as blocked now, and packets that they dropped. */
  hosts: z.number().int(),
  packets: z.number().int().optional(),
  task: z.uuid().optional(),
})

export const indicatorObject = z.object({
  id: z.uuid(),
  kind: z.enum(['hash', 'address', 'domain', 'wallet', 'key']),
  value: z.string(),
  level: z.enum(['informational', 'low', 'medium', 'high', 'critical']),
  source: z.string(),
  note: z.string(),
  createdAt: time,
  expiresAt: time.optional(),
})

export const packStages = ['draft', 'canary', 'half', 'all', 'withdrawn'] as const
export const packObject = z.object({
  id: z.uuid(),
  name: z.string(),
  version: z.number().int(),
  sha256: z.string(),
  rules: z.number().int(),
  stage: z.enum(packStages),
  createdBy: z.string(),
  createdAt: time,
  stagedAt: time.optional(),
})

export const huntRoutes = {
  hunt: {
    method: 'GET',
    path: '/hunt',
    needs: 'hosts:read',
    subject: 'Hunt',
    summary: 'Where a hash, path, key, line, address, account, domain or wallet is or was, over all hosts.',
    query: z.object({
      term: z.string().min(2).max(1_000),
      /** Absent: all kinds. */
      kind: z.enum(huntKinds).optional(),
      /** The term is only the beginning. */
      prefix: z.stringbool().optional(),
      /** Only what is there now. */
      present: z.stringbool().optional(),
      group: z.uuid().optional(),
      ...paging,
    }),
    answer: pageOf(
      z.object({
        kind: z.enum(huntKinds),
        term: z.string(),
        host: z.object({ id: z.uuid(), name: z.string() }),
        source: z.enum(['inventory', 'alert', 'quarantine']),
        sourceId: z.string(),
        firstSeen: time,
        lastSeen: time,
        goneAt: time.optional(),
      }),
    ),
  },
  listCampaigns: {
    method: 'GET',
    path: '/campaigns',
    needs: 'alerts:read',
    subject: 'Hunt',
    summary: 'Intrusions of several hosts that belong together, newest first.',
    query: z.object(paging),
    answer: pageOf(campaignObject),
  },
  getCampaign: {
    method: 'GET',
    path: '/campaigns/:campaign',
    needs: 'alerts:read',
    subject: 'Hunt',
    summary: 'A campaign with its hosts in order, and the hosts at risk.',
    params: z.object({ campaign: z.uuid() }),
    answer: campaignObject.extend({
      members: z.array(
        z.object({ host: z.object({ id: z.uuid(), name: z.string() }), alert: z.uuid(), at: time, status: z.string() }),
      ),
      atRisk: z.array(z.object({ host: z.object({ id: z.uuid(), name: z.string() }), because: z.string() })),
    }),
  },
  listBlocks: {
    method: 'GET',
    path: '/blocks',
    needs: 'alerts:read',
    subject: 'Blocks',
    summary: 'Addresses that are blocked on a scope of hosts.',
    query: z.object({ address: z.string().max(60).optional(), ...paging }),
    answer: pageOf(blockObject),
  },
  createBlock: {
    method: 'POST',
    path: '/blocks',
    needs: 'alerts:handle',
    subject: 'Blocks',
    summary: 'Block addresses on hosts for a time. Hosts whose incidents do not name an address ask for an approver.',
    body: z.strictObject({
      addresses: z
        .array(z.union([z.ipv4(), z.ipv6()]))
        .min(1)
        .max(256),
      scope,
      seconds: z.number().int().min(60).max(31_536_000),
      reason: z.string().trim().min(1).max(2_000),
    }),
    status: 202,
    answer: z.object({ task: z.uuid().optional(), blocks: z.array(z.uuid()) }),
  },
  removeBlock: {
    method: 'DELETE',
    path: '/blocks/:block',
    needs: 'alerts:handle',
    subject: 'Blocks',
    summary: 'Lift a block on all its hosts.',
    params: z.object({ block: z.uuid() }),
  },
  listIndicators: {
    method: 'GET',
    path: '/indicators',
    needs: 'alerts:read',
    subject: 'Intelligence',
    summary: 'Indicators that the center looks for in what hosts report.',
    query: z.object({
      kind: z.enum(['hash', 'address', 'domain', 'wallet', 'key']).optional(),
      text: z.string().max(200).optional(),
      ...paging,
    }),
    answer: pageOf(indicatorObject),
  },
  addIndicators: {
    method: 'POST',
    path: '/indicators',
    needs: 'rules:write',
    subject: 'Intelligence',
    summary: 'Add indicators; those that are there are kept as they are.',
    body: z.strictObject({
      items: z
        .array(
          z.strictObject({
            kind: z.enum(['hash', 'address', 'domain', 'wallet', 'key']),
            value: z.string().trim().min(3).max(500),
            level: z.enum(['informational', 'low', 'medium', 'high', 'critical']).default('medium'),
            note: z.string().max(1_000).default(''),
            expiresAt: time.optional(),
          }),
        )
        .min(1)
        .max(10_000),
      source: z.string().trim().min(1).max(200),
    }),
    largestBody: 4_194_304,
    status: 201,
    answer: z.object({ added: z.number().int(), known: z.number().int() }),
  },
  publishIndicators: {
    method: 'POST',
    path: '/indicators/publish',
    needs: 'rules:write',
    subject: 'Intelligence',
    summary:
      'Make a new version of the rule pack "indicators", a draft, so that hosts look for them by themselves once it is staged.',
    status: 201,
    answer: packObject,
  },
  removeIndicator: {
    method: 'DELETE',
    path: '/indicators/:indicator',
    needs: 'rules:write',
    subject: 'Intelligence',
    summary: 'Remove an indicator.',
    params: z.object({ indicator: z.uuid() }),
  },
  listPacks: {
    method: 'GET',
    path: '/rule-packs',
    needs: 'alerts:read',
    subject: 'Rules',
    summary: 'Rule packs made here, with their stages.',
    answer: z.object({ items: z.array(packObject) }),
  },
  uploadPack: {
    method: 'POST',
    path: '/rule-packs',
    needs: 'rules:write',
    subject: 'Rules',
    summary:
      'Upload a pack: Sigma documents with their cases. One that fails its own cases is refused. Hosts judge by it at most `suspected`.',
    body: z.strictObject({ name: z.string().regex(/^[a-z0-9-]{1,60}$/), documents: z.string().min(10).max(2_000_000) }),
    largestBody: 4_194_304,
    status: 201,
    answer: packObject,
  },
  stagePack: {
    method: 'POST',
    path: '/rule-packs/:pack/stage',
    needs: 'rules:write',
    subject: 'Rules',
    summary: 'Roll a pack out: to one host in twenty, to half, to all; or withdraw it.',
    params: z.object({ pack: z.uuid() }),
    body: z.strictObject({ stage: z.enum(packStages) }),
    answer: packObject,
  },
} as const satisfies RouteTable
