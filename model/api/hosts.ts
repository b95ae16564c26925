import { z } from 'zod'
import { centerPolicy } from '../wire/policy.ts'
import { pageOf, paging } from './paging.ts'
import type { RouteTable } from './route.ts'

const time = z.iso.datetime()
const name = z.string().trim().min(1).max(200)
const hostParams = z.object({ host: z.uuid() })

export const hostVerdicts = ['unknown', 'nothing', 'exposure', 'suspected', 'confirmed'] as const

export const hostObject = z.object({
  id: z.uuid(),
  name: z.string(),
  hostname: z.string(),
  group: z.object({ id: z.uuid(), name: z.string() }),
  region: z.string(),
  owner: z.string(),
  tags: z.array(z.string()),
  note: z.string(),
  system: z.string(),
  kernel: z.string(),
  architecture: z.string(),
  addresses: z.array(z.string()),
  verdict: z.enum(hostVerdicts),
  /** 0 (worst) to 100; absent before the first scan. */
  score: z.number().int().optional(),
  openAlerts: z.number().int(),
  lastScanAt: time.optional(),
  online: z.boolean(),
  lastSeen: time.optional(),
  offlineReason: z.string().optional(),
  /** Version of Davylamp there. */
  program: z.string(),
  tamperedAt: time.optional(),
  createdAt: time,
})
export type HostObject = z.infer<typeof hostObject>

/** What takes points from a score of 100: `confirmed`, `suspected`, `exposure`, `finding`, `rebuild-advised`, `gaps`. */
export const scoreReason = z.object({ what: z.string(), points: z.number(), text: z.string() })

export const groupObject = z.object({
  id: z.uuid(),
  name: z.string(),
  parent: z.uuid().optional(),
  hosts: z.number().int(),
  /** Its own; absent: that of the parent. */
  policy: centerPolicy.optional(),
  policyVersion: z.number().int(),
})

export const inventoryItem = z.object({
  id: z.string(),
  kind: z.string(),
  fact: z.unknown(),
  firstSeen: time,
  changedAt: time,
})

export const inventoryChange = z.object({
  id: z.uuid(),
  fact: z.string(),
  kind: z.string(),
  change: z.enum(['appeared', 'changed', 'gone']),
  before: z.unknown().optional(),
  after: z.unknown().optional(),
  at: time,
  host: z.object({ id: z.uuid(), name: z.string() }),
})

export const scanObject = z.object({
  id: z.uuid(),
  host: z.object({ id: z.uuid(), name: z.string() }),
  mode: z.string(),
  verdict: z.string(),
  startedAt: time,
  durationMs: z.number(),
  rules: z.object({ count: z.number(), version: z.string() }),
  facts: z.record(z.string(), z.number()),
  gaps: z.array(z.unknown()),
  findings: z.number().int(),
  incidents: z.number().int(),
})

export const fleetSummary = z.object({
  hosts: z.object({
    total: z.number().int(),
    online: z.number().int(),
    offline: z.number().int(),
    neverScanned: z.number().int(),
    byVerdict: z.record(z.string(), z.number().int()),
  }),
  /** Mean of the hosts' scores, with what takes most away. */
  score: z.number().int().optional(),
  reasons: z.array(scoreReason.extend({ hosts: z.number().int() })),
  alerts: z.object({ openByLevel: z.record(z.string(), z.number().int()), openedToday: z.number().int() }),
  riskiest: z.array(
    z.object({ id: z.uuid(), name: z.string(), score: z.number().int(), openAlerts: z.number().int() }),
  ),
})

/** What every list of hosts can be narrowed by; the same words name the scope of a task, a block or an allowance. */
export const hostFilter = z.object({
  /** In name, host name, address, owner or note. */
  text: z.string().max(200).optional(),
  group: z.uuid().optional(),
  region: z.string().max(200).optional(),
  tag: z.string().max(200).optional(),
  owner: z.string().max(200).optional(),
  verdict: z.enum(hostVerdicts).optional(),
  online: z.stringbool().optional(),
})

export const scope = z.object({
  hosts: z.array(z.uuid()).max(10_000).optional(),
  groups: z.array(z.uuid()).max(1_000).optional(),
  tags: z.array(z.string().max(200)).max(100).optional(),
})

/** Where the kernel shows itself: no file there was written by anybody. */
export const kernelPath = /^\/+(?:proc|sys)(?:\/|$)/

export const hostRoutes = {
  listHosts: {
    method: 'GET',
    path: '/hosts',
    needs: 'hosts:read',
    subject: 'Hosts',
    summary: 'List hosts, by name.',
    query: hostFilter.extend(paging),
    answer: pageOf(hostObject),
  },
  getHost: {
    method: 'GET',
    path: '/hosts/:host',
    needs: 'hosts:read',
    subject: 'Hosts',
    summary: 'One host, with what takes points from its score.',
    params: hostParams,
    answer: hostObject.extend({ scoreReasons: z.array(scoreReason) }),
  },
  updateHost: {
    method: 'PATCH',
    path: '/hosts/:host',
    needs: 'hosts:write',
    subject: 'Hosts',
    summary: 'Change its name, group, region, owner, tags or note.',
    params: hostParams,
    body: z.strictObject({
      name: name.optional(),
      group: z.uuid().optional(),
      region: z.string().max(200).optional(),
      owner: z.string().max(200).optional(),
      tags: z.array(z.string().trim().min(1).max(100)).max(50).optional(),
      note: z.string().max(5_000).optional(),
    }),
    answer: hostObject,
  },
  moveHosts: {
    method: 'POST',
    path: '/hosts/move',
    needs: 'hosts:write',
    subject: 'Hosts',
    summary: 'Move hosts to another group: all of them, or none when the caller may not change one.',
    body: z.strictObject({ hosts: z.array(z.uuid()).min(1).max(10_000), group: z.uuid() }),
    /** Those that were in that group already are not counted. */
    answer: z.object({ moved: z.number().int() }),
  },
  removeHost: {
    method: 'DELETE',
    path: '/hosts/:host',
    needs: 'hosts:write',
    subject: 'Hosts',
    summary: 'Take a host out: its agent is revoked, its history stays until it is too old.',
    params: hostParams,
  },
  listInventory: {
    method: 'GET',
    path: '/hosts/:host/inventory',
    needs: 'hosts:read',
    subject: 'Hosts',
    summary: 'What is on the host: autostarts, keys, accounts, packages, listeners, modules.',
    params: hostParams,
    query: z.object({ kind: z.string().max(40).optional(), text: z.string().max(200).optional(), ...paging }),
    answer: pageOf(inventoryItem),
  },
  listInventoryChanges: {
    method: 'GET',
    path: '/inventory/changes',
    needs: 'hosts:read',
    subject: 'Hosts',
    summary: 'What changed since when, of one host or of all, newest first.',
    query: z.object({
      host: z.uuid().optional(),
      group: z.uuid().optional(),
      kind: z.string().max(40).optional(),
      since: time.optional(),
      until: time.optional(),
      ...paging,
    }),
    answer: pageOf(inventoryChange),
  },
  listHostEvents: {
    method: 'GET',
    path: '/hosts/:host/events',
    needs: 'hosts:read',
    subject: 'Hosts',
    summary: 'Enrolled, offline, back, tampering, clock …',
    params: hostParams,
    query: z.object(paging),
    answer: pageOf(z.object({ id: z.uuid(), what: z.string(), detail: z.unknown(), at: time })),
  },
  listScans: {
    method: 'GET',
    path: '/scans',
    needs: 'hosts:read',
    subject: 'Scans',
    summary: 'Scans, newest first.',
    query: z.object({ host: z.uuid().optional(), ...paging }),
    answer: pageOf(scanObject),
  },
  startScan: {
    method: 'POST',
    path: '/scans',
    needs: 'scans:start',
    subject: 'Scans',
    summary: 'Immediate scan of hosts; gives the task to follow.',
    body: z.strictObject({
      scope,
      mode: z.enum(['quick', 'full', 'path']).default('quick'),
      path: z
        .string()
        .startsWith('/', 'A whole path begins with /')
        .max(4_096)
        .refine(path => !kernelPath.test(path), 'The kernel makes what is there up; nobody stored a file there')
        .optional(),
      cpuPercent: z.number().int().min(1).max(100).optional(),
    }),
    status: 202,
    answer: z.object({
      task: z.uuid(),
      hosts: z.number().int(),
      refused: z.array(z.object({ host: z.uuid(), reason: z.string() })),
    }),
  },
  fleetSummary: {
    method: 'GET',
    path: '/summary',
    needs: 'hosts:read',
    subject: 'Hosts',
    summary: 'Counts and score over all hosts that the caller may see.',
    query: z.object({ group: z.uuid().optional() }),
    answer: fleetSummary,
  },
  hostFacets: {
    method: 'GET',
    path: '/hosts/facets',
    needs: 'hosts:read',
    subject: 'Hosts',
    summary: 'The regions, tags, owners and versions that there are, with counts.',
    answer: z.record(z.string(), z.array(z.object({ value: z.string(), hosts: z.number().int() }))),
  },
  listGroups: {
    method: 'GET',
    path: '/groups',
    needs: 'hosts:read',
    subject: 'Groups',
    summary: 'Groups of hosts with their policies.',
    answer: z.object({ items: z.array(groupObject) }),
  },
  createGroup: {
    method: 'POST',
    path: '/groups',
    needs: 'policies:write',
    subject: 'Groups',
    summary: 'Make a group.',
    body: z.strictObject({ name, parent: z.uuid().optional() }),
    status: 201,
    answer: groupObject,
  },
  updateGroup: {
    method: 'PATCH',
    path: '/groups/:group',
    needs: 'policies:write',
    subject: 'Groups',
    summary: 'Rename a group, move it, set or drop its policy.',
    params: z.object({ group: z.uuid() }),
    body: z.strictObject({
      name: name.optional(),
      parent: z.uuid().optional(),
      /** `null`: that of the parent. The version is given by the center. */
      policy: centerPolicy.omit({ version: true }).nullable().optional(),
    }),
    answer: groupObject,
  },
  deleteGroup: {
    method: 'DELETE',
    path: '/groups/:group',
    needs: 'policies:write',
    subject: 'Groups',
    summary: 'Remove an empty group.',
    params: z.object({ group: z.uuid() }),
  },
} as const satisfies RouteTable
