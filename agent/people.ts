import type { Detection } from '../model/index.ts'
import { hostData } from './host-data.ts'
import type { LookResult, Teller } from './ports.ts'

const mostRemembered = 1_000

/** Tells people what was found while no center does. What is not certain is left to the next scan. */
export class People {
  readonly #teller: Teller | undefined
  readonly #hasCenter: () => boolean
  readonly #told = new Set<string>()

  constructor(teller: Teller | undefined, hasCenter: () => boolean) {
    this.#teller = teller
    this.#hasCenter = hasCenter
  }

  /** Each one once, however often more becomes known of it. */
  detected({ id, verdict, title, because }: Detection): void {
    if (this.#hasCenter() || verdict !== 'confirmed' || this.#told.has(id)) return
    this.#told.add(id)
    const [oldest] = this.#told
    if (this.#told.size > mostRemembered && oldest !== undefined) this.#told.delete(oldest)
    const incidents = [{ id, verdict, title, lines: because }]
    void this.#teller?.tell(hostData().hostname, { verdict, incidents })
  }

  async looked(result: LookResult): Promise<void> {
    if (!this.#hasCenter() && result.verdict !== 'clean') await this.#teller?.tell(hostData().hostname, result)
  }
}
