export interface HourCount {
  /** RFC 3339, the beginning of the hour. */
  readonly hour: string
  readonly opened: number
  readonly handled: number
}

export interface TrendStep {
  /** Where it begins, milliseconds since 1970. */
  readonly at: number
  readonly opened: number
  readonly handled: number
}

const hourMs = 3_600_000

/** The last 24 hours, each one; hours without a word are zero. */
export function foldIntoHours(hours: readonly HourCount[], now: number): readonly TrendStep[] {
  const last = Math.floor(now / hourMs) * hourMs
  const starts = Array.from({ length: 24 }, (_, index) => last - (23 - index) * hourMs)
  return fold(hours, starts, at => Math.floor(at / hourMs) * hourMs)
}

/** The last `days` days of the reader, who may be hours away from UTC; days on which the clock is changed are days too. */
export function foldIntoDays(hours: readonly HourCount[], days: number, now: number): readonly TrendStep[] {
  const today = new Date(now)
  const starts = Array.from({ length: days }, (_, index) =>
    new Date(today.getFullYear(), today.getMonth(), today.getDate() - (days - 1 - index)).getTime(),
  )
  return fold(hours, starts, at => {
    const date = new Date(at)
    return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime()
  })
}

function fold(hours: readonly HourCount[], starts: readonly number[], startOf: (at: number) => number) {
  const steps = new Map(starts.map(at => [at, { at, opened: 0, handled: 0 }]))
  for (const { hour, opened, handled } of hours) {
    const step = steps.get(startOf(Date.parse(hour)))
    if (step === undefined) continue
    step.opened += opened
    step.handled += handled
  }
  return [...steps.values()]
}
