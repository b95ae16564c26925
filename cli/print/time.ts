import { shownTime } from '../../engine/index.ts'

const steps = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const

/** A time with how long that is before `now`: `2026-11-21 20:51 UTC (5 minutes ago)`. */
export function timeAndAge(at: string, now: string): string {
  const age = ageOf(at, now)
  return age === undefined ? shownTime(at) : `${shownTime(at)} (${age})`
}

/** `3 days ago`; undefined for a time to come, or one that is none. */
export function ageOf(at: string, now: string): string | undefined {
  const past = Date.parse(now) - Date.parse(at)
  if (Number.isNaN(past) || past < 0) return undefined
  for (const [name, length] of steps) {
    const whole = Math.floor(past / length)
    if (whole >= (name === 'day' ? 2 : 1)) return `${whole} ${name}${whole === 1 ? '' : 's'} ago`
  }
  return 'just now'
}
