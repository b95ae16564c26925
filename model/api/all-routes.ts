import { alertRoutes } from './alerts.ts'
import { hostRoutes } from './hosts.ts'
import { huntRoutes } from './hunt.ts'
import type { RouteTable } from './route.ts'

/** The whole API. */
export const allRoutes = {
  ...hostRoutes,
  ...alertRoutes,
  ...huntRoutes,
} as const satisfies RouteTable
