import { z } from 'zod'
import { handlings } from '../wire/order.ts'
import { plan } from '../action.ts'
import { scope } from './hosts.ts'
import { pageOf, paging } from './paging.ts'
import type { RouteTable } from './route.ts'

const time = z.iso.datetime()
const alertParams = z.object({ alert: z.uuid() })

export const alertStatuses = ['open', 'handling', 'handled', 'ignored', 'allowed'] as const
export const alertLevels = ['informational', 'low', 'medium', 'high', 'critical'] as const

/** `detection`: noticed as it happened, and no scan has told more of it yet; then it becomes that of the incident. */
export const alertAbouts = ['incident', 'finding', 'detection', 'indicator', 'agent'] as const

export const alertObject = z.object({
  id: z.uuid(),
  host: z.object({ id: z.uuid(), name: z.string(), group: z.uuid() }),
  about: z.enum(alertAbouts),
  /** The host's id of the incident or finding. */
  origin: z.string(),
  parent: z.uuid().optional(),
  type: z.string(),
  rule: z.string().optional(),
  level: z.enum(alertLevels),
  verdict: z.string().optional(),
  title: z.string(),
  families: z.array(z.string()),
  attack: z.array(z.string()),
  status: z.enum(alertStatuses),
  handledAs: z.string().optional(),
  handledBy: z.string().optional(),
  assignedTo: z.string().optional(),
  firstSeen: time,
  lastSeen: time,
  seenTimes: z.number().int(),
  /** A later scan no longer saw it. */
  goneAt: time.optional(),
  campaign: z.uuid().optional(),
})
export type AlertObject = z.infer<typeof alertObject>

export const alertEvent = z.object({
  id: z.uuid(),
  at: time,
  actor: z.string(),
  what: z.string(),
  detail: z.unknown(),
})

export const alertFilter = z.object({
  status: z.enum(alertStatuses).optional(),
  level: z.enum(alertLevels).optional(),
  /** This level or worse. */
  atLeast: z.enum(alertLevels).optional(),
  type: z.string().max(100).optional(),
  about: z.enum(alertAbouts).optional(),
  verdict: z.enum(['confirmed', 'suspected', 'exposure']).optional(),
  host: z.uuid().optional(),
  group: z.uuid().optional(),
  region: z.string().max(200).optional(),
  family: z.string().max(100).optional(),
  rule: z.string().max(200).optional(),
  hash: z.string().max(128).optional(),
  campaign: z.uuid().optional(),
  assignedTo: z.string().max(200).optional(),
  since: time.optional(),
  until: time.optional(),
  /** In title, host name or family. */
  text: z.string().max(200).optional(),
  /** Findings that belong to an incident as well; without it only what stands at the top. */
  children: z.stringbool().optional(),
})

/** Which alerts are meant: some by id, or all that are like one. */
export const alertChoice = z.union([
  z.strictObject({ alerts: z.array(z.uuid()).min(1).max(1_000) }),
  z.strictObject({
    sameAs: z.uuid(),
    by: z.enum(['rule', 'type', 'hash']),
    /** Narrower than all hosts that the caller may handle. */
    scope: scope.optional(),
  }),
])

/** What a person can do with alerts. */
export const handleRequest = z.strictObject({
  choice: alertChoice,
  how: z.discriminatedUnion('as', [
    z.strictObject({
      as: z.enum(handlings),
      /** By alert id: the plan that was seen and is to be carried out exactly. Absent: what the host computes then. */
      plans: z.record(z.uuid(), z.string().max(200)).optional(),
      /** How long the host watches for anything that comes back before it proves. Absent: as long as it thinks right, a minute. */
      watchSeconds: z.number().int().min(5).max(3_600).optional(),
    }),
    z.strictObject({
      as: z.literal('block'),
      seconds: z.number().int().min(60).max(31_536_000),
      scope: scope.optional(),
    }),
    z.strictObject({ as: z.literal('ignore') }),
    z.strictObject({ as: z.literal('manual') }),
    z.strictObject({ as: z.literal('reopen') }),
  ]),
  comment: z.string().max(5_000).optional(),
})

/** Why nothing will be ordered for an alert, for consoles in other languages; `host`: the text of `refused` says what the host lacks. */
export const handlingRefusals = [
  'already',
  'not-open',
  'under-way',
  'no-right',
  'about-agent',
  'about-indicator',
  'about-detection',
  'exposure',
  'no-incident',
  'no-address',
  'other-plan',
  'nothing-to-do',
  'host',
] as const
export type HandlingRefusal = (typeof handlingRefusals)[number]

export const handlePreview = z.object({
  hosts: z.number().int(),
  items: z.array(
    z.object({
      alert: z.uuid(),
      host: z.object({ id: z.uuid(), name: z.string() }),
      title: z.string(),
      /** Why nothing will be ordered for it: already handled, host cannot do it, no plan … */
      refused: z.string().optional(),
      refusedAs: z.enum(handlingRefusals).optional(),
      needsApproval: z.boolean(),
      plan: z.object({ id: z.string(), actions: z.number().int() }).optional(),
      addresses: z.array(z.string()).optional(),
    }),
  ),
})

export const allowCondition = z.strictObject({
  rule: z.string().max(200).optional(),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  path: z.string().max(4_096).optional(),
  user: z.string().max(200).optional(),
  package: z.string().max(200).optional(),
  fingerprint: z.string().max(200).optional(),
})

export const allowObject = z.object({
  id: z.uuid(),
  scope,
  condition: allowCondition,
  reason: z.string(),
  createdBy: z.string(),
  createdAt: time,
  expiresAt: time.optional(),
  hits: z.number().int(),
})

export const alertRoutes = {
  listAlerts: {
    method: 'GET',
    path: '/alerts',
    needs: 'alerts:read',
    subject: 'Alerts',
    summary: 'Alerts, newest first.',
    query: alertFilter.extend(paging),
    answer: pageOf(alertObject),
  },
  alertCounts: {
    method: 'GET',
    path: '/alerts/counts',
    needs: 'alerts:read',
    subject: 'Alerts',
    summary: 'Open alerts by level and type, and what was opened and handled by the hour.',
    query: z.object({ group: z.uuid().optional(), hours: z.coerce.number().int().min(1).max(2_160).default(168) }),
    answer: z.object({
      open: z.array(z.object({ type: z.string(), level: z.enum(alertLevels), count: z.number().int() })),
      hours: z.array(z.object({ hour: time, opened: z.number().int(), handled: z.number().int() })),
    }),
  },
  getAlert: {
    method: 'GET',
    path: '/alerts/:alert',
    needs: 'alerts:read',
    subject: 'Alerts',
    summary:
      'One alert with its evidence: the incident or finding as the host sent it, its findings, plans and orders.',
    params: alertParams,
    answer: alertObject.extend({
      /** model/incident.ts or model/finding.ts. */
      evidence: z.unknown(),
      findings: z.array(alertObject),
      plans: z.array(
        z.object({ id: z.string(), handling: z.enum(handlings), actions: z.number().int(), reportedAt: time }),
      ),
      orders: z.array(z.object({ id: z.uuid(), kind: z.string(), state: z.string(), run: z.string().optional() })),
    }),
  },
  getAlertPlan: {
    method: 'GET',
    path: '/alerts/:alert/plans/:plan',
    needs: 'alerts:read',
    subject: 'Alerts',
    summary: 'A plan that the host would carry out, each action with its reason.',
    params: z.object({ alert: z.uuid(), plan: z.string().max(200) }),
    answer: plan,
  },
  listAlertEvents: {
    method: 'GET',
    path: '/alerts/:alert/events',
    needs: 'alerts:read',
    subject: 'Alerts',
    summary: 'Its whole history, oldest first.',
    params: alertParams,
    query: z.object(paging),
    answer: pageOf(alertEvent),
  },
  listRelatedAlerts: {
    method: 'GET',
    path: '/alerts/:alert/related',
    needs: 'alerts:read',
    subject: 'Alerts',
    summary:
      'Other alerts that share a hash, an address, a rule with the same object, the host at that time, or the campaign.',
    params: alertParams,
    answer: z.object({ items: z.array(alertObject.extend({ because: z.string() })) }),
  },
  commentAlert: {
    method: 'POST',
    path: '/alerts/:alert/comments',
    needs: 'alerts:triage',
    subject: 'Alerts',
    summary: 'Write a comment into its history.',
    params: alertParams,
    body: z.strictObject({ text: z.string().trim().min(1).max(5_000) }),
    status: 201,
    answer: alertEvent,
  },
  assignAlerts: {
    method: 'POST',
    path: '/alerts/assign',
    needs: 'alerts:triage',
    subject: 'Alerts',
    summary: 'Give alerts to somebody, or to nobody.',
    body: z.strictObject({ choice: alertChoice, to: z.string().max(200).nullable() }),
    answer: z.object({ changed: z.number().int() }),
  },
  previewHandling: {
    method: 'POST',
    path: '/alerts/handle/preview',
    needs: 'alerts:read',
    subject: 'Alerts',
    summary: 'What handling would do, on which hosts, without doing it.',
    body: handleRequest,
    answer: handlePreview,
  },
  handleAlerts: {
    method: 'POST',
    path: '/alerts/handle',
    needs: 'alerts:triage',
    subject: 'Alerts',
    summary:
      'Handle alerts: clean, block, ignore, mark as handled, reopen. What changes a host also needs the right alerts:handle.',
    body: handleRequest,
    status: 202,
    answer: handlePreview.extend({ task: z.uuid().optional(), changed: z.number().int() }),
  },
  listAllowances: {
    method: 'GET',
    path: '/allowlist',
    needs: 'alerts:read',
    subject: 'Allowlist',
    summary: 'What is meant to be so.',
    query: z.object(paging),
    answer: pageOf(allowObject),
  },
  replayAllowance: {
    method: 'POST',
    path: '/allowlist/replay',
    needs: 'alerts:read',
    subject: 'Allowlist',
    summary: 'Which alerts of the last 30 days an allowance would have silenced.',
    body: z.strictObject({ scope, condition: allowCondition }),
    answer: z.object({
      matched: z.number().int(),
      /** Confirmed incidents among them: a warning. */
      confirmed: z.number().int(),
      hosts: z.number().int(),
      examples: z.array(alertObject),
    }),
  },
  createAllowance: {
    method: 'POST',
    path: '/allowlist',
    needs: 'allowlist:write',
    subject: 'Allowlist',
    summary: 'Allow something. `replayed` must be the number of alerts that the replay gave.',
    body: z.strictObject({
      scope,
      condition: allowCondition,
      reason: z.string().trim().min(3).max(2_000),
      expiresAt: time.optional(),
      replayed: z.number().int().min(0),
    }),
    status: 201,
    answer: allowObject,
  },
  removeAllowance: {
    method: 'DELETE',
    path: '/allowlist/:allowance',
    needs: 'allowlist:write',
    subject: 'Allowlist',
    summary: 'Take an allowance away; alerts that it silenced are open again.',
    params: z.object({ allowance: z.uuid() }),
  },
  listViews: {
    method: 'GET',
    path: '/views',
    needs: 'self',
    subject: 'Alerts',
    summary: 'The saved views of the caller.',
    answer: z.object({
      items: z.array(
        z.object({ id: z.uuid(), page: z.string(), name: z.string(), filter: z.record(z.string(), z.unknown()) }),
      ),
    }),
  },
  saveView: {
    method: 'POST',
    path: '/views',
    needs: 'self',
    subject: 'Alerts',
    summary: 'Save a view.',
    body: z.strictObject({
      page: z.string().max(50),
      name: z.string().trim().min(1).max(100),
      filter: z.record(z.string().max(100), z.unknown()),
    }),
    status: 201,
    answer: z.object({ id: z.uuid() }),
  },
  deleteView: {
    method: 'DELETE',
    path: '/views/:view',
    needs: 'self',
    subject: 'Alerts',
    summary: 'Delete a view.',
    params: z.object({ view: z.uuid() }),
  },
} as const satisfies RouteTable
