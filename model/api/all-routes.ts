import { auditRoutes } from './audit.ts'
import { peopleRoutes, profileRoutes, signInRoutes } from './people.ts'
import { agentRoutes } from './agents.ts'
import { alertRoutes } from './alerts.ts'
import { detectionRoutes } from './detections.ts'
import { healthRoutes } from './health.ts'
import { hostRoutes } from './hosts.ts'
import { huntRoutes } from './hunt.ts'
import { liveRoutes } from './live.ts'
import { orderRoutes } from './orders.ts'
import { notificationRoutes } from './notifications.ts'
import { settingsRoutes } from './settings.ts'
import { hostNowRoutes } from './host-now.ts'
import { overviewRoutes } from './overview.ts'
import { ruleRoutes } from './rules.ts'
import { storyRoutes } from './story.ts'
import { upgradeRoutes } from './upgrades.ts'
import type { RouteTable } from './route.ts'

/** The whole API. */
export const allRoutes = {
  ...hostRoutes,
  ...agentRoutes,
  ...alertRoutes,
  ...detectionRoutes,
  ...huntRoutes,
  ...liveRoutes,
  ...healthRoutes,
  ...orderRoutes,
  ...notificationRoutes,
  ...signInRoutes,
  ...profileRoutes,
  ...peopleRoutes,
  ...auditRoutes,
  ...settingsRoutes,
  ...storyRoutes,
  ...ruleRoutes,
  ...hostNowRoutes,
  ...overviewRoutes,
  ...upgradeRoutes,
} as const satisfies RouteTable
