import { useSyncExternalStore } from 'react'
import { useWords } from '../words/index.ts'

interface TimeProps {
  /** RFC 3339. */
  readonly at: string
  /** Default `relative` (3 minutes ago); `full`: date and time in the reader's zone; `clock`: only the time, below a heading with the day. */
  readonly as?: 'relative' | 'full' | 'clock'
}

/** A moment, in the reader's zone and language; UTC on hover, and for machines. */
export function Time({ at, as = 'relative' }: TimeProps) {
  const { i18n } = useWords('parts')
  const now = useSyncExternalStore(everyHalfMinute, () => halfMinutes)
  const date = new Date(at)
  if (Number.isNaN(date.getTime())) return null
  const full = formatsOf(i18n.language).moment.format(date)
  const utc = `${date
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, '')} UTC`
  return (
    <time dateTime={at} title={as === 'full' ? utc : `${full}\n${utc}`}>
      {as === 'full'
        ? full
        : as === 'clock'
          ? new Intl.DateTimeFormat(i18n.language, { timeStyle: 'medium' }).format(date)
          : relative(date, Math.max(now * 30_000, Date.now() - 30_000), i18n.language)}
    </time>
  )
}

/** A length of time, such as "5 min". `seconds` ≥ 0. */
export function Duration({ seconds }: { readonly seconds: number }) {
  const { i18n } = useWords('parts')
  return <span>{durationText(seconds, i18n.language)}</span>
}

/** The same as a text, for where it stands within a sentence. */
export function durationText(seconds: number, language: string): string {
  const [unit, size] = steps.find(([, size]) => seconds >= size) ?? (['second', 1] as const)
  const value = seconds / size
  const format = new Intl.NumberFormat(language, {
    style: 'unit',
    unit,
    unitDisplay: 'short',
    maximumFractionDigits: value < 10 && unit !== 'second' ? 1 : 0,
  })
  return format.format(value)
}

const steps = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const

function relative(date: Date, now: number, language: string): string {
  const seconds = (date.getTime() - now) / 1000
  const [unit, size] = steps.find(([, size]) => Math.abs(seconds) >= size) ?? (['second', 1] as const)
  if (unit === 'day' && Math.abs(seconds) > 30 * 86_400) return formatsOf(language).day.format(date)
  // What was just made for a day ends "in 24 hours", not "in 23".
  const value = unit === 'second' ? 0 : seconds > 0 ? Math.round(seconds / size) : Math.trunc(seconds / size)
  return formatsOf(language).relative.format(value, unit)
}

interface Formats {
  readonly moment: Intl.DateTimeFormat
  readonly day: Intl.DateTimeFormat
  readonly relative: Intl.RelativeTimeFormat
}

/** Made once for each language: making one takes longer than drawing a row of a list. */
const made = new Map<string, Formats>()

function formatsOf(language: string): Formats {
  const known = made.get(language)
  if (known !== undefined) return known
  const formats = {
    moment: new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'medium' }),
    day: new Intl.DateTimeFormat(language, { dateStyle: 'medium' }),
    relative: new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'short' }),
  }
  made.set(language, formats)
  return formats
}

/** One clock for all times on a page. */
let halfMinutes = Math.floor(Date.now() / 30_000)
const listeners = new Set<() => void>()
setInterval(() => {
  halfMinutes = Math.floor(Date.now() / 30_000)
  for (const listener of listeners) listener()
}, 30_000)

function everyHalfMinute(listener: () => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}
