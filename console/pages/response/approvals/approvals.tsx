import { Anchor, Button, Group, Text } from '@mantine/core'
import { useState } from 'react'
import { Link } from 'react-router'
import type { OrderObject } from '../../../../model/api/index.ts'
import { useList } from '../../../center/index.ts'
import { type Column, DataTable, EmptyState, HostLink, HostText, inertText, Time } from '../../../parts/index.ts'
import { useSession } from '../../../session/index.ts'
import { useWords } from '../../../words/index.ts'
import { KindName } from '../task-kinds.tsx'
import { ApprovalDialog } from './approval-dialog.tsx'
import { RefusalDialog } from './refusal-dialog.tsx'

/** Orders that wait until somebody else than who made them agrees. */
export function Approvals() {
  const { t } = useWords(['response', 'parts'])
  const { can, user } = useSession()
  const may = can('orders:approve')
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const [approving, setApproving] = useState<readonly string[]>()
  const [refusing, setRefusing] = useState<readonly OrderObject[]>()
  const { items, query } = useList('listOrders', { query: { state: 'waiting-approval' } })
  // Those that are no longer waiting are not chosen any more either.
  const selected = items.filter(one => chosen.has(one.id))
  const others = selected.filter(one => one.createdBy !== user.name)
  const columns: readonly Column<OrderObject>[] = [
    {
      key: 'host',
      title: t('columns.host'),
      width: 'minmax(140px, 1fr)',
      cell: one => <HostLink host={one.host} prose />,
    },
    { key: 'kind', title: t('columns.kind'), width: 'minmax(160px, 1.5fr)', cell: one => <What order={one} /> },
    {
      key: 'by',
      title: t('columns.by'),
      cell: one => (
        <>
          <HostText prose>{one.createdBy}</HostText>
          {one.createdBy === user.name ? (
            <Text size="xs" c="dimmed">
              {t('approvals.own')}
            </Text>
          ) : null}
        </>
      ),
    },
    {
      key: 'given',
      title: t('approvals.given'),
      width: '140px',
      cell: one => t('approvals.of', { given: one.approvals.length, needed: one.approvalsNeeded }),
    },
    { key: 'at', title: t('columns.created'), width: '130px', cell: one => <Time at={one.createdAt} /> },
    { key: 'expires', title: t('approvals.expires'), width: '130px', cell: one => <Time at={one.expiresAt} /> },
    ...(may
      ? [
          {
            key: 'review',
            title: t('approvals.decide'),
            width: '130px',
            cell: (one: OrderObject) =>
              one.createdBy === user.name ? null : (
                <Button
                  size="compact-sm"
                  variant="default"
                  onClick={() => setApproving([one.id])}
                  aria-label={t('approvals.review-of', { host: inertText(one.host.name) })}
                >
                  {t('approvals.review')}
                </Button>
              ),
          },
        ]
      : []),
  ]
  return (
    <>
      <Text size="sm" c="dimmed" mb="sm">
        {t(may ? 'approvals.about' : 'approvals.about-others')}
      </Text>
      {may && items.length > 0 ? (
        <Group gap="xs" mb="xs">
          <Button size="xs" disabled={others.length === 0} onClick={() => setApproving(others.map(one => one.id))}>
            {t('approvals.approve-chosen', { count: others.length })}
          </Button>
          <Button size="xs" variant="default" disabled={selected.length === 0} onClick={() => setRefusing(selected)}>
            {t('approvals.refuse-chosen', { count: selected.length })}
          </Button>
        </Group>
      ) : null}
      <DataTable
        label={t('tabs.approvals')}
        columns={columns}
        rows={items}
        rowKey={one => one.id}
        rowName={one => inertText(one.host.name)}
        {...(may ? { selection: { chosen, onChange: setChosen } } : {})}
        query={query}
        empty={<EmptyState title={t('empty.approvals')}>{t('empty.approvals-what')}</EmptyState>}
      />
      <ApprovalDialog orders={approving} onClose={() => setApproving(undefined)} onRefuse={setRefusing} all={items} />
      <RefusalDialog orders={refusing} onClose={() => setRefusing(undefined)} />
    </>
  )
}

function What({ order }: { readonly order: OrderObject }) {
  const { t } = useWords(['response', 'parts'])
  const { action, alert } = order
  return (
    <>
      {action.kind === 'clean' ? t(`parts:handlings.${action.handling}`) : <KindName kind={order.kind} />}
      {alert === undefined ? null : (
        <>
          {' · '}
          <Anchor component={Link} to={`/alerts/${alert}`} size="sm" underline="always">
            {t('run.alert')}
          </Anchor>
        </>
      )}
    </>
  )
}
