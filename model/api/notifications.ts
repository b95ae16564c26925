import { z } from 'zod'
import { levels } from '../finding.ts'
import { pageOf, paging } from './paging.ts'
import type { RouteTable } from './route.ts'

const id = z.uuid()
const name = z.string().trim().min(1).max(100)
const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day such as 22:00')
export const noticeLanguages = ['en', 'zh', 'ja', 'id'] as const
export const noticeReasons = [
  'alert',
  'alert-gone',
  'clean-done',
  'clean-left',
  'approval-wanted',
  'order-refused',
  'agent-offline',
  'agents-offline',
  'agent-back',
  'agent-tampered',
] as const

/** Names a time zone of the IANA database, such as `Asia/Shanghai`. */
const timeZone = z.string().max(64).refine(isTimeZone, 'is no time zone: write one such as Europe/Berlin or UTC')

/** When people are not to be disturbed: what comes then is told in one message at the end of it. */
export const quietHours = z.strictObject({
  timeZone,
  from: clock,
  to: clock,
  /** Days on which it begins, 0 = Sunday; absent: every day. */
  days: z.array(z.int().min(0).max(6)).min(1).max(7).optional(),
  /** From this level on people are disturbed all the same. */
  exceptFrom: z.enum(levels).optional(),
})
export type QuietHours = z.infer<typeof quietHours>

/** What a route is for; all that are given must agree, and an empty one takes everything. */
export const routeCondition = z.strictObject({
  atLeast: z.enum(levels).optional(),
  /** With all groups below them. */
  groups: z.array(id).max(200).optional(),
  /** Types of alerts. */
  types: z.array(z.string().max(100)).max(100).optional(),
  what: z.array(z.enum(noticeReasons)).max(20).optional(),
})
export type RouteCondition = z.infer<typeof routeCondition>

export const routeRate = z.strictObject({ most: z.int().min(1).max(10_000), minutes: z.int().min(1).max(1_440) })
export type RouteRate = z.infer<typeof routeRate>

/** Alerts that are still open and nobody's after that time are told to further channels. */
export const routeEscalation = z.strictObject({
  afterMinutes: z.int().min(1).max(10_080),
  channels: z.array(id).min(1).max(20),
})
export type RouteEscalation = z.infer<typeof routeEscalation>

const channelInput = z.strictObject({
  name,
  kind: z.string().max(40),
  /** As the kind wants them (`GET /channel-kinds`). A secret that is left out stays as it is. */
  settings: z.record(z.string().max(60), z.unknown()),
  language: z.enum(noticeLanguages).default('en'),
  enabled: z.boolean().default(true),
})

const channelAnswer = z.object({
  id,
  name,
  kind: z.string(),
  /** Without secrets. */
  settings: z.record(z.string(), z.unknown()),
  /** Names of the secrets that are set. */
  secrets: z.array(z.string()),
  language: z.enum(noticeLanguages),
  enabled: z.boolean(),
  /** Things to know about these settings, such as mail without encryption. */
  warnings: z.array(z.string()),
  last: z.object({ result: z.string(), detail: z.string(), at: z.string() }).optional(),
  /** Deliveries that wait. */
  waiting: z.int(),
})

const routeInput = z.strictObject({
  name,
  enabled: z.boolean().default(true),
  condition: routeCondition.default({}),
  channels: z.array(id).min(1).max(20),
  language: z.enum(noticeLanguages).optional(),
  quiet: quietHours.optional(),
  digestMinutes: z.int().min(1).max(1_440).optional(),
  rate: routeRate.optional(),
  escalation: routeEscalation.optional(),
})
const routeAnswer = routeInput.extend({ id })

export const deliveryStates = ['due', 'delivered', 'dead', 'merged'] as const
const deliveryAnswer = z.object({
  id,
  channel: z.object({ id, name: z.string(), kind: z.string() }),
  route: id.optional(),
  purpose: z.enum(['notice', 'digest', 'escalation', 'test']),
  state: z.enum(deliveryStates),
  what: z.string(),
  level: z.string(),
  title: z.string(),
  host: z.string().optional(),
  alert: id.optional(),
  dueAt: z.string(),
  tries: z.int(),
  createdAt: z.string(),
  endedAt: z.string().optional(),
  /** The message that it became a part of. */
  mergedInto: id.optional(),
  /** One entry for each try, oldest first; the newest 20. */
  log: z.array(z.object({ at: z.string(), result: z.string(), detail: z.string() })),
})

const exportInput = z.strictObject({
  name,
  kind: z.enum(['syslog', 'webhook']),
  /** As the channel of that kind has them. */
  settings: z.record(z.string().max(60), z.unknown()),
  condition: z
    .strictObject({
      atLeast: z.enum(levels).optional(),
      /** Single findings of incidents too. */ findings: z.boolean().default(false),
    })
    .default({ findings: false }),
  enabled: z.boolean().default(true),
})
const exportAnswer = z.object({
  id,
  name,
  kind: z.enum(['syslog', 'webhook']),
  settings: z.record(z.string(), z.unknown()),
  secrets: z.array(z.string()),
  condition: z.object({ atLeast: z.enum(levels).optional(), findings: z.boolean() }),
  enabled: z.boolean(),
  sent: z.int(),
  dropped: z.int(),
  waiting: z.int(),
  last: z.object({ result: z.string(), detail: z.string(), at: z.string() }).optional(),
})

const subject = 'Notifications'
const needs = 'notifications:write'
const channelParams = z.object({ channel: id })
const routeParams = z.object({ route: id })
const deliveryParams = z.object({ delivery: id })
const exportParams = z.object({ export: id })

export const notificationRoutes = {
  listChannelKinds: {
    method: 'GET',
    path: '/channel-kinds',
    needs,
    subject,
    summary: 'What kinds of channels there are and which settings each wants, as JSON Schema.',
    answer: z.object({
      items: z.array(
        z.object({
          kind: z.string(),
          title: z.string(),
          limits: z.string(),
          secrets: z.array(z.string()),
          schema: z.unknown(),
        }),
      ),
    }),
  },
  listChannels: {
    method: 'GET',
    path: '/channels',
    needs,
    subject,
    summary: 'All channels, without their secrets.',
    answer: z.object({ items: z.array(channelAnswer) }),
  },
  createChannel: {
    method: 'POST',
    path: '/channels',
    needs,
    subject,
    summary: 'Add a channel.',
    body: channelInput,
    answer: channelAnswer,
    status: 201,
  },
  getChannel: {
    method: 'GET',
    path: '/channels/:channel',
    needs,
    subject,
    summary: 'One channel.',
    params: channelParams,
    answer: channelAnswer,
  },
  changeChannel: {
    method: 'PUT',
    path: '/channels/:channel',
    needs,
    subject,
    summary: 'Change a channel; secrets that are left out stay.',
    params: channelParams,
    body: channelInput,
    answer: channelAnswer,
  },
  removeChannel: {
    method: 'DELETE',
    path: '/channels/:channel',
    needs,
    subject,
    summary: 'Remove a channel with what waits for it; refused while a route names it.',
    params: channelParams,
  },
  testChannel: {
    method: 'POST',
    path: '/channels/:channel/test',
    needs,
    subject,
    summary: 'Send a test message; look at the delivery for what became of it.',
    params: channelParams,
    answer: z.object({ delivery: id }),
    status: 202,
    perMinute: 20,
  },
  listNotifyRoutes: {
    method: 'GET',
    path: '/notify-routes',
    needs,
    subject,
    summary: 'All routes: who is told of what.',
    answer: z.object({ items: z.array(routeAnswer) }),
  },
  createNotifyRoute: {
    method: 'POST',
    path: '/notify-routes',
    needs,
    subject,
    summary: 'Add a route.',
    body: routeInput,
    answer: routeAnswer,
    status: 201,
  },
  changeNotifyRoute: {
    method: 'PUT',
    path: '/notify-routes/:route',
    needs,
    subject,
    summary: 'Change a route.',
    params: routeParams,
    body: routeInput,
    answer: routeAnswer,
  },
  removeNotifyRoute: {
    method: 'DELETE',
    path: '/notify-routes/:route',
    needs,
    subject,
    summary: 'Remove a route.',
    params: routeParams,
  },
  listDeliveries: {
    method: 'GET',
    path: '/deliveries',
    needs,
    subject,
    summary: 'What was sent, what waits and what failed, newest first, with each try.',
    query: z.object({
      ...paging,
      state: z.enum(deliveryStates).optional(),
      channel: id.optional(),
      alert: id.optional(),
    }),
    answer: pageOf(deliveryAnswer),
  },
  getDelivery: {
    method: 'GET',
    path: '/deliveries/:delivery',
    needs,
    subject,
    summary: 'One delivery with each try.',
    params: deliveryParams,
    answer: deliveryAnswer,
  },
  retryDelivery: {
    method: 'POST',
    path: '/deliveries/:delivery/retry',
    needs,
    subject,
    summary: 'Try again now what failed or waits.',
    params: deliveryParams,
    answer: deliveryAnswer,
    status: 202,
  },
  previewNotice: {
    method: 'POST',
    path: '/notifications/preview',
    needs,
    subject,
    summary: 'What a message would look like, with made-up content.',
    body: z.strictObject({
      what: z.enum([...noticeReasons, 'digest', 'escalation', 'test']),
      language: z.enum(noticeLanguages).default('en'),
    }),
    answer: z.object({
      subject: z.string(),
      text: z.string(),
      /** A whole document that fetches nothing: show it in a sandboxed frame. */
      html: z.string(),
      sms: z.string(),
      markdown: z.string(),
    }),
  },
  listExports: {
    method: 'GET',
    path: '/exports',
    needs: 'settings:write',
    subject,
    summary: 'Where alerts are exported to (SIEM), and how far that is.',
    answer: z.object({ items: z.array(exportAnswer) }),
  },
  createExport: {
    method: 'POST',
    path: '/exports',
    needs: 'settings:write',
    subject,
    summary: 'Export what happens to alerts from now on.',
    body: exportInput,
    answer: exportAnswer,
    status: 201,
  },
  changeExport: {
    method: 'PUT',
    path: '/exports/:export',
    needs: 'settings:write',
    subject,
    summary: 'Change an export; secrets that are left out stay, and what waits is sent to the new place.',
    params: exportParams,
    body: exportInput,
    answer: exportAnswer,
  },
  removeExport: {
    method: 'DELETE',
    path: '/exports/:export',
    needs: 'settings:write',
    subject,
    summary: 'Stop an export and forget what it had not sent.',
    params: exportParams,
  },
} as const satisfies RouteTable

function isTimeZone(text: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }) !== undefined
  } catch {
    return false
  }
}
