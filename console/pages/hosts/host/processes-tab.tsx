import { Alert, Anchor, Button, Group, Text, TextInput, Tooltip } from '@mantine/core'
import { RefreshCw, Search } from 'lucide-react'
import { useMemo, useState } from 'react'
import { Link } from 'react-router'
import { type AnswerTo, useCall, useChange } from '../../../center/index.ts'
import {
  Badge,
  type Column,
  DataTable,
  EmptyState,
  ErrorText,
  HostText,
  OrderStateBadge,
  Time,
  useNumbers,
} from '../../../parts/index.ts'
import { useSession } from '../../../session/index.ts'
import { useWords } from '../../../words/index.ts'
import type { Host } from './host-page.tsx'
import { Ownership } from './inventory-columns.tsx'

type Process = AnswerTo<'listProcesses'>['items'][number]

/** The processes of the host when it was last looked at; asking anew takes a few seconds. */
export function ProcessesTab({ host }: { readonly host: Host }) {
  const { t } = useWords('hosts')
  const { number } = useNumbers()
  const answer = useCall('listProcesses', { params: { host: host.id } })
  const [text, setText] = useState('')
  const columns = useProcessColumns()
  const { data } = answer
  const rows = useMemo(() => {
    const wanted = text.trim().toLowerCase()
    return (data?.items ?? []).filter(
      ({ command, user, pid, executable = '' }) =>
        wanted === '' || `${pid} ${user} ${command} ${executable}`.toLowerCase().includes(wanted),
    )
  }, [data, text])
  return (
    <>
      <Group justify="space-between" align="flex-end" mb="sm">
        <Group gap="sm" align="flex-end">
          <TextInput
            size="xs"
            w={220}
            type="search"
            label={t('fields.search')}
            leftSection={<Search size={14} aria-hidden />}
            value={text}
            onChange={event => setText(event.currentTarget.value)}
          />
          {data?.at === undefined ? null : (
            <Text size="sm" c="dimmed" pb={4}>
              {t('processes.at', { count: data.total, replace: { count: number(data.total) } })} <Time at={data.at} />
            </Text>
          )}
        </Group>
        <Refresh host={host} />
      </Group>
      <DataTable
        label={t('tabs.processes')}
        columns={columns}
        rows={rows}
        rowKey={row => String(row.pid)}
        query={answer}
        height="calc(100dvh - 340px)"
        empty={
          data?.at === undefined ? (
            <EmptyState title={t('processes.never')}>{t('processes.never-what')}</EmptyState>
          ) : (
            <EmptyState title={t('inventory.none-match')} />
          )
        }
      />
    </>
  )
}

function Refresh({ host }: { readonly host: Host }) {
  const { t } = useWords('hosts')
  const { can } = useSession()
  const refresh = useChange('refreshProcesses', ['listOrders'])
  const agent = useCall('getHostAgent', { params: { host: host.id } })
  const order = useCall(
    'getOrder',
    { params: { order: refresh.data?.order ?? '' } },
    { enabled: refresh.data !== undefined },
  )
  if (!can('scans:start', host.group.id)) return null
  const capabilities = agent.data?.capabilities ?? []
  // An agent that never connected has not said what it can do.
  const able = capabilities.length === 0 || capabilities.includes('report-processes')
  if (agent.isError || (agent.data !== undefined && !able))
    return (
      <Alert color="gray" variant="light" p="xs">
        <Text size="sm">{agent.isError ? t('processes.no-agent') : t('processes.too-old')}</Text>
      </Alert>
    )
  const state = order.data?.state ?? refresh.data?.state
  const reason = order.data?.reason ?? refresh.data?.reason
  const waiting = state === 'queued' || state === 'sent' || state === 'accepted' || state === 'running'
  return (
    <div>
      <Group gap="xs">
        {state === undefined || state === 'done' ? null : <OrderStateBadge state={state} />}
        {!host.online && waiting ? (
          <Text size="sm" c="dimmed">
            {t('processes.when-back')}
          </Text>
        ) : null}
        <Tooltip label={t('processes.offline')} disabled={host.online}>
          <Button
            size="xs"
            leftSection={<RefreshCw size={14} aria-hidden />}
            loading={refresh.isPending || (waiting && host.online)}
            onClick={() => refresh.mutate({ params: { host: host.id } })}
          >
            {t('processes.refresh')}
          </Button>
        </Tooltip>
      </Group>
      {reason === undefined || state === 'done' ? null : (
        <Text size="xs" mt={4}>
          <HostText prose>{reason}</HostText>
        </Text>
      )}
      <ErrorText error={refresh.error} />
    </div>
  )
}

function useProcessColumns(): readonly Column<Process>[] {
  const { t } = useWords('hosts')
  const { number, bytes } = useNumbers()
  return [
    {
      key: 'command',
      title: t('processes.command'),
      width: 'minmax(200px, 3fr)',
      heading: true,
      cell: row => (
        <div>
          <Text component="span" size="sm" lineClamp={3}>
            <HostText>{row.command}</HostText>
          </Text>
          <Group gap={6}>
            {row.alert === undefined ? null : (
              <Anchor component={Link} to={`/alerts/${row.alert}`} size="xs" fw={600} c="var(--davylamp-critical)">
                {t('processes.alert')}
              </Anchor>
            )}
            {row.hiddenFrom === undefined || row.hiddenFrom.length === 0 ? null : (
              <Badge tone="critical">{t('processes.hidden')}</Badge>
            )}
            {row.container === undefined ? null : (
              <Text size="xs" c="dimmed">
                {t('processes.container')} <HostText>{row.container.slice(0, 12)}</HostText>
              </Text>
            )}
          </Group>
        </div>
      ),
    },
    { key: 'pid', title: 'PID', width: '80px', cell: row => <HostText>{String(row.pid)}</HostText> },
    { key: 'user', title: t('facts.user'), width: '100px', cell: row => <HostText>{row.user}</HostText> },
    { key: 'cpu', title: t('processes.cpu'), width: '90px', cell: row => `${number(Math.round(row.cpuPercent))} %` },
    { key: 'memory', title: t('processes.memory'), width: '100px', cell: row => bytes(row.residentBytes) },
    {
      key: 'trust',
      title: t('facts.ownership'),
      width: '145px',
      cell: row => <Ownership value={row.trust} />,
    },
    {
      key: 'started',
      title: t('processes.started'),
      width: '110px',
      cell: row => (row.startedAt === undefined ? '–' : <Time at={row.startedAt} />),
    },
  ]
}
