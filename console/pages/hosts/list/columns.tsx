import { Anchor, Group, Text, Tooltip } from '@mantine/core'
import { ShieldAlert } from 'lucide-react'
import { Link } from 'react-router'
import type { HostObject } from '../../../../model/api/index.ts'
import { type Column, HostText, Presence, Score, Time, useNumbers, VerdictBadge } from '../../../parts/index.ts'
import { useWords } from '../../../words/index.ts'

export function useHostColumns(): readonly Column<HostObject>[] {
  const { t } = useWords('hosts')
  const { t: p } = useWords('parts')
  const { number } = useNumbers()
  return [
    { key: 'name', title: t('fields.host'), width: 'minmax(140px, 1.3fr)', cell: row => <HostCell host={row} /> },
    {
      key: 'verdict',
      title: t('fields.verdict'),
      width: '130px',
      cell: row => <VerdictBadge verdict={row.verdict} />,
    },
    { key: 'score', title: t('fields.score'), width: '108px', cell: row => <Score score={row.score} /> },
    {
      key: 'alerts',
      title: t('fields.open-alerts'),
      width: '80px',
      cell: row =>
        row.openAlerts === 0 ? (
          <Text component="span" size="sm" c="dimmed">
            {number(0)}
          </Text>
        ) : (
          <Anchor
            component={Link}
            to={`/hosts/${row.id}/alerts`}
            size="sm"
            aria-label={t('alerts-of', { count: row.openAlerts, name: row.name })}
          >
            {number(row.openAlerts)}
          </Anchor>
        ),
    },
    {
      key: 'group',
      title: t('fields.group'),
      width: 'minmax(110px, 0.9fr)',
      cell: row => (
        <div>
          <HostText prose>{row.group.name}</HostText>
          {row.region === '' ? null : (
            <Text size="xs" c="dimmed">
              <HostText prose>{row.region}</HostText>
            </Text>
          )}
        </div>
      ),
    },
    {
      key: 'system',
      title: t('fields.system'),
      width: 'minmax(150px, 1.1fr)',
      cell: row => <HostText prose>{row.system}</HostText>,
    },
    {
      key: 'agent',
      title: t('fields.agent'),
      width: 'minmax(130px, 1.1fr)',
      cell: row => <Presence online={row.online} lastSeen={row.lastSeen} reason={row.offlineReason} />,
    },
    {
      key: 'scan',
      title: t('fields.last-scan'),
      width: '112px',
      cell: row => (row.lastScanAt === undefined ? p('never') : <Time at={row.lastScanAt} />),
    },
  ]
}

function HostCell({ host }: { readonly host: HostObject }) {
  const { t } = useWords('hosts')
  return (
    <div>
      <Group gap={6} wrap="nowrap">
        <Anchor component={Link} to={`/hosts/${host.id}`} fw={600} size="sm" lineClamp={2}>
          <HostText prose>{host.name}</HostText>
        </Anchor>
        {host.tamperedAt === undefined ? null : (
          <Tooltip label={t('tampered')}>
            <ShieldAlert size={16} color="var(--davylamp-critical)" aria-label={t('tampered')} role="img" />
          </Tooltip>
        )}
      </Group>
      {host.addresses.length === 0 ? null : (
        <Text size="xs" c="dimmed" lineClamp={1}>
          <HostText>{host.addresses.slice(0, 3).join(', ')}</HostText>
        </Text>
      )}
    </div>
  )
}
