import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { decide, noCounts, type ListedState, type RespondRequest } from '../../agent/response/index.ts'
import { intelFolder, sharedPlaces } from '../../rulebook/index.ts'
import {
  type Blocked,
  firewallOf,
  lacksNftables,
  neverBlockedNow,
  openHost,
  replaceListed,
} from '../../remedies/index.ts'
import { addressScope } from '../../target/index.ts'
import { packageOwned } from '../package-owned.ts'
import type { Context } from '../context.ts'
import { readOptional, writeState } from '../state/state-files.ts'
import { listedAddresses } from './listed-addresses.ts'
import { neverBlockedBy } from './named-addresses.ts'
import { whenFree } from './when-free.ts'

/** Longer than the time between two refreshes, so that they end by themselves when the agent does. */
const longestSeconds = 3 * 3_600
const mostAddresses = 100_000

/** What was done: `listed.json` in the agent's folder remembers it for the next time. */
interface Kept {
  readonly boot: string
  readonly addresses: readonly string[]
  /** Somebody let them through by hand. */
  readonly excepted: readonly string[]
}

/**
 * Blocks the addresses of indicator lists where that is allowed, and takes them away where it is not. What somebody let through since the
 * last time stays open for as long as it is listed.
 */
export function blockListed(request: RespondRequest, boot: string, context: Context): Promise<ListedState> {
  const { response, mode, centers } = request
  const question = { kind: 'block-address', verdict: 'confirmed', subject: {} } as const
  const allowed = decide(question, withoutLimits(response), mode, noCounts, new Date())
  const problems: string[] = []
  return whenFree(async () => {
    const host = openHost({ root: '/', live: true, state: context.state, ownedUnmodified: packageOwned(), centers })
    try {
      const lacking = lacksNftables()
      if (lacking !== undefined) return { blocked: 0, left: 0, problem: `without nftables: ${lacking}` }
      if (!response.indicators || !allowed.may) {
        replaceListed([])
        rmSync(pathOf(context), { force: true })
        return { blocked: 0, left: 0 }
      }
      const now = new Date().toISOString()
      const listed = listedAddresses(intelFolder(context.state), now, gap => problems.push(gap.why))
      const kept = readKept(context)
      const present = presentNow()
      const excepted = exceptedNow(kept, boot, present, new Set(listed.map(one => one.address)))
      const isKept = neverBlockedBy(response.neverBlock)
      const isNever = neverBlockedNow(host)
      const shared = sharedPlaces()
      const fit = listed.filter(
        ({ address }) =>
          !excepted.has(address) &&
          addressScope(address) === 'public' &&
          !isKept(address) &&
          !shared.holdsAddress(address) &&
          isNever(address) === undefined,
      )
      const blocked = fit.slice(0, mostAddresses)
      replaceListed(blocked.map((one): Blocked => ({ address: one.address, seconds: secondsOf(one.expires) })))
      keep(context, { boot, addresses: blocked.map(one => one.address), excepted: [...excepted] })
      const [problem] = problems
      return {
        blocked: blocked.length,
        left: listed.length - blocked.length,
        ...(problem === undefined ? {} : { problem }),
      }
    } finally {
      host.close()
    }
  })
}

/** A list is no event: what it holds is blocked as a whole, or not at all. */
function withoutLimits(response: RespondRequest['response']): RespondRequest['response'] {
  return { ...response, mostPerHour: { ...response.mostPerHour, blocks: Math.min(response.mostPerHour.blocks, 1) } }
}

function secondsOf(expires: string | undefined): number {
  if (expires === undefined) return longestSeconds
  return Math.min(longestSeconds, (Date.parse(expires) - Date.now()) / 1_000)
}

function presentNow(): ReadonlySet<string> {
  const found = firewallOf(() => false, 'nftables').blocked()
  return new Set(found.flatMap(one => (one.listed === true ? [one.address] : [])))
}

/** What was set and is gone before its time was let through by somebody. An emptied set says nothing of one address. */
function exceptedNow(
  kept: Kept | undefined,
  boot: string,
  present: ReadonlySet<string>,
  listed: ReadonlySet<string>,
): Set<string> {
  const before = (kept?.excepted ?? []).filter(one => listed.has(one))
  if (kept === undefined || kept.boot !== boot || present.size === 0) return new Set(before)
  return new Set([...before, ...kept.addresses.filter(one => listed.has(one) && !present.has(one))])
}

function pathOf({ state }: Context): string {
  return join(state, 'agent', 'listed.json')
}

function readKept(context: Context): Kept | undefined {
  try {
    const text = readOptional(pathOf(context))
    const kept: Partial<Kept> = text === undefined ? {} : JSON.parse(text)
    if (typeof kept.boot !== 'string' || !Array.isArray(kept.addresses) || !Array.isArray(kept.excepted))
      return undefined
    return { boot: kept.boot, addresses: kept.addresses, excepted: kept.excepted }
  } catch {
    return undefined
  }
}

function keep(context: Context, kept: Kept): void {
  mkdirSync(join(context.state, 'agent'), { recursive: true, mode: 0o700 })
  writeState(pathOf(context), kept)
}
