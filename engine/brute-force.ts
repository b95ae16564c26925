import type { AddressLogins } from './login-history.ts'
import { customerOf, isInNetwork, isPrivate } from './network.ts'

export { type AddressLogins, LoginHistory } from './login-history.ts'

/** An address that is or was blocked for this reason. */
export interface PastBlock {
  readonly address: string
  readonly atMs: number
  readonly seconds: number
}

export interface BruteForceLimits {
  /** Failed log-ins from one address within `minutes`. */
  readonly failures: number
  readonly minutes: number
  /** How long the first block holds. */
  readonly blockMinutes: number
  /** Addresses blocked at the same time. Default 1,000. */
  readonly mostAtOnce?: number
}

export interface BruteForceQuestion {
  /** Who has failed lately (`LoginHistory.since`). */
  readonly logins: readonly AddressLogins[]
  /** What was blocked before, also what has expired. */
  readonly blocks: readonly PastBlock[]
  readonly nowMs: number
  readonly limits: BruteForceLimits
  /** Addresses and networks that the owner of the host never wants blocked. */
  readonly neverBlock: readonly string[]
  /** Why an address must not be blocked whatever it does, such as `a gateway` or `the other end of an ssh session`. */
  readonly sparedBecause: (address: string) => string | undefined
}

export interface BlockWanted {
  readonly address: string
  readonly seconds: number
  readonly because: string
}

export interface BruteForceAnswer {
  /** The busiest first. */
  readonly block: readonly BlockWanted[]
  /** Those that did enough to be blocked and are not, and why. */
  readonly spared: readonly { readonly address: string; readonly because: string }[]
  /** Many addresses try, each a little: fewer failures are enough then. */
  readonly spread: boolean
}

const usualMostAtOnce = 1000
const longestMinutes = 7 * 24 * 60
/** Whoever comes back within this time is blocked longer. */
const rememberedMs = 14 * 86_400_000
const growth = 4
/** How much more is needed where people have come from, or where one address may stand for many people. */
const patience = 3
const spreadAddresses = 20
const fewest = 3

/**
 * Which addresses are blocked for how long because they try passwords. Pure: the same question has the same answer. Nothing is done here;
 * the remedy that blocks refuses by itself what must never be blocked, once more.
 */
export function answerBruteForce(question: BruteForceQuestion): BruteForceAnswer {
  const { logins, nowMs, limits, blocks, neverBlock } = question
  const sinceMs = nowMs - limits.minutes * 60_000
  const tries = logins.map(one => ({ ...one, recent: one.failures.filter(at => at >= sinceMs) }))
  const spread = isSpread(tries, limits)
  const active = new Set(blocks.filter(one => nowMs < one.atMs + one.seconds * 1000).map(({ address }) => address))
  const byCustomer = Map.groupBy(tries, ({ address }) => customerOf(address) ?? address)
  const wanted: (BlockWanted & { readonly failures: number })[] = []
  const spared: { address: string; because: string }[] = []
  for (const group of byCustomer.values()) {
    const failures = group.reduce((sum, { recent }) => sum + recent.length, 0)
    if (failures < neededOf(group, sinceMs, spread, limits)) continue
    for (const one of group) {
      if (one.recent.length === 0 || active.has(one.address)) continue
      const listed = neverBlock.find(network => isInNetwork(one.address, network))
      const why = listed === undefined ? question.sparedBecause(one.address) : `in response.neverBlock (${listed})`
      if (why !== undefined) spared.push({ address: one.address, because: `${one.address} is ${why}.` })
      else wanted.push({ ...blockOf(one, failures, question), failures })
    }
  }
  const room = Math.max(0, (limits.mostAtOnce ?? usualMostAtOnce) - active.size)
  wanted.sort((a, b) => b.failures - a.failures || (a.address < b.address ? -1 : 1))
  return {
    block: wanted.slice(0, room).map(({ address, seconds, because }) => ({ address, seconds, because })),
    spared: [
      ...spared,
      ...wanted
        .slice(room)
        .map(({ address }) => ({ address, because: `So many addresses are blocked already (${active.size}).` })),
    ],
    spread,
  }
}

interface Tries extends AddressLogins {
  readonly recent: readonly number[]
}

/** Many addresses, most of which stay below the limit that each has. */
function isSpread(tries: readonly Tries[], { failures }: BruteForceLimits): boolean {
  const few = tries.filter(({ recent }) => recent.length > 0 && recent.length < failures)
  return few.length >= spreadAddresses && few.reduce((sum, { recent }) => sum + recent.length, 0) >= 5 * failures
}

function neededOf(group: readonly Tries[], sinceMs: number, spread: boolean, { failures }: BruteForceLimits): number {
  const trusted = group.some(one => cameBefore(one, sinceMs) || isPrivate(one.address))
  if (trusted) return patience * failures
  return spread ? Math.min(failures, Math.max(fewest, Math.ceil(failures / 3))) : failures
}

/** Somebody had got in from there before anybody failed: people mistype. Who gets in after many failures is no friend. */
function cameBefore({ firstInMs, failures }: AddressLogins, sinceMs: number): boolean {
  return firstInMs !== undefined && firstInMs < Math.min(sinceMs, failures[0] ?? sinceMs)
}

function blockOf(one: Tries, failures: number, { blocks, nowMs, limits }: BruteForceQuestion): BlockWanted {
  const before = blocks.filter(({ address, atMs }) => address === one.address && nowMs - atMs < rememberedMs).length
  const minutes = Math.min(longestMinutes, limits.blockMinutes * growth ** Math.min(before, 20))
  const span = Math.max(1, Math.ceil((nowMs - Math.min(...one.recent)) / 60_000))
  const accounts = one.accounts.length > 1 ? ` as ${one.accounts.length} accounts` : ''
  const neighbours = failures > one.recent.length ? ` (${failures} with its neighbours)` : ''
  const again =
    before === 0 ? '' : `, and was blocked ${before === 1 ? 'once' : `${before} times`} in the last two weeks`
  const times = one.recent.length === 1 ? 'once' : `${one.recent.length} times`
  return {
    address: one.address,
    seconds: minutes * 60,
    because: `${one.address} failed to log in ${times}${accounts}${neighbours} within ${span} min${again}.`,
  }
}
