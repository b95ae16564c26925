import { timeOfUuid7, uuid7Floor } from '../uuid7.ts'

/** Alerts whose id is at least `from` and below `to`; absent: without bound. */
export interface Window {
  readonly from?: string
  readonly to?: string
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
export function windowsOf(
  now: Date,
  { below, since }: { below?: string | undefined; since?: Date | undefined },
  days = usualDays,
): Window[] {
  const start = below === undefined ? now : timeOfUuid7(below)
  const times = days.map(count => start.getTime() - count * dayMs)
  const kept = times.filter(time => time > (since?.getTime() ?? 0))
  const bounds = [below, ...kept.map(uuid7Floor), since === undefined ? undefined : uuid7Floor(since)]
  return bounds.slice(1).map((from, index) => {
    const to = bounds[index]
    return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }
  })
}
