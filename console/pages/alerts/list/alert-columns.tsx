import { Anchor, Button, Text } from '@mantine/core'
import { useMemo } from 'react'
import { Link } from 'react-router'
import type { AlertObject } from '../../../../model/api/index.ts'
import {
  AlertTypeName,
  type Column,
  HandledWayName,
  HostLink,
  HostText,
  LevelBadge,
  StatusBadge,
  Time,
  useNumbers,
} from '../../../parts/index.ts'
import { useSession } from '../../../session/index.ts'
import { useWords } from '../../../words/index.ts'
import classes from './list.module.css'

/** `linkTo`: the address of the list with one filter more. */
interface AlertColumnsOptions {
  readonly linkTo: (change: Readonly<Record<string, string>>) => string
  readonly onHandle: (alert: AlertObject) => void
}

export function useAlertColumns({ linkTo, onHandle }: AlertColumnsOptions): readonly Column<AlertObject>[] {
  const { t } = useWords('alerts')
  const { number } = useNumbers()
  const { can } = useSession()
  return useMemo(
    () => [
      { key: 'level', title: t('columns.level'), width: '112px', cell: alert => <LevelBadge level={alert.level} /> },
      {
        key: 'title',
        title: t('columns.alert'),
        width: 'minmax(250px, 3fr)',
        heading: true,
        cell: alert => <TitleCell alert={alert} linkTo={linkTo} campaign={t('campaign.chip')} />,
      },
      {
        key: 'host',
        title: t('columns.host'),
        width: 'minmax(96px, 1fr)',
        cell: ({ host }) => <HostLink host={host} prose className={classes['clipped'] ?? ''} />,
      },
      {
        key: 'seen',
        title: t('columns.seen'),
        width: 'minmax(130px, 1fr)',
        cell: alert => (
          <>
            <div>
              <Time at={alert.lastSeen} />
              {alert.seenTimes > 1
                ? ` · ${t('times', { count: alert.seenTimes, replace: { count: number(alert.seenTimes) } })}`
                : ''}
            </div>
            <div className={classes['line']}>
              <span>
                {t('first')} <Time at={alert.firstSeen} />
              </span>
            </div>
          </>
        ),
      },
      {
        key: 'status',
        title: t('columns.status'),
        width: 'minmax(124px, 1fr)',
        cell: alert => (
          <>
            <StatusBadge status={alert.status} />
            {alert.handledAs === undefined ? null : (
              <div className={classes['line']}>
                <HandledWayName way={alert.handledAs} />
              </div>
            )}
            {alert.goneAt === undefined || alert.status !== 'open' ? null : (
              <div className={classes['line']}>{t('gone')}</div>
            )}
          </>
        ),
      },
      {
        key: 'assigned',
        title: t('columns.assigned'),
        width: 'minmax(100px, 0.8fr)',
        cell: ({ assignedTo }) =>
          assignedTo === undefined ? (
            <Text size="sm" c="dimmed" component="span">
              –
            </Text>
          ) : (
            <span className={classes['clipped']}>
              <HostText prose>{assignedTo}</HostText>
            </span>
          ),
      },
      ...(can('alerts:triage')
        ? [
            {
              key: 'handle',
              title: t('columns.action'),
              width: '92px',
              cell: (alert: AlertObject) =>
                can('alerts:triage', alert.host.group) ? (
                  <Button
                    size="compact-xs"
                    variant="default"
                    aria-label={t('handle-one', { title: alert.title, host: alert.host.name })}
                    onClick={() => onHandle(alert)}
                  >
                    {t('handle')}
                  </Button>
                ) : null,
            },
          ]
        : []),
    ],
    [t, number, can, linkTo, onHandle],
  )
}

interface TitleCellProps {
  readonly alert: AlertObject
  readonly linkTo: AlertColumnsOptions['linkTo']
  readonly campaign: string
}

const mostFamilies = 3

function TitleCell({ alert, linkTo, campaign }: TitleCellProps) {
  return (
    <>
      <Anchor component={Link} to={`/alerts/${alert.id}`} size="sm" className={classes['title'] ?? ''}>
        <HostText prose>{alert.title}</HostText>
      </Anchor>
      <div className={classes['line']}>
        <AlertTypeName type={alert.type} />
        {alert.families.slice(0, mostFamilies).map(family => (
          <Link key={family} to={linkTo({ family })} className={classes['family']}>
            <HostText prose>{family}</HostText>
          </Link>
        ))}
        {alert.families.length > mostFamilies ? <span>+{alert.families.length - mostFamilies}</span> : null}
        {alert.campaign === undefined ? null : (
          <Link to={linkTo({ campaign: alert.campaign, status: 'all' })} className={classes['family']}>
            {campaign}
          </Link>
        )}
      </div>
    </>
  )
}
