import { Anchor, Button, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { useCall } from '../../center/index.ts'
import { Badge, type Column, DataTable, Duration, EmptyState, HostText, useNumbers } from '../../parts/index.ts'
import { useSession } from '../../session/index.ts'
import { useWords } from '../../words/index.ts'
import { type HostGroup, type Policy, policyOf } from '../prevention/policy-of.ts'
import { LocalLimits } from './local-limits.tsx'
import { ScheduleDialog } from './schedule-dialog.tsx'

/** How often the hosts of each group are scanned by themselves, and how much that may take. */
export function Schedule() {
  const { t } = useWords('virus-scan')
  const { number } = useNumbers()
  const { can } = useSession()
  const query = useCall('listGroups')
  const groups = query.data?.items ?? []
  const [changing, setChanging] = useState<HostGroup>()
  const [looking, setLooking] = useState<HostGroup>()
  const columns: readonly Column<HostGroup>[] = [
    {
      key: 'group',
      title: t('schedule.group'),
      width: 'minmax(140px, 1.4fr)',
      cell: one => (
        <Text component="span" size="sm" fw={600}>
          <HostText prose>{one.name}</HostText>
        </Text>
      ),
    },
    {
      key: 'every',
      title: t('schedule.every'),
      cell: one => <Duration seconds={policyOf(one, groups).policy.scan.quick.everyMinutes * 60} />,
    },
    {
      key: 'full',
      title: t('schedule.full'),
      cell: one => <FullScan of={policyOf(one, groups).policy} />,
    },
    {
      key: 'cpu',
      title: t('schedule.cpu'),
      cell: one => `${number(policyOf(one, groups).policy.scan.cpuPercent)} %`,
    },
    {
      key: 'from',
      title: t('schedule.from'),
      width: 'minmax(140px, 1.2fr)',
      cell: one => <From group={one} of={policyOf(one, groups).from} />,
    },
    {
      key: 'limits',
      title: t('schedule.limits'),
      width: 'minmax(130px, 1fr)',
      cell: one => (
        <Anchor component="button" type="button" size="sm" onClick={() => setLooking(one)}>
          {t('schedule.show')}
        </Anchor>
      ),
    },
    {
      key: 'change',
      title: t('schedule.action'),
      width: '110px',
      cell: one =>
        can('policies:write', one.id) ? (
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => setChanging(one)}
            aria-label={t('schedule.change-of', { name: one.name })}
          >
            {t('schedule.change')}
          </Button>
        ) : null,
    },
  ]
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {t('schedule.about')}
      </Text>
      <DataTable
        label={t('tabs.schedule')}
        columns={columns}
        rows={groups}
        rowKey={one => one.id}
        query={query}
        height="calc(100dvh - 300px)"
        empty={<EmptyState title={t('schedule.none')} />}
      />
      <ScheduleDialog group={changing} groups={groups} onClose={() => setChanging(undefined)} />
      <LocalLimits group={looking} onClose={() => setLooking(undefined)} />
    </Stack>
  )
}

function FullScan({ of: { scan } }: { readonly of: Policy }) {
  const { t } = useWords('virus-scan')
  if (scan.full === undefined) return <span>{t('schedule.never')}</span>
  return (
    <span>
      <Duration seconds={scan.full.everyDays * 86_400} />, {scan.full.at}
    </span>
  )
}

function From({ group, of }: { readonly group: HostGroup; readonly of: HostGroup | undefined }) {
  const { t } = useWords('virus-scan')
  if (of === undefined) return <span>{t('schedule.default')}</span>
  if (of.id === group.id) return <Badge tone="low">{t('schedule.own')}</Badge>
  return (
    <span>
      {t('schedule.of')} <HostText prose>{of.name}</HostText>
    </span>
  )
}
