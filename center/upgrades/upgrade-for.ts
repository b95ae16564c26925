import type { UpgradeHindrance } from '../../model/api/index.ts'
import type { Release } from '../../model/wire/index.ts'
import { architectureNamed, compareVersions } from '../gateway/index.ts'

/** What a center knows of an agent that bears on its upgrade. */
export interface UpgradableAgent {
  /** As its `hello` said it: `davylamp 0.1.0`. */
  readonly program: string
  readonly architecture: string
  readonly capabilities: readonly string[]
  /** It has an order to upgrade that has not ended. */
  readonly underWay: boolean
}

/** The newest release that the agent would take, or why there is none. Its host judges again, by the signature too. */
export function upgradeFor(agent: UpgradableAgent, releases: readonly Release[]): Release | UpgradeHindrance {
  const running = versionOf(agent.program)
  if (running === undefined || !agent.capabilities.includes('upgrade:allowed')) return 'not-allowed'
  if (agent.underWay) return 'under-way'
  const own = releases.filter(one => one.architecture === architectureNamed(agent.architecture))
  if (own.length === 0) return 'no-release'
  const newer = own.filter(one => compareVersions(one.program, running) > 0)
  if (newer.length === 0) return 'newest'
  const fit = newer.filter(one => compareVersions(running, one.minimum) >= 0)
  return fit.toSorted((a, b) => compareVersions(a.program, b.program)).at(-1) ?? 'step-missing'
}

export function versionOf(program: string): string | undefined {
  return /(?:^| )(\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?)$/.exec(program)?.[1]
}
