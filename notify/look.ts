import { localNotifier, type LocalOptions } from './local.ts'
import type { Notice } from './message.ts'

/** What a scan found, as the agent says it. */
export interface Look {
  readonly incidents: readonly {
    readonly id: string
    readonly verdict: 'exposure' | 'suspected' | 'confirmed'
    readonly title: string
    readonly lines: readonly string[]
  }[]
}

const levels = { confirmed: 'critical', suspected: 'high', exposure: 'medium' } as const

/** One notice for each incident. It is told once, and again when its verdict changes. */
export function noticesOfLook(host: string, look: Look, at: Date): Notice[] {
  return look.incidents.map(one => ({
    id: `${host}-${one.id}-${one.verdict}`,
    what: 'alert',
    level: levels[one.verdict],
    at: at.toISOString(),
    host: { id: host, name: host },
    title: one.title,
    lines: [...one.lines],
    families: [],
    attack: [],
    type: one.verdict,
  }))
}

/** Tells the channels of `notify:` in agent.yml what scans find. Throws `SettingsError` when an entry does not suit; `tell` never throws. */
export function lookTeller(entries: readonly unknown[], options: LocalOptions = {}) {
  const notifier = localNotifier(entries, options)
  return {
    warnings: notifier.warnings,
    close: () => notifier.close(),
    async tell(host: string, look: Look): Promise<void> {
      for (const notice of noticesOfLook(host, look, options.now?.() ?? new Date())) await notifier.tell(notice)
    },
  }
}
