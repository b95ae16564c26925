import type { QuietHours, RouteCondition, RouteEscalation, RouteRate } from '../../model/api/index.ts'
import { type Level, levels } from '../../model/index.ts'
import type { Language, Notice } from '../../notify/index.ts'
import { quietUntil } from './quiet.ts'

export interface Route {
  readonly id: string
  readonly condition: RouteCondition
  readonly channels: readonly string[]
  readonly language?: Language
  readonly quiet?: QuietHours
  readonly digestMinutes?: number
  readonly rate?: RouteRate
  readonly escalation?: RouteEscalation
}

/** What a notice is about, besides what it says. */
export interface About {
  /** The host's group and all groups above it. */
  readonly groups: readonly string[]
  readonly alert?: string
}

export interface Sending {
  readonly route: string
  readonly channel: string
  readonly language?: Language
  readonly dueAt: Date
  /** Waits for others, to become one message. */
  readonly gather: boolean
}

/** Who is told of a notice and when. A channel that several routes name is told once, as early as any of them says. */
export function sendingsOf(notice: Notice, about: About, routes: readonly Route[], at: Date): Sending[] {
  const byChannel = new Map<string, Sending>()
  for (const route of routes) {
    if (!applies(route.condition, notice, about)) continue
    const { dueAt, gather } = whenOf(route, notice.level, at)
    for (const channel of route.channels) {
      const sending = {
        route: route.id,
        channel,
        dueAt,
        gather,
        ...(route.language === undefined ? {} : { language: route.language }),
      }
      const before = byChannel.get(channel)
      if (before === undefined || dueAt < before.dueAt) byChannel.set(channel, sending)
    }
  }
  return [...byChannel.values()]
}

export function applies({ atLeast, groups, types, what }: RouteCondition, notice: Notice, about: About): boolean {
  if (atLeast !== undefined && rank(notice.level) < rank(atLeast)) return false
  if (groups !== undefined && !groups.some(one => about.groups.includes(one))) return false
  if (types !== undefined && !types.includes(notice.type ?? '')) return false
  return what === undefined || what.some(one => one === notice.what)
}

function whenOf({ quiet, digestMinutes }: Route, level: Level, at: Date): { dueAt: Date; gather: boolean } {
  const disturb = quiet?.exceptFrom !== undefined && rank(level) >= rank(quiet.exceptFrom)
  const end = quiet === undefined || disturb ? undefined : quietUntil(quiet, at)
  if (end !== undefined) return { dueAt: end, gather: true }
  if (digestMinutes === undefined || disturb) return { dueAt: at, gather: false }
  const interval = digestMinutes * 60_000
  // Ends of intervals are the same for all notices, so that they meet.
  const due = new Date((Math.floor(at.getTime() / interval) + 1) * interval)
  const quietThen = quiet === undefined ? undefined : quietUntil(quiet, due)
  return { dueAt: quietThen ?? due, gather: true }
}

function rank(level: Level): number {
  return levels.indexOf(level)
}
