import { isIPv6 } from 'node:net'

/** Lets `perSecond` through on average and `burst` at once. Time is given in ms, so that tests need not wait. */
export class Bucket {
  readonly #perSecond: number
  readonly #burst: number
  #level: number
  #at: number

  constructor(perSecond: number, burst: number, now: number) {
    this.#perSecond = perSecond
    this.#burst = burst
    this.#level = burst
    this.#at = now
  }

  /** 0: taken. Otherwise the seconds until there is room again; nothing was taken. More than a whole burst waits for a full bucket. */
  take(amount: number, now: number): number {
    this.#level = Math.min(this.#burst, this.#level + (Math.max(0, now - this.#at) / 1_000) * this.#perSecond)
    this.#at = now
    const wanted = Math.min(amount, this.#burst)
    if (this.#level < wanted) return (wanted - this.#level) / this.#perSecond
    this.#level -= amount
    return 0
  }

  full(now: number): boolean {
    return this.#level + (Math.max(0, now - this.#at) / 1_000) * this.#perSecond >= this.#burst
  }
}

/** A bucket for each address (or agent id); IPv6 by its /64, since one host has all of that. Bounded: with too many addresses, full buckets are forgotten. */
export class AddressLimit {
  readonly #perSecond: number
  readonly #burst: number
  readonly #buckets = new Map<string, Bucket>()

  constructor(perMinute: number, burst: number) {
    this.#perSecond = perMinute / 60
    this.#burst = burst
  }

  take(address: string, now: number): number {
    const key = networkOf(address)
    const known = this.#buckets.get(key)
    if (known !== undefined) return known.take(1, now)
    if (this.#buckets.size >= 10_000) this.#forget(now)
    const bucket = new Bucket(this.#perSecond, this.#burst, now)
    this.#buckets.set(key, bucket)
    return bucket.take(1, now)
  }

  #forget(now: number): void {
    for (const [key, bucket] of this.#buckets) if (bucket.full(now)) this.#buckets.delete(key)
    if (this.#buckets.size >= 10_000) this.#buckets.clear()
  }
}

export function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '')
  if (!isIPv6(plain)) return plain
  const [head = '', tail] = plain.toLowerCase().split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length)
  return [...before, ...Array<string>(zeros).fill('0'), ...after]
    .slice(0, 4)
    .map(part => part.replace(/^0+(?=.)/, ''))
    .join(':')
}
