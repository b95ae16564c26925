import { join } from 'node:path'
import {
  type AddressLogins,
  answerBruteForce,
  type BlockWanted,
  LoginHistory,
  type PastBlock,
} from '../../engine/brute-force.ts'
import type { LoginEvent, Response } from '../../model/index.ts'
import type { ResponseConfig } from '../../model/wire/index.ts'
import { isRecord, messageOf, readJson, replaceJson } from '../own-files.ts'

export interface BruteForceParts {
  /** The agent's own folder. */
  readonly own: string
  config(): ResponseConfig
  /** Blocks them, or says why not. A response may be about several of them, and names some. Never throws. */
  block(addresses: readonly BlockWanted[]): Promise<readonly Response[]>
  log(line: string): void
  /** Milliseconds since 1970. */
  now?(): number
}

const everyMs = 2000
const keptEveryMs = 60_000
/** An address about which nothing was done is not asked about again so soon. */
const restMs = 600_000
const mostBlocksKept = 5000
const blocksKeptMs = 14 * 86_400_000
const mostAtOnce = 50

/** Has those blocked who try passwords. Counts log-ins as they are told, and remembers over a restart whom it had blocked. */
export class BruteForceBlocks {
  readonly #parts: BruteForceParts
  readonly #path: string
  readonly #history: LoginHistory
  readonly #resting = new Map<string, number>()
  #blocks: PastBlock[]
  #changed = false
  #askedMs = 0
  #keptMs = 0
  #working: Promise<void> | undefined

  constructor(parts: BruteForceParts) {
    this.#parts = parts
    this.#path = join(parts.own, 'logins.json')
    const kept = readJson(this.#path)
    this.#history = new LoginHistory(arrayOf(kept?.['logins'], isLogins))
    this.#blocks = arrayOf(kept?.['blocks'], isBlock)
  }

  /** Addresses that are blocked for this now. */
  get active(): number {
    const nowMs = this.#now()
    return this.#blocks.filter(one => isActive(one, nowMs)).length
  }

  note(events: readonly LoginEvent[]): void {
    if (events.length === 0) return
    this.#history.note(events)
    this.#changed = true
  }

  /** Called every so often. Never throws; resolves when what it found had to be done was done. */
  tick(): Promise<void> {
    const nowMs = this.#now()
    if (this.#changed && Math.abs(nowMs - this.#keptMs) >= keptEveryMs) this.#keep(nowMs)
    if (this.#working !== undefined) return this.#working
    if (Math.abs(nowMs - this.#askedMs) < everyMs) return Promise.resolve()
    this.#askedMs = nowMs
    const wanted = this.#wanted(nowMs)
    if (wanted.length === 0) return Promise.resolve()
    this.#working = this.#block(wanted).finally(() => {
      this.#working = undefined
    })
    return this.#working
  }

  async close(): Promise<void> {
    await this.#working
    if (this.#changed) this.#keep(this.#now())
  }

  #wanted(nowMs: number): readonly BlockWanted[] {
    const { bruteForce: limits, neverBlock } = this.#parts.config()
    if (!limits.block) return []
    for (const [address, until] of this.#resting) if (until <= nowMs) this.#resting.delete(address)
    const { block } = answerBruteForce({
      logins: this.#history.since(nowMs - limits.minutes * 60_000),
      blocks: this.#blocks,
      nowMs,
      limits,
      neverBlock,
      sparedBecause: address => (this.#resting.has(address) ? 'left alone for a while' : undefined),
    })
    return block.slice(0, mostAtOnce)
  }

  async #block(wanted: readonly BlockWanted[]): Promise<void> {
    const responses = await this.#parts.block(wanted)
    const nowMs = this.#now()
    const blocked = blockedOf(wanted, responses)
    for (const { address, seconds } of wanted) {
      if (blocked.has(address)) this.#blocks.push({ address, atMs: nowMs, seconds })
      else this.#resting.set(address, nowMs + restMs)
    }
    this.#keep(nowMs)
  }

  #keep(nowMs: number): void {
    this.#blocks = this.#blocks
      .filter(one => nowMs - one.atMs < blocksKeptMs || isActive(one, nowMs))
      .slice(-mostBlocksKept)
    this.#keptMs = nowMs
    this.#changed = false
    try {
      replaceJson(this.#path, { logins: this.#history.kept(nowMs), blocks: this.#blocks })
    } catch (error) {
      this.#parts.log(`what is known of log-ins could not be kept: ${messageOf(error)}`)
    }
  }

  #now(): number {
    return this.#parts.now?.() ?? Date.now()
  }
}

/** One that nothing names rests with the others: when it is asked about again, it turns out to be blocked already. */
function blockedOf(wanted: readonly BlockWanted[], responses: readonly Response[]): ReadonlySet<string> {
  const addresses = wanted.map(({ address }) => address)
  if (responses.length > 0 && responses.every(({ outcome }) => outcome === 'done')) return new Set(addresses)
  const done = responses.flatMap(({ outcome, detail }) => (outcome === 'done' ? wordsOf(detail) : []))
  return new Set(addresses.filter(address => done.includes(address)))
}

/** What could be an address in a sentence. */
function wordsOf(text: string): string[] {
  return text.split(/[^\da-fA-F.:]+/).map(word => word.replace(/[.:]+$/, ''))
}

function isActive({ atMs, seconds }: PastBlock, nowMs: number): boolean {
  return nowMs < atMs + seconds * 1000
}

function arrayOf<T>(value: unknown, fits: (one: unknown) => one is T): T[] {
  return Array.isArray(value) ? value.filter(fits) : []
}

function isBlock(one: unknown): one is PastBlock {
  return (
    isRecord(one) &&
    typeof one['address'] === 'string' &&
    typeof one['atMs'] === 'number' &&
    typeof one['seconds'] === 'number'
  )
}

function isLogins(one: unknown): one is AddressLogins {
  const isTime = (value: unknown) => value === undefined || typeof value === 'number'
  return (
    isRecord(one) &&
    typeof one['address'] === 'string' &&
    Array.isArray(one['failures']) &&
    one['failures'].every(at => typeof at === 'number') &&
    Array.isArray(one['accounts']) &&
    one['accounts'].every(name => typeof name === 'string') &&
    isTime(one['firstInMs']) &&
    isTime(one['lastInMs'])
  )
}
