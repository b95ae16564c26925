import type { orderRoutes } from '../../model/api/index.ts'
import type { Handlers } from '../context.ts'
import { boxHandlers } from './hosts-box-api.ts'
import { orderHandlers } from './orders-api.ts'
import { taskHandlers } from './tasks-api.ts'

export const orderApi: Handlers<typeof orderRoutes> = { ...taskHandlers, ...orderHandlers, ...boxHandlers }
