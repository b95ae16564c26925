import type { alertRoutes, huntRoutes } from '../../model/api/index.ts'
import type { Handlers } from '../context.ts'
import { allowHandlers } from './allowlist.ts'
import { detailHandlers } from './detail.ts'
import { huntHandlers } from './hunt.ts'
import { indicatorHandlers } from './indicators.ts'
import { listHandlers } from './list.ts'
import { packHandlers } from './packs.ts'
import { triageHandlers } from './triage.ts'
import { viewHandlers } from './views.ts'

export const alertHandlers: Omit<Handlers<typeof alertRoutes>, 'previewHandling' | 'handleAlerts'> = {
  ...listHandlers,
  ...detailHandlers,
  ...triageHandlers,
  ...allowHandlers,
  ...viewHandlers,
}

export const allHuntHandlers: Omit<Handlers<typeof huntRoutes>, 'listBlocks' | 'createBlock' | 'removeBlock'> = {
  ...huntHandlers,
  ...indicatorHandlers,
  ...packHandlers,
}
