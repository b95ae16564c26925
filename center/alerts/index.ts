import type { alertRoutes, huntRoutes } from '../../model/api/index.ts'
import type { Handlers } from '../context.ts'
import { allowHandlers } from './allowlist.ts'
import { blockHandlers } from './blocks.ts'
import { detailHandlers } from './detail.ts'
import { handleHandlers } from './handle.ts'
import { huntHandlers } from './hunt.ts'
import { indicatorHandlers } from './indicators.ts'
import { listHandlers } from './list.ts'
import { packHandlers } from './packs.ts'
import { triageHandlers } from './triage.ts'
import { viewHandlers } from './views.ts'

export { matchIndicators } from './match-indicators.ts'
export { type Bounds, boundsOf, fromWindows, searchedDays, type Window, windowsOf } from './windows.ts'

export const alertHandlers: Handlers<typeof alertRoutes> = {
  ...listHandlers,
  ...detailHandlers,
  ...triageHandlers,
  ...allowHandlers,
  ...viewHandlers,
  ...handleHandlers,
}

export const allHuntHandlers: Handlers<typeof huntRoutes> = {
  ...huntHandlers,
  ...indicatorHandlers,
  ...packHandlers,
  ...blockHandlers,
}
