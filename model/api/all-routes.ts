import { alertRoutes } from './alerts.ts'
import { healthRoutes } from './health.ts'
import { hostRoutes } from './hosts.ts'
import { huntRoutes } from './hunt.ts'
import { liveRoutes } from './live.ts'
import type { RouteTable } from './route.ts'

/** The whole API. */
export const allRoutes = {
  ...hostRoutes,
  ...alertRoutes,
  ...huntRoutes,
  ...liveRoutes,
  ...healthRoutes,
} as const satisfies RouteTable
