import { z } from 'zod'
import { orderKinds } from '../wire/index.ts'
import type { RouteTable } from './route.ts'

export const settingsObject = z.strictObject({
  /** Kinds of orders that wait for other people than the one who orders, and for how many. */
  secondApprover: z.strictObject({ kinds: z.array(z.enum(orderKinds)), approvals: z.number().int().min(1).max(2) }),
})
export type SettingsObject = z.output<typeof settingsObject>

export const settingsRoutes = {
  getSettings: {
    method: 'GET',
    path: '/settings',
    needs: 'alerts:read',
    subject: 'Settings',
    summary: 'What holds for all orders of this center.',
    answer: settingsObject,
  },
  updateSettings: {
    method: 'PATCH',
    path: '/settings',
    needs: 'settings:write',
    subject: 'Settings',
    summary: 'Change some of it. Needs the right for all groups.',
    freshLogin: 900,
    body: settingsObject.partial(),
    answer: settingsObject,
  },
} as const satisfies RouteTable
