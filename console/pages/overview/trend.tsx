import { SegmentedControl } from '@mantine/core'
import { useState } from 'react'
import { useCall } from '../../center/index.ts'
import { ErrorState, LoadingState, TrendChart } from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'
import { Card } from './card.tsx'
import { foldIntoDays, foldIntoHours } from './fold-hours.ts'

const spans = { day: 24, week: 7 * 24, month: 30 * 24 } as const
type Span = keyof typeof spans

/** Alerts that were opened and handled, in the days of the reader. */
export function Trend() {
  const { t, i18n } = useWords('overview')
  const [span, setSpan] = useState<Span>('week')
  // A day more: the reader's first day may have begun up to a day before.
  const { data, error, refetch } = useCall('alertCounts', { query: { hours: spans[span] + 24 } }, { keep: true })
  const now = Date.now()
  const hours = data?.hours ?? []
  const steps = span === 'day' ? foldIntoHours(hours, now) : foldIntoDays(hours, spans[span] / 24, now)
  const format = new Intl.DateTimeFormat(
    i18n.language,
    span === 'day' ? { hour: '2-digit', minute: '2-digit' } : { day: 'numeric', month: 'short' },
  )
  return (
    <Card
      title={t('trend.title')}
      more={
        <SegmentedControl
          size="xs"
          aria-label={t('trend.span')}
          data={(['day', 'week', 'month'] as const).map(value => ({ value, label: t(`trend.spans.${value}`) }))}
          value={span}
          onChange={value => setSpan(value === 'day' || value === 'month' ? value : 'week')}
        />
      }
    >
      {error !== null && data === undefined ? <ErrorState error={error} retry={() => void refetch()} /> : null}
      {data === undefined && error === null ? <LoadingState /> : null}
      {data === undefined ? null : (
        <TrendChart
          title={t('trend.title')}
          labels={steps.map(step => format.format(step.at))}
          series={[
            { name: t('trend.opened'), colour: 'var(--davylamp-high)', values: steps.map(step => step.opened) },
            { name: t('trend.handled'), colour: 'var(--davylamp-good)', values: steps.map(step => step.handled) },
          ]}
        />
      )}
    </Card>
  )
}
