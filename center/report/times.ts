import type { Language } from '../../model/api/index.ts'
import { type Line, plain, quiet } from './blocks.ts'

export interface Clock {
  readonly zone: string
  /** In the zone of the reader, on one line: `1 Mar 2026, 11:00:00`. */
  say(at: string | Date): string
  /** The same for a table: UTC stands below where it differs. `note`: what is to be said of it. */
  line(at: string | Date, note?: string): Line
}

const locales: Readonly<Record<Language, string>> = { en: 'en-GB', zh: 'zh-CN', ja: 'ja-JP', id: 'id-ID' }

/** Undefined for what is no zone. */
export function clockOf(language: Language, zone: string): Clock | undefined {
  const own = formatIn(language, zone)
  const utc = formatIn(language, 'UTC')
  if (own === undefined || utc === undefined) return undefined
  const isUtc = own.resolvedOptions().timeZone === 'UTC'
  const say = (at: string | Date) => own.format(new Date(at))
  return {
    zone,
    say: at => (isUtc ? `${say(at)} UTC` : `${say(at)} (${utc.format(new Date(at))} UTC)`),
    line: (at, note) => {
      const said = note === undefined ? [] : [quiet(` ${note}`)]
      return isUtc
        ? [plain(`${say(at)} UTC`), ...said]
        : [plain(say(at)), ...said, 'break', quiet(`${utc.format(new Date(at))} UTC`)]
    },
  }
}

function formatIn(language: Language, timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat(locales[language], { dateStyle: 'medium', timeStyle: 'medium', timeZone })
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** `a, b and c` as the language writes it. */
export function listOf(language: Language, parts: readonly string[]): string {
  return new Intl.ListFormat(locales[language], { type: 'conjunction' }).format(parts)
}

export function numberIn(language: Language, value: number): string {
  return new Intl.NumberFormat(locales[language], { maximumFractionDigits: 1 }).format(value)
}
