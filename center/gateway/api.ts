import type { agentRoutes } from '../../model/api/index.ts'
import type { Handlers } from '../context.ts'
import type { Keyring } from '../keys/index.ts'
import { agentListHandlers } from './api-agents.ts'
import { enrolmentHandlers } from './api-enrolments.ts'
import { tokenHandlers } from './api-tokens.ts'
import type { Downloads } from './downloads.ts'

export interface AgentApiParts {
  readonly keys: Pick<Keyring, 'authority'>
  readonly downloads: Pick<Downloads, 'joinPackage'>
}

/** The functions behind `agentRoutes`. */
export function agentHandlers(parts: AgentApiParts): Handlers<typeof agentRoutes> {
  return { ...tokenHandlers(parts), ...enrolmentHandlers, ...agentListHandlers }
}
