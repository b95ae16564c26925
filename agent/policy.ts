import type { AgentConfig, CenterPolicy } from '../model/wire/index.ts'

export interface PolicyInForce {
  readonly policy: CenterPolicy
  /** What the local policy took away from what the center asked, in words. */
  readonly tightened: readonly string[]
}

/** What the agent does: the center's wishes, bounded by `agent.yml`. Without a center, what `agent.yml` says. */
export function policyInForce(config: AgentConfig, wished: CenterPolicy | undefined): PolicyInForce {
  const policy = wished ?? withoutCenter(config)
  const cpuPercent = Math.min(policy.scan.cpuPercent, config.scan.cpuPercent)
  const prevention = config.prevention === undefined ? policy.prevention : weaker(policy.prevention, config.prevention)
  const mayClean = config.response.may.includes('clean') && !config.response.dryRun
  const autoResponse = mayClean ? policy.autoResponse : 'off'
  const tightened = [
    ...(cpuPercent < policy.scan.cpuPercent
      ? [`scans take at most ${cpuPercent} % of a core, not ${policy.scan.cpuPercent} %`]
      : []),
    ...(prevention !== policy.prevention ? [`prevention is ${prevention}, not ${policy.prevention}`] : []),
    ...(autoResponse !== policy.autoResponse
      ? [
          config.response.dryRun
            ? 'nothing is cleaned by itself (response.dryRun)'
            : 'nothing is cleaned by itself (clean is not in response.may)',
        ]
      : []),
    ...(wished !== undefined && config.scan.notBetween !== undefined
      ? [`no scheduled scans between ${config.scan.notBetween.from} and ${config.scan.notBetween.to}`]
      : []),
  ]
  return { policy: { ...policy, scan: { ...policy.scan, cpuPercent }, prevention, autoResponse }, tightened }
}

const strengths = ['off', 'observe', 'block'] as const

function weaker(one: CenterPolicy['prevention'], other: CenterPolicy['prevention']): CenterPolicy['prevention'] {
  return strengths[Math.min(strengths.indexOf(one), strengths.indexOf(other))] ?? 'off'
}

/** Version 0: nobody's wish. */
function withoutCenter({ scan, prevention, response }: AgentConfig): CenterPolicy {
  return {
    version: 0,
    scan: { quick: { everyMinutes: scan.everyMinutes }, cpuPercent: 30 },
    inventoryEveryMinutes: scan.everyMinutes,
    reportCostEveryMinutes: 5,
    laterLooks: true,
    prevention: prevention ?? 'observe',
    autoResponse: response.may.includes('clean') && !response.dryRun ? 'confirmed' : 'off',
  }
}
