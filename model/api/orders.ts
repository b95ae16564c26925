import { z } from 'zod'
import { actionState, plan, proof } from '../index.ts'
import { approval, orderAction, refusals } from '../wire/order.ts'
import { pageOf, paging } from './paging.ts'
import type { RouteTable } from './route.ts'

const time = z.iso.datetime()
const hostName = z.object({ id: z.uuid(), name: z.string() })

/** Of an order as the center knows it: the host's words (model/wire/order.ts), with what comes before them and after its time. */
export const centerOrderStates = [
  'waiting-approval',
  'queued',
  'sent',
  'accepted',
  'running',
  'done',
  'partial',
  'refused',
  'failed',
  'cancelled',
  'expired',
] as const
export type CenterOrderState = (typeof centerOrderStates)[number]

export const endedStates = ['done', 'partial', 'refused', 'failed', 'cancelled', 'expired'] as const

export const taskObject = z.object({
  id: z.uuid(),
  kind: z.string(),
  title: z.string(),
  createdBy: z.string(),
  createdAt: time,
  /** When the last of its orders ended. */
  endedAt: time.optional(),
  detail: z.unknown(),
  orders: z.number().int(),
  /** How many of its orders are in which state; states without any are left out. */
  states: z.record(z.string(), z.number().int()),
})
export type TaskObject = z.infer<typeof taskObject>

export const orderObject = z.object({
  id: z.uuid(),
  task: z.uuid(),
  host: hostName,
  kind: z.string(),
  action: orderAction,
  alert: z.uuid().optional(),
  state: z.enum(centerOrderStates),
  refusal: z.enum(refusals).optional(),
  /** For people: why it was refused, failed or waits. */
  reason: z.string().optional(),
  run: z.string().optional(),
  digest: z.string(),
  approvalsNeeded: z.number().int(),
  approvals: z.array(z.object({ approver: z.string(), at: time, signed: z.boolean() })),
  createdBy: z.string(),
  createdAt: time,
  sentAt: time.optional(),
  endedAt: time.optional(),
  expiresAt: time,
})
export type OrderObject = z.infer<typeof orderObject>

export const runObject = z.object({
  id: z.string(),
  host: hostName,
  order: z.uuid().optional(),
  plan: z.string(),
  state: z.enum(['running', 'complete', 'partial', 'undone', 'partly-undone']),
  incidents: z.array(z.string()),
  /** Absent too once something of the run was taken back: what was proven then is not so now. */
  proof: z.enum(['clean', 'left', 'unproven', 'rebuild-advised']).optional(),
  startedAt: time,
  changedAt: time,
})
export type RunObject = z.infer<typeof runObject>

export const quarantinedObject = z.object({
  id: z.string(),
  host: hostName,
  sha256: z.string(),
  path: z.string(),
  size: z.number().int(),
  at: time,
  run: z.string().optional(),
  reason: z.string(),
})

export const blockedObject = z.object({
  host: hostName,
  address: z.string(),
  expiresAt: time,
  packets: z.number().int().optional(),
  way: z.string(),
  reportedAt: time,
})

const orderIds = z.array(z.uuid()).min(1).max(1_000)
const refused = z.array(z.object({ order: z.uuid(), reason: z.string() }))
const ordered = z.object({
  task: z.uuid(),
  order: z.uuid(),
  state: z.enum(centerOrderStates),
  reason: z.string().optional(),
})

export const orderRoutes = {
  listTasks: {
    method: 'GET',
    path: '/tasks',
    needs: 'hosts:read',
    subject: 'Tasks',
    summary: 'What was asked of hosts, newest first.',
    query: z.object({ running: z.stringbool().optional(), kind: z.string().max(40).optional(), ...paging }),
    answer: pageOf(taskObject),
  },
  getTask: {
    method: 'GET',
    path: '/tasks/:task',
    needs: 'hosts:read',
    subject: 'Tasks',
    summary: 'One task. Its orders: list orders with `task`.',
    params: z.object({ task: z.uuid() }),
    answer: taskObject,
  },
  cancelTask: {
    method: 'POST',
    path: '/tasks/:task/cancel',
    needs: 'scans:start',
    subject: 'Tasks',
    summary:
      'Cancel what has not begun, and ask hosts to stop long scans. A run that changes a host is never cut in the middle. What changes hosts needs alerts:handle.',
    params: z.object({ task: z.uuid() }),
    answer: z.object({ cancelled: z.number().int(), asked: z.number().int(), left: z.number().int() }),
  },
  listOrders: {
    method: 'GET',
    path: '/orders',
    needs: 'hosts:read',
    subject: 'Tasks',
    summary: 'Orders to single hosts, newest first.',
    query: z.object({
      state: z.enum(centerOrderStates).optional(),
      host: z.uuid().optional(),
      task: z.uuid().optional(),
      alert: z.uuid().optional(),
      ...paging,
    }),
    answer: pageOf(orderObject),
  },
  getOrder: {
    method: 'GET',
    path: '/orders/:order',
    needs: 'hosts:read',
    subject: 'Tasks',
    summary: 'One order, with the steps of its run so far.',
    params: z.object({ order: z.uuid() }),
    answer: orderObject.extend({ steps: z.array(actionState) }),
  },
  approvalRequest: {
    method: 'POST',
    path: '/orders/approval-request',
    needs: 'orders:approve',
    subject: 'Approvals',
    summary:
      'What an approver signs for these orders: the document, its RFC 8785 text and the SHA-256 of that (the challenge of a security key), with the plan of each.',
    body: z.strictObject({ orders: orderIds, minutes: z.number().int().min(1).max(10_080).default(60) }),
    answer: z.object({
      approved: approval.shape.approved,
      /** RFC 8785 form of `approved`: these bytes are signed. */
      text: z.string(),
      /** SHA-256 of `text`, base64url. */
      challenge: z.string(),
      orders: z.array(
        z.object({
          id: z.uuid(),
          host: hostName,
          kind: z.string(),
          action: orderAction,
          digest: z.string(),
          createdBy: z.string(),
          alert: z.object({ id: z.uuid(), title: z.string() }).optional(),
          plan: plan.optional(),
        }),
      ),
    }),
  },
  approveOrders: {
    method: 'POST',
    path: '/orders/approve',
    needs: 'orders:approve',
    subject: 'Approvals',
    summary:
      'Approve orders that somebody else made. With a signed document, hosts that pin the key believe it too. Those that cannot be approved are named with the reason.',
    body: z.strictObject({ orders: orderIds, approval: approval.optional() }),
    freshLogin: 900,
    answer: z.object({ approved: z.array(z.uuid()), queued: z.array(z.uuid()), refused }),
  },
  refuseOrders: {
    method: 'POST',
    path: '/orders/refuse',
    needs: 'orders:approve',
    subject: 'Approvals',
    summary: 'Refuse orders that wait for approval.',
    body: z.strictObject({ orders: orderIds, reason: z.string().trim().min(3).max(2_000) }),
    answer: z.object({ refused: z.array(z.uuid()), left: refused }),
  },
  listRuns: {
    method: 'GET',
    path: '/runs',
    needs: 'hosts:read',
    subject: 'Runs',
    summary: 'Plans that were carried out, newest first.',
    query: z.object({
      host: z.uuid().optional(),
      state: z.enum(['running', 'complete', 'partial', 'undone', 'partly-undone']).optional(),
      ...paging,
    }),
    answer: pageOf(runObject),
  },
  getRun: {
    method: 'GET',
    path: '/hosts/:host/runs/:run',
    needs: 'hosts:read',
    subject: 'Runs',
    summary: 'One run with what became of each action, and its proof.',
    params: z.object({ host: z.uuid(), run: z.string().max(200) }),
    answer: runObject.extend({ actions: z.array(actionState), proven: proof.optional() }),
  },
  undoRun: {
    method: 'POST',
    path: '/hosts/:host/runs/:run/undo',
    needs: 'alerts:handle',
    subject: 'Runs',
    summary: 'Take back a run, or one action of it with those that depend on it.',
    params: z.object({ host: z.uuid(), run: z.string().max(200) }),
    body: z.strictObject({ action: z.number().int().positive().optional() }),
    status: 202,
    answer: ordered,
  },
  listQuarantine: {
    method: 'GET',
    path: '/quarantine',
    needs: 'hosts:read',
    subject: 'Quarantine',
    summary: 'What lies in the quarantine boxes of all hosts, newest first.',
    query: z.object({
      host: z.uuid().optional(),
      sha256: z.string().max(64).optional(),
      text: z.string().max(200).optional(),
      ...paging,
    }),
    answer: pageOf(quarantinedObject),
  },
  restoreQuarantined: {
    method: 'POST',
    path: '/hosts/:host/quarantine/:entry/restore',
    needs: 'alerts:handle',
    subject: 'Quarantine',
    summary: 'Put a quarantined file back where it was.',
    params: z.object({ host: z.uuid(), entry: z.string().max(200) }),
    status: 202,
    answer: ordered,
  },
  listBlocked: {
    method: 'GET',
    path: '/blocked',
    needs: 'hosts:read',
    subject: 'Blocks',
    summary: 'Addresses that hosts report as blocked now.',
    query: z.object({ host: z.uuid().optional(), address: z.string().max(60).optional(), ...paging }),
    answer: pageOf(blockedObject),
  },
} as const satisfies RouteTable
