import type { alertLevels, noticeLanguages, noticeReasons, notificationRoutes } from '../../../model/api/index.ts'
import type { z } from 'zod'
import type { AnswerTo } from '../../center/index.ts'

export type NotifyRoute = AnswerTo<'listNotifyRoutes'>['items'][number]
export type Level = (typeof alertLevels)[number]
export type Reason = (typeof noticeReasons)[number]
type RouteBody = z.input<(typeof notificationRoutes)['createNotifyRoute']['body']>

/** A route while somebody writes it: parts that are switched on may be half filled in. */
export interface RouteDraft {
  readonly name: string
  readonly enabled: boolean
  readonly channels: readonly string[]
  readonly what: readonly Reason[]
  readonly atLeast?: Level | undefined
  readonly groups: readonly string[]
  readonly types: readonly string[]
  readonly language?: (typeof noticeLanguages)[number] | undefined
  readonly quiet?: QuietDraft | undefined
  readonly digestMinutes?: number | undefined
  readonly rate?: { readonly most: number; readonly minutes: number } | undefined
  readonly escalation?: { readonly afterMinutes: number; readonly channels: readonly string[] } | undefined
}

export interface QuietDraft {
  readonly timeZone: string
  readonly from: string
  readonly to: string
  /** 0 = Sunday; empty: every day. */
  readonly days: readonly number[]
  readonly exceptFrom?: Level | undefined
}

export const emptyDraft: RouteDraft = { name: '', enabled: true, channels: [], what: [], groups: [], types: [] }

export function draftOf(route: NotifyRoute): RouteDraft {
  const { condition, quiet } = route
  return {
    name: route.name,
    enabled: route.enabled,
    channels: route.channels,
    what: condition.what ?? [],
    atLeast: condition.atLeast,
    groups: condition.groups ?? [],
    types: condition.types ?? [],
    language: route.language,
    quiet: quiet === undefined ? undefined : { ...quiet, days: quiet.days ?? [] },
    digestMinutes: route.digestMinutes,
    rate: route.rate,
    escalation: route.escalation,
  }
}

export interface DraftFaults {
  readonly name: boolean
  readonly channels: boolean
  readonly quiet: boolean
  readonly escalation: boolean
}

const clock = /^([01]\d|2[0-3]):[0-5]\d$/

/** Which parts are not filled in yet. */
export function faultsOf({ name, channels, quiet, escalation }: RouteDraft): DraftFaults {
  return {
    name: name.trim() === '',
    channels: channels.length === 0,
    quiet: quiet !== undefined && !(clock.test(quiet.from) && clock.test(quiet.to) && quiet.timeZone !== ''),
    escalation: escalation !== undefined && escalation.channels.length === 0,
  }
}

/** What is sent: nothing for what is empty, because that means everything. */
export function bodyOf(draft: RouteDraft): RouteBody {
  const { quiet, escalation, rate } = draft
  return {
    name: draft.name.trim(),
    enabled: draft.enabled,
    channels: [...draft.channels],
    condition: {
      ...(draft.atLeast === undefined ? {} : { atLeast: draft.atLeast }),
      ...(draft.groups.length === 0 ? {} : { groups: [...draft.groups] }),
      ...(draft.types.length === 0 ? {} : { types: [...draft.types] }),
      ...(draft.what.length === 0 ? {} : { what: [...draft.what] }),
    },
    ...(draft.language === undefined ? {} : { language: draft.language }),
    ...(quiet === undefined
      ? {}
      : {
          quiet: {
            timeZone: quiet.timeZone,
            from: quiet.from,
            to: quiet.to,
            ...(quiet.days.length === 0 || quiet.days.length === 7 ? {} : { days: [...quiet.days] }),
            ...(quiet.exceptFrom === undefined ? {} : { exceptFrom: quiet.exceptFrom }),
          },
        }),
    ...(draft.digestMinutes === undefined ? {} : { digestMinutes: draft.digestMinutes }),
    ...(rate === undefined ? {} : { rate: { ...rate } }),
    ...(escalation === undefined
      ? {}
      : { escalation: { afterMinutes: escalation.afterMinutes, channels: [...escalation.channels] } }),
  }
}
