import { isIP } from 'node:net'
import type { LoginEvent } from '../model/index.ts'

/** What is remembered of the log-ins from one address. Times in milliseconds since 1970. */
export interface AddressLogins {
  readonly address: string
  /** Of failures, oldest first: at most the latest 1,000. */
  readonly failures: readonly number[]
  /** Accounts that were tried: at most 50 of them. */
  readonly accounts: readonly string[]
  /** When somebody got in from there for the first time without many failures before, and when and as whom the last time. */
  readonly firstInMs?: number | undefined
  readonly lastInMs?: number | undefined
  readonly lastInAs?: string | undefined
}

const mostAddresses = 5000
const mostInAll = 100_000
/** Of each address, once there are more in all than can be remembered. */
const fewFailures = 20
const mostFailures = 1000
const mostAccounts = 50
/** Failures that people have before they get in. */
const mistyped = 5
const failuresKeptMs = 86_400_000
const addressesKeptMs = 30 * 86_400_000

interface Remembered {
  address: string
  failures: number[]
  accounts: string[]
  firstInMs?: number | undefined
  lastInMs?: number | undefined
  lastInAs?: string | undefined
}

/**
 * Counts log-ins by address, for as long as they matter: failures for a day, who got in for thirty. Bounded: when there are too many
 * addresses, those are forgotten that were quiet longest and from which nobody got in.
 */
export class LoginHistory {
  readonly #addresses = new Map<string, Remembered>()
  #failures = 0

  /** `kept`: what `kept()` of the one before gave, or anything. */
  constructor(kept: readonly AddressLogins[] = []) {
    for (const one of kept) {
      this.#addresses.set(one.address, { ...one, failures: [...one.failures], accounts: [...one.accounts] })
      this.#failures += one.failures.length
    }
  }

  note(events: readonly LoginEvent[]): void {
    for (const event of events) this.#note(event)
    if (this.#addresses.size > mostAddresses || this.#failures > mostInAll) this.#forgetSome()
  }

  /** All addresses with failures since then. */
  since(ms: number): AddressLogins[] {
    return [...this.#addresses.values()].filter(({ failures }) => (failures.at(-1) ?? 0) >= ms)
  }

  /** To be given to the next one, without what is too old. */
  kept(nowMs: number): AddressLogins[] {
    for (const [address, one] of this.#addresses) {
      one.failures = one.failures.filter(at => nowMs - at < failuresKeptMs)
      const quiet = nowMs - (one.lastInMs ?? 0) >= addressesKeptMs
      if (one.failures.length === 0 && quiet) this.#addresses.delete(address)
    }
    this.#count()
    return [...this.#addresses.values()]
  }

  #note({ address, account, succeeded, at }: LoginEvent): void {
    const atMs = Date.parse(at)
    if (address === undefined || isIP(address) === 0 || Number.isNaN(atMs)) return
    const one = this.#addresses.get(address) ?? { address, failures: [], accounts: [] }
    this.#addresses.delete(address)
    this.#addresses.set(address, one)
    if (succeeded) {
      if (one.failures.length <= mistyped) one.firstInMs ??= atMs
      one.lastInMs = atMs
      one.lastInAs = account
      return
    }
    one.failures.push(atMs)
    this.#failures++
    if (one.failures.length > mostFailures) one.failures.shift()
    if (account !== undefined && one.accounts.length < mostAccounts && !one.accounts.includes(account))
      one.accounts.push(account)
  }

  #forgetSome(): void {
    const all = [...this.#addresses.values()]
    const [strangers, known] = [false, true].map(came => all.filter(one => (one.lastInMs !== undefined) === came))
    const tooMany = this.#addresses.size > mostAddresses ? this.#addresses.size - mostAddresses * 0.9 : 0
    for (const { address } of [...(strangers ?? []), ...(known ?? [])].slice(0, tooMany))
      this.#addresses.delete(address)
    if (this.#failures > mostInAll) for (const one of all) one.failures = one.failures.slice(-fewFailures)
    this.#count()
  }

  #count(): void {
    this.#failures = 0
    for (const { failures } of this.#addresses.values()) this.#failures += failures.length
  }
}
