import type { liveRoutes } from '../../model/api/index.ts'
import type { LiveHub } from './live-hub.ts'
import type { ApiHandlers } from './ports.ts'

export function liveHandlers(hub: LiveHub): ApiHandlers<typeof liveRoutes> {
  return {
    async live({ query }, { caller, credentials, signal, reply }) {
      const text = hub.open(caller, credentials, query.what, signal)
      // nginx would hold events back until it has a buffer full of them.
      reply.header('x-accel-buffering', 'no')
      reply.send(text)
    },
  }
}
