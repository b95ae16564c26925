import { Group, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { alertStatuses } from '../../../../model/api/index.ts'
import type { ItemOf } from '../../../center/index.ts'
import { HandledWayName, HostText } from '../../../parts/index.ts'
import { useWords } from '../../../words/index.ts'
import classes from './detail.module.css'

interface EventDetailProps {
  readonly event: ItemOf<'listAlertEvents'>
  readonly host: string
}

/** What the center noted with an event: a comment, a reason, the way of handling, the run. */
export function EventDetail({ event, host }: EventDetailProps) {
  const { t } = useWords(['alerts/detail', 'parts'])
  const text = textsOf(event.detail)
  if (event.what === 'comment')
    return (
      <div className={classes['comment']}>
        <HostText prose>{text('text') ?? ''}</HostText>
      </div>
    )
  const from = alertStatuses.find(one => one === text('from'))
  const way = text('as')
  const to = text('to')
  const reason = text('reason')
  const run = text('run')
  const was = from === undefined ? undefined : t('history.from', { status: t(`parts:statuses.${from}`) })
  const assigned = event.what === 'assigned'
  if ([was, way, reason, run].every(one => one === undefined) && !assigned) return null
  return (
    <Group gap="0 1rem">
      <Note>{was}</Note>
      <Note>{way === undefined ? undefined : <HandledWayName way={way} />}</Note>
      {assigned ? <Note>{to === undefined ? t('assign.nobody') : <HostText prose>{to}</HostText>}</Note> : null}
      <Note>{reason === undefined ? undefined : <HostText prose>{reason}</HostText>}</Note>
      <Note>
        {run === undefined ? undefined : (
          <Link to={`/response/runs/${host}/${encodeURIComponent(run)}`}>{t('history.run')}</Link>
        )}
      </Note>
    </Group>
  )
}

function Note({ children }: { readonly children: ReactNode }) {
  if (children === undefined) return null
  return (
    <Text size="xs" c="dimmed" component="span">
      {children}
    </Text>
  )
}

function textsOf(detail: unknown): (name: string) => string | undefined {
  return name => {
    const value: unknown = typeof detail === 'object' && detail !== null ? Reflect.get(detail, name) : undefined
    return typeof value === 'string' && value !== '' ? value : undefined
  }
}
