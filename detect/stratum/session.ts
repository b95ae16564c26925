import type { StratumMessage } from './message.ts'

/** What was overheard between a miner and a pool, put together from single messages. */
export class StratumSession {
  readonly #client = new Set<string>()
  readonly #pool = new Set<string>()
  #account: string | undefined
  #agent: string | undefined

  add(message: StratumMessage): void {
    const side = message.from === 'client' ? this.#client : this.#pool
    if (side.size < 16) side.add(message.says)
    this.#account ??= message.account
    this.#agent ??= message.agent
  }

  get empty(): boolean {
    return this.#client.size + this.#pool.size === 0
  }

  /** Somebody asked for work and somebody gave some. */
  get bothSides(): boolean {
    return this.#client.size > 0 && this.#pool.size > 0
  }

  get poolSpoke(): boolean {
    return this.#pool.size > 0
  }

  /** How many different things the client said. */
  get clientWords(): number {
    return this.#client.size
  }

  get account(): string | undefined {
    return this.#account
  }

  get agent(): string | undefined {
    return this.#agent
  }

  /** `login, submit; answered by job`. */
  get words(): string {
    const [client, pool] = [this.#client, this.#pool].map(side => [...side].slice(0, 4).join(', '))
    if (pool === '') return client ?? ''
    return client === '' ? `${pool}` : `${client}; answered by ${pool}`
  }
}
