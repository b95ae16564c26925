import type { alertLevels } from '../../../model/api/index.ts'
import type { ReadIndicator } from './read-indicators.ts'

/** What counts for indicators that do not say it themselves. */
export interface Settings {
  readonly level: (typeof alertLevels)[number]
  /** 0: they never end. */
  readonly days: number
  readonly note: string
}

/** As many as the center takes at once. */
const most = 10_000

/** What is sent, in parts that the center takes. */
export function inBatches(items: readonly ReadIndicator[], settings: Settings, now: Date) {
  const ends = settings.days === 0 ? undefined : new Date(now.getTime() + settings.days * 86_400_000).toISOString()
  const whole = items.map(({ kind, value, level, note, expiresAt }) => {
    const last = expiresAt ?? ends
    return {
      kind,
      value,
      level: level ?? settings.level,
      note: note ?? settings.note.trim(),
      ...(last === undefined ? {} : { expiresAt: last }),
    }
  })
  return Array.from({ length: Math.ceil(whole.length / most) }, (_, part) =>
    whole.slice(part * most, (part + 1) * most),
  )
}
