import { decide, type HourLedger, type Limited, limitOf } from '../../agent/response/index.ts'
import type { RespondRequest } from '../../agent/response/index.ts'
import type { SharedPlaces } from '../../detect/intel/index.ts'
import type { Ask } from './allowed-plan.ts'
import { neverBlockedBy } from './named-addresses.ts'

/** Asks the policy about one action after the other; what it allows counts at once, so that no two actions use the same place in a limit. */
export class Permission {
  readonly #request: Pick<RespondRequest, 'response' | 'mode'>
  readonly #ledger: HourLedger
  readonly #shared: SharedPlaces
  readonly #isKept: (address: string) => boolean
  #asked: Partial<Record<Limited, number>> = {}

  constructor(request: Pick<RespondRequest, 'response' | 'mode'>, ledger: HourLedger, shared: SharedPlaces) {
    this.#request = request
    this.#ledger = ledger
    this.#shared = shared
    this.#isKept = neverBlockedBy(request.response.neverBlock)
  }

  /** About something that is confirmed. */
  readonly ask: Ask = question => {
    const { response, mode } = this.#request
    const { address } = question.subject
    if (question.kind === 'block-address' && address !== undefined) {
      const why = this.#neverBlocked(address)
      if (why !== undefined) return { may: false, outcome: 'refused', detail: why }
    }
    const before = this.#ledger.counts()
    const counts = { ...before }
    for (const [kind, amount] of Object.entries(this.#asked)) counts[kind as Limited] += amount
    const decision = decide({ ...question, verdict: 'confirmed' }, response, mode, counts, new Date())
    if (decision.may) this.#count(limitOf[question.kind], question.amount ?? 1)
    return decision
  }

  /** The same within something larger that was allowed already and is counted as one. */
  readonly askWithin: Ask = question => {
    const asked = { ...this.#asked }
    const decision = this.ask({ ...question, amount: 0 })
    this.#asked = asked
    return decision
  }

  /** What was allowed will be done: from now on it counts for everybody. Throws where that cannot be written down. */
  use(): void {
    const asked = this.#asked
    this.#asked = {}
    for (const [kind, amount] of Object.entries(asked)) if (amount > 0) this.#ledger.add(kind as Limited, amount)
  }

  /** Nothing of it will be done. */
  drop(): void {
    this.#asked = {}
  }

  #count(kind: Limited | undefined, amount: number): void {
    if (kind !== undefined) this.#asked[kind] = (this.#asked[kind] ?? 0) + amount
  }

  #neverBlocked(address: string): string | undefined {
    if (this.#isKept(address)) return `${address} is never blocked (response.neverBlock in agent.yml).`
    if (this.#shared.holdsAddress(address)) return `${address} belongs to a service that many use: it is not blocked.`
    return undefined
  }
}
