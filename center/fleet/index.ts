import type { hostRoutes } from '../../model/api/index.ts'
import type { Handlers } from '../context.ts'
import { groupHandlers } from './groups.ts'
import { hostHandlers } from './hosts.ts'
import { inventoryHandlers } from './inventory.ts'
import { moveHandlers } from './move-hosts.ts'
import { scanHandlers } from './scans.ts'
import { summaryHandlers } from './summary.ts'

export { groupsBelow, groupHandlers, rootGroup } from './groups.ts'
export { containing, hostObjectOf, hostsEver, hostsOf, inGroupsOf, mayInGroup } from './host-object.ts'
export { type Groups, groupsMeant, inGroups } from './groups-meant.ts'
export { groupsIn, hostHandlers, hostRow } from './hosts.ts'
export { hostsNamed, mostNamed } from './hosts-named.ts'
export { inventoryHandlers } from './inventory.ts'
export { processHandlers } from './processes.ts'
export { overviewHandlers } from './overview.ts'
export { scanHandlers } from './scans.ts'
export { hostsInScope, scopeReaches, type Scope, type ScopedHost } from './scope.ts'
export { summaryHandlers } from './summary.ts'

/** The functions behind `hostRoutes`. */
export const hostsHandlers: Handlers<typeof hostRoutes> = {
  ...hostHandlers,
  ...moveHandlers,
  ...groupHandlers,
  ...inventoryHandlers,
  ...scanHandlers,
  ...summaryHandlers,
}
