import type { ReactNode } from 'react'
import { Link } from 'react-router'
import type { AlertStory } from '../../../../model/api/index.ts'
import { HostText, Time, useNumbers } from '../../../parts/index.ts'
import { useWords } from '../../../words/index.ts'
import { Actor } from './actor.tsx'
import classes from './detail.module.css'
import { EntryName } from './entry-points.tsx'
import { incidentOf } from './evidence-of.ts'
import type { AlertWhole } from './kinds.ts'

interface AboutProps {
  readonly alert: AlertWhole
  /** The likeliest way in, once the story is there. */
  readonly entry: AlertStory['entryPoints'][number] | undefined
}

/** Since when, how often, which family: the facts about the alert itself. Its host stands in the head of the page. */
export function About({ alert, entry }: AboutProps) {
  const { t } = useWords('alerts/detail')
  const { number } = useNumbers()
  const incident = incidentOf(alert)
  return (
    <dl className={classes['about']}>
      {incident?.since === undefined ? null : (
        <Line label={t('about.since')}>
          <Time at={incident.since.at} as="full" />
        </Line>
      )}
      {entry === undefined ? null : (
        <Line label={t('why.entry')}>
          <EntryName point={entry} />
        </Line>
      )}
      <Line label={t('about.first-seen')}>
        <Time at={alert.firstSeen} as="full" />
      </Line>
      <Line label={t('about.last-seen')}>
        <Time at={alert.lastSeen} /> ·{' '}
        {t('about.times', { count: alert.seenTimes, replace: { count: number(alert.seenTimes) } })}
      </Line>
      {alert.goneAt === undefined ? null : (
        <Line label={t('about.gone')}>
          <Time at={alert.goneAt} as="full" />
        </Line>
      )}
      {alert.families.length === 0 ? null : (
        <Line label={t('about.families')}>
          {alert.families.map((one, index) => (
            <span key={one}>
              {index === 0 ? '' : ', '}
              <Link to={`/alerts?family=${encodeURIComponent(one)}`}>
                <HostText prose>{one}</HostText>
              </Link>
            </span>
          ))}
        </Line>
      )}
      {alert.campaign === undefined ? null : (
        <Line label={t('about.campaign')}>
          <Link to={`/alerts?campaign=${alert.campaign}`}>{t('about.campaign-alerts')}</Link>
        </Line>
      )}
      {alert.handledBy === undefined ? null : (
        <Line label={t('about.handled-by')}>
          <Actor>{alert.handledBy}</Actor>
        </Line>
      )}
    </dl>
  )
}

interface LineProps {
  readonly label: string
  /** Over all columns. Default false. */
  readonly wide?: boolean
  readonly children: ReactNode
}

export function Line({ label, wide = false, children }: LineProps) {
  return (
    <div className={wide ? classes['wide'] : undefined}>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  )
}
