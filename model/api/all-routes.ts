import type { RouteTable } from './route.ts'

/** The whole API. */
export const allRoutes = {} as const satisfies RouteTable
