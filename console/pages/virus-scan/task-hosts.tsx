import { Anchor, Button, Text } from '@mantine/core'
import { useEffect, useState } from 'react'
import { Link } from 'react-router'
import { endedStates, type OrderObject } from '../../../model/api/index.ts'
import { useCall, useList } from '../../center/index.ts'
import {
  type Column,
  DataTable,
  EmptyState,
  HostText,
  OrderStateBadge,
  type ScanProgress,
  ScanStep,
  Score,
  Time,
  useAllScanProgress,
  useNumbers,
  VerdictBadge,
} from '../../parts/index.ts'
import { useSession } from '../../session/index.ts'
import { useWords } from '../../words/index.ts'
import { HandleDialog } from '../alerts/handle/index.ts'

/** The hosts of a scan, each with how far it is, then with what was found. */
export function TaskHosts({ task }: { readonly task: string }) {
  const { t } = useWords('virus-scan')
  const { items, query } = useList('listOrders', { query: { task } })
  const progress = useAllScanProgress()
  const columns: readonly Column<OrderObject>[] = [
    {
      key: 'host',
      title: t('host'),
      width: 'minmax(140px, 1.2fr)',
      cell: row => (
        <Anchor component={Link} to={`/hosts/${row.host.id}`} size="sm" fw={600}>
          <HostText prose>{row.host.name}</HostText>
        </Anchor>
      ),
    },
    {
      key: 'state',
      title: t('task.state'),
      width: 'minmax(180px, 1.8fr)',
      cell: row => <HostProgress order={row} progress={progress.get(row.host.id)} />,
    },
    { key: 'result', title: t('result'), width: 'minmax(180px, 1.4fr)', cell: row => <Result order={row} /> },
    {
      key: 'ended',
      title: t('ended'),
      width: '120px',
      cell: row => (row.endedAt === undefined ? '–' : <Time at={row.endedAt} />),
    },
    { key: 'do', title: t('do'), width: 'minmax(175px, 1fr)', cell: row => <Cleanup order={row} /> },
  ]
  return (
    <DataTable
      label={t('hosts')}
      columns={columns}
      rows={items}
      rowKey={row => row.id}
      query={query}
      rowHeight={56}
      height="calc(100dvh - 330px)"
      empty={<EmptyState title={t('task.nobody')} />}
    />
  )
}

interface HostProgressProps {
  readonly order: OrderObject
  readonly progress: ScanProgress | undefined
}

function HostProgress({ order, progress }: HostProgressProps) {
  const { t } = useWords('virus-scan')
  const mine = progress?.order === order.id && !endedStates.some(one => one === order.state) ? progress : undefined
  return (
    <div>
      <OrderStateBadge state={order.state} />
      {mine === undefined ? null : <ScanStep progress={mine} label={t('progress-of', { name: order.host.name })} />}
      {order.reason === undefined ? null : (
        <Text size="xs" c="dimmed">
          <HostText prose>{order.reason}</HostText>
        </Text>
      )}
    </div>
  )
}

function Result({ order }: { readonly order: OrderObject }) {
  const { t } = useWords('virus-scan')
  const { number } = useNumbers()
  const done = order.state === 'done' || order.state === 'partial'
  const host = useCall('getHost', { params: { host: order.host.id } }, { enabled: done })
  const scans = useCall('listScans', { query: { host: order.host.id, limit: 1 } }, { enabled: done })
  if (!done || host.data === undefined) return <span>–</span>
  const scan = scans.data?.items[0]
  return (
    <div>
      <VerdictBadge verdict={host.data.verdict} /> <Score score={host.data.score} />
      {scan === undefined ? null : (
        <Text size="xs" c="dimmed">
          <Anchor component={Link} to={`/hosts/${order.host.id}/alerts`} size="xs">
            {t('findings', { count: scan.findings, replace: { count: number(scan.findings) } })}
          </Anchor>
          {scan.gaps.length === 0 ? null : (
            <>
              {' · '}
              <Anchor component={Link} to={`/hosts/${order.host.id}/scans`} size="xs">
                {t('gaps', { count: scan.gaps.length })}
              </Anchor>
            </>
          )}
        </Text>
      )}
    </div>
  )
}

/** The way to what removes all of it. */
function Cleanup({ order }: { readonly order: OrderObject }) {
  const { t } = useWords('virus-scan')
  const { can } = useSession()
  const host = useCall('getHost', { params: { host: order.host.id } }, { enabled: order.state === 'done' })
  const [opened, setOpened] = useState(false)
  if (host.data === undefined) return null
  const { verdict, openAlerts, group } = host.data
  const found = (verdict === 'confirmed' || verdict === 'suspected') && openAlerts > 0
  if (!found || !can('alerts:handle', group.id)) return null
  return (
    <>
      <Button size="compact-sm" variant="light" onClick={() => setOpened(true)}>
        {t('clean')}
      </Button>
      {opened ? <HandleFound host={order.host.id} onClose={() => setOpened(false)} /> : null}
    </>
  )
}

/** The incidents that are open on the host, in the dialog in which all alerts are handled. */
function HandleFound({ host, onClose }: { readonly host: string; readonly onClose: () => void }) {
  const [alerts, setAlerts] = useState<string[]>()
  const query = { host, status: 'open', about: 'incident', limit: 100 } as const
  const { data } = useCall('listAlerts', { query }, { enabled: alerts === undefined })
  // As they were when it was opened: once handled they are open no more, and the dialog goes on to show how it goes.
  useEffect(() => {
    if (data !== undefined) setAlerts(before => before ?? data.items.map(({ id }) => id))
  }, [data])
  if (alerts === undefined || alerts.length === 0) return null
  return <HandleDialog choice={{ alerts }} opened onClose={onClose} />
}
