import { Anchor, Button, Group, Modal, Tooltip } from '@mantine/core'
import { useState } from 'react'
import { Link } from 'react-router'
import { type ItemOf, useList } from '../../center/index.ts'
import {
  Badge,
  type Column,
  DataTable,
  EmptyState,
  Filters,
  HostText,
  ScopeText,
  TaskOrders,
  Time,
  useNumbers,
  useUrlFilter,
} from '../../parts/index.ts'
import { useSession } from '../../session/index.ts'
import { useWords } from '../../words/index.ts'
import { LiftBlock } from './lift-block.tsx'

export type Block = ItemOf<'listBlocks'>

/** Addresses that somebody had blocked, until they end or are lifted. */
export function BlockList() {
  const { t } = useWords('prevention')
  const { t: part } = useWords('parts')
  const { number } = useNumbers()
  const { can } = useSession()
  const [filter, change] = useUrlFilter(['address'])
  const { items, query } = useList('listBlocks', { query: filter })
  const [lifted, setLifted] = useState<Block>()
  const [followed, setFollowed] = useState<Block>()
  const columns: Column<Block>[] = [
    {
      key: 'address',
      title: t('address'),
      width: 'minmax(150px, 1fr)',
      cell: ({ address }) => <HostText>{address}</HostText>,
    },
    { key: 'scope', title: t('blocks.scope'), cell: ({ scope }) => <ScopeText scope={scope} /> },
    {
      key: 'reason',
      title: t('blocks.reason'),
      width: 'minmax(160px, 2fr)',
      cell: ({ reason }) => <HostText prose>{reason}</HostText>,
    },
    {
      key: 'by',
      title: t('blocks.by'),
      width: 'minmax(80px, 0.6fr)',
      cell: one => <HostText prose>{one.createdBy}</HostText>,
    },
    { key: 'ends', title: t('blocks.ends'), width: '120px', cell: one => <Ends at={one.expiresAt} /> },
    {
      key: 'hosts',
      title: t('blocks.hosts'),
      width: '80px',
      cell: ({ hosts, address }) => (
        <Tooltip label={t('blocks.hosts-what')}>
          <Anchor component={Link} to={`/prevention/hosts?address=${encodeURIComponent(address)}`} size="sm">
            {number(hosts)}
          </Anchor>
        </Tooltip>
      ),
    },
    {
      key: 'hits',
      title: t('blocks.hits'),
      width: '90px',
      cell: ({ packets }) => (
        <span title={packets === undefined ? t('blocks.no-hits') : t('blocks.hits-what')}>
          {packets === undefined ? '–' : number(packets)}
        </span>
      ),
    },
    {
      key: 'actions',
      title: part('table.actions'),
      width: '190px',
      cell: block => (
        <Group gap={4} wrap="nowrap" justify="flex-end">
          {block.task === undefined ? null : (
            <Button size="compact-xs" variant="subtle" onClick={() => setFollowed(block)}>
              {t('blocks.orders')}
            </Button>
          )}
          {can('alerts:handle') && !isOver(block.expiresAt) ? (
            <Button
              size="compact-xs"
              variant="default"
              onClick={() => setLifted(block)}
              aria-label={t('blocks.remove-of', { address: block.address })}
            >
              {t('blocks.remove')}
            </Button>
          ) : null}
        </Group>
      ),
    },
  ]
  return (
    <>
      <Filters fields={[{ kind: 'text', name: 'address', label: t('address') }]} values={filter} onChange={change} />
      <DataTable
        label={t('blocks.label')}
        columns={columns}
        rows={items}
        rowKey={one => one.id}
        query={query}
        empty={
          filter.address === undefined ? (
            <EmptyState title={t('blocks.empty')}>{t('blocks.empty-what')}</EmptyState>
          ) : (
            <EmptyState title={t('blocks.none-match')} />
          )
        }
      />
      <LiftBlock block={lifted} onClose={() => setLifted(undefined)} />
      <Modal
        opened={followed !== undefined}
        onClose={() => setFollowed(undefined)}
        title={t('blocks.orders-of', { address: followed?.address ?? '' })}
        closeButtonProps={{ 'aria-label': part('close') }}
      >
        {followed?.task === undefined ? null : <TaskOrders task={followed.task} />}
      </Modal>
    </>
  )
}

function Ends({ at }: { readonly at: string }) {
  const { t } = useWords('prevention')
  return isOver(at) ? <Badge tone="informational">{t('blocks.ended')}</Badge> : <Time at={at} />
}

function isOver(at: string): boolean {
  return Date.parse(at) <= Date.now()
}
