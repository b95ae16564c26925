import { Button, Text } from '@mantine/core'
import { useState } from 'react'
import { useCall } from '../../../center/index.ts'
import { Badge, type Column, DataTable, Duration, EmptyState, HostText, useNumbers } from '../../../parts/index.ts'
import { useSession } from '../../../session/index.ts'
import { useWords } from '../../../words/index.ts'
import { type HostGroup, policyOf } from '../../prevention/policy-of.ts'
import { EditPolicy } from './edit-policy.tsx'
import { inTreeOrder } from './tree-order.ts'

/** What the agents of each group are asked to do; a group without its own follows the one above. */
export function Policies() {
  const { t } = useWords('settings')
  const { number, percent } = useNumbers()
  const { can } = useSession()
  const query = useCall('listGroups')
  const [edited, setEdited] = useState<HostGroup>()
  const groups = query.data?.items ?? []
  const rows = inTreeOrder(groups)
  const of = ({ group }: (typeof rows)[number]) => policyOf(group, groups)
  const columns: Column<(typeof rows)[number]>[] = [
    {
      key: 'group',
      title: t('policies.group'),
      width: 'minmax(150px, 1.4fr)',
      cell: ({ group, depth }) => (
        <span style={{ paddingInlineStart: depth * 18 }}>
          <HostText>{group.name}</HostText>
        </span>
      ),
    },
    { key: 'hosts', title: t('policies.hosts'), width: '80px', cell: ({ group }) => number(group.hosts) },
    {
      key: 'from',
      title: t('policies.from'),
      width: 'minmax(130px, 1fr)',
      cell: row => {
        const { from } = of(row)
        if (from === undefined) return t('policies.default')
        return from.id === row.group.id ? (
          <Badge tone="low">{t('policies.own')}</Badge>
        ) : (
          <HostText>{t('policies.as', { group: from.name })}</HostText>
        )
      },
    },
    {
      key: 'scan',
      title: t('policies.scan-every'),
      cell: row => <Duration seconds={of(row).policy.scan.quick.everyMinutes * 60} />,
    },
    {
      key: 'cpu',
      title: t('policies.cpu'),
      width: '110px',
      cell: row => percent(of(row).policy.scan.cpuPercent / 100),
    },
    {
      key: 'inventory',
      title: t('policies.inventory-every'),
      cell: row => <Duration seconds={of(row).policy.inventoryEveryMinutes * 60} />,
    },
    {
      key: 'edit',
      title: t('policies.do'),
      width: '110px',
      cell: ({ group }) =>
        can('policies:write', group.id) ? (
          <Button
            size="compact-xs"
            variant="default"
            onClick={() => setEdited(group)}
            aria-label={t('policies.edit-named', { group: group.name })}
          >
            {t('policies.edit')}
          </Button>
        ) : null,
    },
  ]
  return (
    <>
      <Text size="sm" c="dimmed" mb="sm" maw={760}>
        {t('policies.about')}
      </Text>
      <DataTable
        label={t('tabs.policies')}
        columns={columns}
        rows={rows}
        rowKey={({ group }) => group.id}
        query={query}
        height="calc(100dvh - 300px)"
        empty={<EmptyState title={t('policies.none')} />}
      />
      <EditPolicy group={edited} groups={groups} onClose={() => setEdited(undefined)} />
    </>
  )
}
