import { Alert, Anchor, List, Stack, Text } from '@mantine/core'
import { Link } from 'react-router'
import { watchModes } from '../../../model/api/index.ts'
import { useCall } from '../../center/index.ts'
import { ModeBadge } from '../../detections/index.ts'
import { type Column, DataTable, Duration, EmptyState, HostText, useNumbers } from '../../parts/index.ts'
import { useSession } from '../../session/index.ts'
import { useWords } from '../../words/index.ts'
import { type HostGroup, policyOf } from './policy-of.ts'

/** What each group of hosts does by itself; changed under Settings. */
export function GroupPolicies() {
  const { t } = useWords('prevention')
  const { t: word } = useWords('detections')
  const { number } = useNumbers()
  const { can } = useSession()
  const query = useCall('listGroups')
  const groups = query.data?.items ?? []
  const of = (group: HostGroup) => policyOf(group, groups)
  const columns: Column<HostGroup>[] = [
    { key: 'group', title: t('policies.group'), cell: one => <HostText prose>{one.name}</HostText> },
    { key: 'hosts', title: t('policies.hosts'), width: '80px', cell: one => number(one.hosts) },
    { key: 'from', title: t('policies.from'), cell: group => <From group={group} of={of(group).from} /> },
    {
      key: 'prevention',
      title: t('policies.prevention'),
      cell: group => {
        const mode = of(group).policy.prevention
        return <ModeBadge mode={mode} />
      },
    },
    {
      key: 'response',
      title: t('policies.response'),
      cell: group => t(`policies.responses.${of(group).policy.autoResponse}`),
    },
    {
      key: 'scan',
      title: t('policies.scan'),
      cell: group => (
        <>
          {t('policies.every')} <Duration seconds={of(group).policy.scan.quick.everyMinutes * 60} />
        </>
      ),
    },
    {
      key: 'later',
      title: t('policies.later'),
      width: '120px',
      cell: group => (of(group).policy.laterLooks ? t('policies.on') : t('policies.off')),
    },
  ]
  return (
    <Stack gap="sm">
      <Alert color="blue" variant="light" p="sm" title={t('policies.note')}>
        <List size="sm" mb={4}>
          {watchModes.map(mode => (
            <List.Item key={mode}>
              <b>{word(`modes.${mode}`)}</b>: {word(`modes-what.${mode}`)}
            </List.Item>
          ))}
        </List>
        <Text size="sm">{t('policies.note-what')}</Text>
        {can('policies:write') ? (
          <Anchor component={Link} to="/settings" size="sm">
            {t('policies.edit')}
          </Anchor>
        ) : null}
      </Alert>
      <DataTable
        label={t('policies.label')}
        columns={columns}
        rows={groups}
        rowKey={one => one.id}
        query={query}
        empty={<EmptyState title={t('policies.label')} />}
        height="calc(100dvh - 420px)"
      />
    </Stack>
  )
}

function From({ group, of }: { readonly group: HostGroup; readonly of: HostGroup | undefined }) {
  const { t } = useWords('prevention')
  if (of === undefined) return t('policies.default')
  if (of.id === group.id) return t('policies.own')
  return <HostText prose>{t('policies.inherited', { group: of.name })}</HostText>
}
