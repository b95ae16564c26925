import { Anchor, SegmentedControl, Stack, Title } from '@mantine/core'
import { Link } from 'react-router'
import { type ItemOf, useList } from '../../../center/index.ts'
import { Badge, type Column, DataTable, EmptyState, HostText, Time, useUrlFilter } from '../../../parts/index.ts'
import { useWords } from '../../../words/index.ts'
import { PendingEnrolment } from './pending-enrolment.tsx'

type Enrolment = ItemOf<'listEnrolments'>

const tones = { pending: 'medium', approved: 'good', refused: 'informational' } as const
const states = ['pending', 'approved', 'refused'] as const

/** Hosts that asked to join: those that wait for somebody first. */
export function EnrolmentList() {
  const { t } = useWords('hosts')
  const [values, change] = useUrlFilter(['state'])
  const state = states.find(one => one === values.state)
  const pending = useList('listEnrolments', { query: { state: 'pending' } })
  const { items, query } = useList('listEnrolments', { query: state === undefined ? {} : { state } })
  const columns: readonly Column<Enrolment>[] = [
    {
      key: 'host',
      title: t('fields.host'),
      width: 'minmax(140px, 1.5fr)',
      cell: row =>
        row.host === undefined ? (
          <HostText prose>{row.hostname}</HostText>
        ) : (
          <Anchor component={Link} to={`/hosts/${row.host.id}`} size="sm" fw={600}>
            <HostText prose>{row.host.name}</HostText>
          </Anchor>
        ),
    },
    {
      key: 'state',
      title: t('enrolment.state'),
      width: '130px',
      cell: row => <Badge tone={tones[row.state]}>{t(`enrolment.states.${row.state}`)}</Badge>,
    },
    { key: 'address', title: t('enrolment.from'), cell: row => <HostText>{row.address}</HostText> },
    { key: 'group', title: t('fields.group'), cell: row => <HostText prose>{row.group.name}</HostText> },
    { key: 'token', title: t('enrolment.token'), cell: row => <HostText prose>{row.token.name || '–'}</HostText> },
    { key: 'asked', title: t('enrolment.asked'), width: '120px', cell: row => <Time at={row.askedAt} /> },
    {
      key: 'by',
      title: t('enrolment.decided-by'),
      cell: row => (row.decidedBy === undefined ? t('enrolment.by-token') : <HostText prose>{row.decidedBy}</HostText>),
    },
  ]
  return (
    <Stack gap="sm">
      {pending.items.length === 0 ? null : (
        <section aria-label={t('enrolment.waiting')}>
          <Title order={2} size="h5" mb="xs">
            {t('enrolment.waiting')}
          </Title>
          <Stack gap="xs">
            {pending.items.map(one => (
              <PendingEnrolment key={one.id} enrolment={one} />
            ))}
          </Stack>
        </section>
      )}
      <SegmentedControl
        size="xs"
        style={{ alignSelf: 'flex-start' }}
        aria-label={t('enrolment.state')}
        data={[
          { value: 'all', label: t('enrolment.all') },
          ...states.map(value => ({ value, label: t(`enrolment.states.${value}`) })),
        ]}
        value={state ?? 'all'}
        onChange={value => change({ state: value === 'all' ? undefined : value })}
      />
      <DataTable
        label={t('enrolment.requests')}
        columns={columns}
        rows={items}
        rowKey={row => row.id}
        query={query}
        height="calc(100dvh - 330px)"
        empty={<EmptyState title={t('enrolment.none')}>{t('enrolment.none-what')}</EmptyState>}
      />
    </Stack>
  )
}
