import type { detectionRoutes } from '../../model/api/index.ts'
import type { Handlers } from '../context.ts'
import { countHandlers } from './counts.ts'
import { listHandlers } from './list.ts'
import { watchHandlers } from './watch.ts'

/** The functions behind `detectionRoutes`. */
export const detectionHandlers: Handlers<typeof detectionRoutes> = {
  ...listHandlers,
  ...countHandlers,
  ...watchHandlers,
}
