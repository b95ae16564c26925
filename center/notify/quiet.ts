import type { QuietHours } from '../../model/api/index.ts'

/** When the quiet hours that `at` lies in are over; `undefined` when people may be disturbed. */
export function quietUntil(quiet: QuietHours, at: Date): Date | undefined {
  const here = localTime(at, quiet.timeZone)
  const from = minutesOf(quiet.from)
  const to = minutesOf(quiet.to)
  const overMidnight = to <= from
  const inside = overMidnight ? here.minutes >= from || here.minutes < to : here.minutes >= from && here.minutes < to
  if (!inside) return undefined
  // After midnight the quiet hours that still last began the day before.
  const beganOn = overMidnight && here.minutes < to ? (here.day + 6) % 7 : here.day
  if (quiet.days !== undefined && !quiet.days.includes(beganOn)) return undefined
  const left = (to - here.minutes + 1_440) % 1_440 || 1_440
  const guess = new Date(Math.floor(at.getTime() / 60_000) * 60_000 + left * 60_000)
  return onTheClock(guess, to, quiet.timeZone)
}

/** Between now and then clocks may have been put forward or back. */
function onTheClock(guess: Date, wanted: number, timeZone: string): Date {
  const off = (wanted - localTime(guess, timeZone).minutes + 2_160) % 1_440
  return new Date(guess.getTime() + (off - 720) * 60_000)
}

function localTime(at: Date, timeZone: string): { readonly day: number; readonly minutes: number } {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
  }).formatToParts(at)
  const of = (type: string) => parts.find(one => one.type === type)?.value ?? ''
  return {
    day: ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'].indexOf(of('weekday')),
    minutes: Number(of('hour')) * 60 + Number(of('minute')),
  }
}

function minutesOf(clock: string): number {
  return Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3, 5))
}
