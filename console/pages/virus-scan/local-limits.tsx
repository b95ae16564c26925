import { Anchor, Drawer, List, Text } from '@mantine/core'
import { Link } from 'react-router'
import { type ItemOf, useList } from '../../center/index.ts'
import { type Column, DataTable, EmptyState, HostText } from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'
import type { HostGroup } from '../prevention/policy-of.ts'

interface LocalLimitsProps {
  readonly group: HostGroup | undefined
  readonly onClose: () => void
}

/** Hosts whose owners allow less than the group asks. */
export function LocalLimits({ group, onClose }: LocalLimitsProps) {
  const { t } = useWords('virus-scan')
  const { t: p } = useWords('parts')
  return (
    <Drawer
      opened={group !== undefined}
      onClose={onClose}
      position="right"
      size="lg"
      title={t('schedule.limits')}
      closeButtonProps={{ 'aria-label': p('close') }}
    >
      {group === undefined ? null : <Limits group={group.id} />}
    </Drawer>
  )
}

function Limits({ group }: { readonly group: string }) {
  const { t } = useWords('virus-scan')
  const { items, query } = useList('listAgents', { query: { group } }, { limit: 500 })
  const tightened = items.filter(({ health }) => (health?.policy.tightened.length ?? 0) > 0)
  const columns: readonly Column<ItemOf<'listAgents'>>[] = [
    {
      key: 'host',
      title: t('host'),
      cell: row => (
        <Anchor component={Link} to={`/hosts/${row.host.id}/agent`} size="sm">
          <HostText prose>{row.host.name}</HostText>
        </Anchor>
      ),
    },
    {
      key: 'what',
      title: t('schedule.limits'),
      width: 'minmax(160px, 2fr)',
      cell: row => (
        <List size="sm">
          {(row.health?.policy.tightened ?? []).map(one => (
            <List.Item key={one}>
              <HostText prose>{one}</HostText>
            </List.Item>
          ))}
        </List>
      ),
    },
  ]
  return (
    <>
      <Text size="sm" c="dimmed" mb="sm">
        {t('schedule.limits-what')}
      </Text>
      <DataTable
        label={t('schedule.limits')}
        columns={columns}
        rows={tightened}
        rowKey={row => row.id}
        query={query}
        height="70dvh"
        empty={<EmptyState title={t('schedule.no-limits')} />}
      />
    </>
  )
}
