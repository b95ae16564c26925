import type { alertLevels } from '../../../model/api/index.ts'
import { alertTypes, HostText, useNumbers } from '../../parts/index.ts'
import { languageNames, useWords } from '../../words/index.ts'
import type { RouteDraft } from './route-draft.ts'

export interface Names {
  readonly channels: ReadonlyMap<string, string>
  readonly groups: ReadonlyMap<string, string>
}

/** A route in plain sentences: who is told of what, when, and what if nobody acts. */
export function RouteSays({ route, names }: { readonly route: RouteDraft; readonly names: Names }) {
  const sentences = useSentences(route, names)
  return <HostText prose>{sentences.join(' ')}</HostText>
}

function useSentences(route: RouteDraft, names: Names): readonly string[] {
  const { t, i18n } = useWords('notifications')
  const { t: part } = useWords('parts')
  const { list, number } = useNumbers()
  const { quiet, rate, escalation, digestMinutes } = route
  const level = (one: (typeof alertLevels)[number]) => part(`levels.${one}`)
  const channelsOf = (ids: readonly string[]) =>
    ids.length === 0 ? t('says.nobody') : list(ids.map(id => names.channels.get(id) ?? '…'))
  const typeName = (type: string) => {
    const known = alertTypes.find(one => one === type)
    return known === undefined ? type : part(`types.${known}`)
  }
  const dayName = new Intl.DateTimeFormat(i18n.language, { weekday: 'long', timeZone: 'UTC' })
  const channels = channelsOf(route.channels)
  return [
    ...(route.enabled ? [] : [t('says.off')]),
    route.what.length === 0
      ? t('says.all', { channels })
      : t('says.some', { channels, what: list(route.what.map(one => t(`reasons.${one}`))) }),
    ...(route.atLeast === undefined ? [] : [t('says.level', { level: level(route.atLeast) })]),
    ...(route.groups.length === 0
      ? []
      : [t('says.groups', { groups: list(route.groups.map(id => names.groups.get(id) ?? t('says.gone'))) })]),
    ...(route.types.length === 0 ? [] : [t('says.types', { types: list(route.types.map(typeName)) })]),
    ...(route.language === undefined ? [] : [t('says.language', { language: languageNames[route.language] })]),
    ...(quiet === undefined ? [] : [t('says.quiet', { from: quiet.from, to: quiet.to, zone: quiet.timeZone })]),
    ...(quiet === undefined || quiet.days.length === 0 || quiet.days.length === 7
      ? []
      : [t('says.days', { days: list(quiet.days.toSorted().map(day => dayName.format(dayOf(day)))) })]),
    ...(quiet?.exceptFrom === undefined ? [] : [t('says.except', { level: level(quiet.exceptFrom) })]),
    ...(digestMinutes === undefined ? [] : [t('says.digest', { minutes: number(digestMinutes) })]),
    ...(rate === undefined ? [] : [t('says.rate', { most: number(rate.most), minutes: number(rate.minutes) })]),
    ...(escalation === undefined
      ? []
      : [
          t('says.escalation', {
            minutes: number(escalation.afterMinutes),
            channels: channelsOf(escalation.channels),
          }),
        ]),
  ]
}

/** A date that is that day of the week (0 = Sunday), in UTC. */
export function dayOf(day: number): Date {
  return new Date(Date.UTC(2024, 0, 7 + day))
}
