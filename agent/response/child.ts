import { join } from 'node:path'
import type { AgentConfig, CenterPolicy, ResponseConfig } from '../../model/wire/index.ts'
import type { AgentFolders } from '../ports.ts'
import { type ChildEnd, runChange } from '../work/child.ts'
import type { RespondRequest } from './request.ts'

/** What a child that responds needs. All of it may be called at any time. */
export interface ChildParts {
  readonly folders: Pick<AgentFolders, 'state' | 'own'>
  readonly launcher: string
  config(): Pick<AgentConfig, 'response' | 'orders'>
  /** The center's policy, tightened by the local one. */
  policy(): Pick<CenterPolicy, 'prevention' | 'autoResponse'>
  centerAddresses(): Promise<readonly string[]>
  log(line: string): void
}

export type Asked = Omit<RespondRequest, 'response' | 'mode' | 'centers'>

const longestMs = 15 * 60_000
let children = 0

/** The local policy with what else of it binds here: what no order may touch, no response touches; a center that wants no clean-ups has none. */
export function responseOf({ config, policy }: Pick<ChildParts, 'config' | 'policy'>): ResponseConfig {
  const { response, orders } = config()
  const may = policy().autoResponse === 'confirmed' ? response.may : response.may.filter(kind => kind !== 'clean')
  return {
    ...response,
    may,
    protect: { ...response.protect, paths: [...response.protect.paths, ...orders.neverTouch] },
  }
}

/** `davylamp agent respond`, with the policy of this moment. */
export async function askChild(request: Asked, parts: ChildParts, signal: AbortSignal): Promise<ChildEnd> {
  const whole: RespondRequest = {
    ...request,
    response: responseOf(parts),
    mode: parts.policy().prevention,
    centers: await parts.centerAddresses(),
  }
  return runChild(['agent', 'respond'], parts, signal, JSON.stringify(whole))
}

/** A command that changes the host: left to finish when the agent ends, or when it takes too long. */
export function runChild(
  words: readonly string[],
  { launcher, folders }: ChildParts,
  signal: AbortSignal,
  input?: string,
): Promise<ChildEnd> {
  children += 1
  return runChange({
    launcher,
    words: ['--json', '--state', folders.state, ...words],
    ...(input === undefined ? {} : { input }),
    output: join(folders.own, 'children', `response-${process.pid}-${children}`),
    signal: AbortSignal.any([signal, AbortSignal.timeout(longestMs)]),
    onStart() {},
  })
}
