import { allRoutes } from '../../../model/api/index.ts'
import { alertHandlers, allHuntHandlers } from '../../alerts/index.ts'
import { detectionHandlers } from '../../detections/index.ts'
import { exportHandlers } from '../../export/index.ts'
import { quarantinedFileHandlers } from '../../fetched/index.ts'
import { hostsHandlers, overviewHandlers, processHandlers } from '../../fleet/index.ts'
import { agentHandlers } from '../../gateway/index.ts'
import type { Keyring } from '../../keys/index.ts'
import { notificationHandlers } from '../../notify/index.ts'
import { orderApi } from '../../orders/index.ts'
import { peopleHandlers } from '../../people/index.ts'
import { ruleHandlers } from '../../rules/index.ts'
import { reportHandlers } from '../../report/index.ts'
import { settingsHandlers } from '../../settings/index.ts'
import { storyHandlers } from '../../story/index.ts'
import { upgradeHandlers } from '../../upgrades/index.ts'

/** Everything that answers the API, by the names of its functions; live view and health are the server's own. */
export function allHandlers(keys: Keyring): Readonly<Record<string, unknown>> {
  return {
    ...hostsHandlers,
    ...processHandlers,
    ...quarantinedFileHandlers,
    ...overviewHandlers,
    ...agentHandlers({ keys, downloads: { joinPackage: async () => undefined } }),
    ...upgradeHandlers({ downloads: { releases: async () => [] } }),
    ...alertHandlers,
    ...detectionHandlers,
    ...allHuntHandlers,
    ...notificationHandlers,
    ...exportHandlers,
    ...orderApi,
    ...peopleHandlers,
    ...ruleHandlers,
    ...settingsHandlers,
    ...storyHandlers,
    ...reportHandlers({ program: 'davylamp test' }),
  }
}

/** Functions of the contract that nothing answers here. */
export function withoutHandler(handlers: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(allRoutes).filter(name => !(name in handlers) && name !== 'live' && name !== 'getHealth')
}
