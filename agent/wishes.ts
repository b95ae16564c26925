import { join } from 'node:path'
import type { AgentConfig, CenterPolicy } from '../model/wire/index.ts'
import { readPolicy } from './connection/center-frames.ts'
import { readJson, replaceJson } from './own-files.ts'
import { type PolicyInForce, policyInForce } from './policy.ts'
import type { AgentFolders } from './ports.ts'

/** The center's policy, kept over a restart, and what `agent.yml` leaves of it. */
export class Wishes {
  readonly #path: string
  readonly #config: () => AgentConfig
  #wished: CenterPolicy | undefined

  constructor({ own }: Pick<AgentFolders, 'own'>, config: () => AgentConfig) {
    this.#path = join(own, 'policy.json')
    this.#config = config
    // Without a center nobody wishes anything, whatever one wished before.
    if (config().center !== undefined) this.#wished = readPolicy(readJson(this.#path)?.['policy'])
  }

  /** 0: nobody's wish. */
  get version(): number {
    return this.#wished?.version ?? 0
  }

  inForce(): PolicyInForce {
    return policyInForce(this.#config(), this.#wished)
  }

  take(policy: CenterPolicy): void {
    this.#wished = policy
    replaceJson(this.#path, { policy })
  }
}
