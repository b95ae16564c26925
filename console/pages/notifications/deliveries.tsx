import { Button } from '@mantine/core'
import { useState } from 'react'
import { deliveryStates } from '../../../model/api/index.ts'
import { useCall, useList } from '../../center/index.ts'
import {
  type Column,
  DataTable,
  EmptyState,
  Filters,
  HostText,
  Time,
  useNumbers,
  useUrlFilter,
} from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'
import { DeliveryDetails } from './delivery-details.tsx'
import { type Delivery, DeliveryState } from './delivery-state.tsx'

/** What was sent, what waits, what failed. */
export function Deliveries() {
  const { t } = useWords('notifications')
  const { t: part } = useWords('parts')
  const { number } = useNumbers()
  const [filter, change] = useUrlFilter(['state', 'channel', 'alert'])
  const state = deliveryStates.find(one => one === filter.state)
  const { state: _, ...rest } = filter
  const { items, query } = useList('listDeliveries', { query: { ...rest, ...(state === undefined ? {} : { state }) } })
  const channels = useCall('listChannels')
  const [shown, setShown] = useState<Delivery>()
  const columns: Column<Delivery>[] = [
    {
      key: 'message',
      title: t('deliveries.message'),
      width: 'minmax(220px, 2.4fr)',
      cell: ({ title }) => <HostText prose>{title}</HostText>,
    },
    { key: 'host', title: t('deliveries.host'), cell: one => <HostText>{one.host ?? ''}</HostText> },
    { key: 'channel', title: t('deliveries.channel'), cell: one => <HostText prose>{one.channel.name}</HostText> },
    {
      key: 'purpose',
      title: t('deliveries.purpose'),
      width: '120px',
      cell: one => t(`deliveries.purposes.${one.purpose}`),
    },
    { key: 'state', title: t('deliveries.state'), width: '140px', cell: one => <DeliveryState state={one.state} /> },
    { key: 'tries', title: t('deliveries.tries'), width: '80px', cell: one => number(one.tries) },
    { key: 'when', title: t('deliveries.when'), width: '120px', cell: one => <Time at={one.createdAt} /> },
    {
      key: 'actions',
      title: part('table.actions'),
      width: '90px',
      cell: one => (
        <Button
          size="compact-xs"
          variant="default"
          onClick={() => setShown(one)}
          aria-label={t('deliveries.details-of', { title: one.title })}
        >
          {t('deliveries.details')}
        </Button>
      ),
    },
  ]
  const filtered = Object.keys(filter).length > 0
  return (
    <>
      <Filters
        fields={[
          {
            kind: 'choice',
            name: 'state',
            label: t('deliveries.state'),
            options: deliveryStates.map(value => ({ value, label: t(`deliveries.states.${value}`) })),
          },
          {
            kind: 'choice',
            name: 'channel',
            label: t('deliveries.channel'),
            options: (channels.data?.items ?? []).map(one => ({ value: one.id, label: one.name })),
          },
        ]}
        values={filter}
        onChange={change}
      />
      <DataTable
        label={t('deliveries.label')}
        columns={columns}
        rows={items}
        rowKey={one => one.id}
        query={query}
        empty={<EmptyState title={t(filtered ? 'deliveries.none-match' : 'deliveries.empty')} />}
      />
      <DeliveryDetails delivery={shown} onClose={() => setShown(undefined)} />
    </>
  )
}
