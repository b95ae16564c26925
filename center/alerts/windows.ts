import { timeOfUuid7, uuid7Floor } from '../uuid7.ts'

/** Alerts whose id is at least `from` and below `to`; absent: without bound. */
export interface Window {
  readonly from?: string
  readonly to?: string
}

export interface Bounds {
  /** Only ids that are smaller. */
  readonly below?: string | undefined
  readonly since?: Date | undefined
}

const dayMs = 86_400_000
const usualDays = [3, 10, 30, 90]
/** Of a search by words: what is frequent is found in the last day. */
export const searchedDays = [1, 10, 90]

/**
 * All alerts in pieces, the newest first, each longer than the one before. The table has a partition for each day: a list that finds
 * its page in the last days neither plans nor opens those of a whole quarter. `below`: only alerts whose id is smaller; `days`: where
 * the pieces end, in days from the newest.
 */
export function windowsOf(now: Date, { below, since }: Bounds, days = usualDays): Window[] {
  const start = below === undefined ? now : timeOfUuid7(below)
  const times = days.map(count => start.getTime() - count * dayMs)
  const kept = times.filter(time => time > (since?.getTime() ?? 0))
  const bounds = [below, ...kept.map(uuid7Floor), since === undefined ? undefined : uuid7Floor(since)]
  return bounds.slice(1).map((from, index) => {
    const to = bounds[index]
    return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }
  })
}

/** What a list goes through: what people asked for, and `last`, the id at the end of the page before. */
export function boundsOf(
  { since, until }: { readonly since?: string | undefined; readonly until?: string | undefined },
  last: string | undefined,
): Bounds {
  const end = until === undefined ? undefined : uuid7Floor(new Date(until))
  const below = [last, end].filter(one => one !== undefined).sort()[0]
  return { below, since: since === undefined ? undefined : new Date(since) }
}

/** Goes through windows until there are `limit`; `find` gives at most `missing` of its window, and hears which one it is, from 0. */
export async function fromWindows<T>(
  windows: readonly Window[],
  limit: number,
  find: (window: Window, missing: number, number: number) => Promise<readonly T[]>,
): Promise<T[]> {
  const found: T[] = []
  for (const [number, window] of windows.entries()) {
    found.push(...(await find(window, limit - found.length, number)))
    if (found.length === limit) break
  }
  return found
}
