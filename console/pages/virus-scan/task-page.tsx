import { Anchor, Breadcrumbs, Button, Group, Paper, Progress, Stack, Text } from '@mantine/core'
import { CircleStop, RotateCw } from 'lucide-react'
import { useState } from 'react'
import { Link, useNavigate, useParams } from 'react-router'
import { everyPage } from '../../../client/index.ts'
import type { OrderObject, TaskObject } from '../../../model/api/index.ts'
import { api, useCall, useChange } from '../../center/index.ts'
import {
  ConfirmDialog,
  ErrorState,
  ErrorText,
  HostText,
  LoadingState,
  PageHeader,
  showDone,
  Time,
  useNumbers,
} from '../../parts/index.ts'
import { useSession } from '../../session/index.ts'
import { useWords } from '../../words/index.ts'
import { TaskHosts } from './task-hosts.tsx'
import { endedOf, TaskStates } from './task-states.tsx'

/** One scan of one or many hosts: how far it is on each, and what was found. */
export function TaskPage() {
  const { t } = useWords('virus-scan')
  const { task = '' } = useParams()
  const { data, error, refetch } = useCall('getTask', { params: { task } })
  return (
    <>
      <Breadcrumbs mb={4} fz="sm">
        <Anchor component={Link} to="/virus-scan" size="sm">
          {t('title')}
        </Anchor>
      </Breadcrumbs>
      {data === undefined ? (
        error === null ? (
          <LoadingState />
        ) : (
          <ErrorState error={error} retry={() => void refetch()} />
        )
      ) : (
        <Shown task={data} />
      )}
    </>
  )
}

function Shown({ task }: { readonly task: TaskObject }) {
  const { t } = useWords('virus-scan')
  const { number } = useNumbers()
  const ended = endedOf(task)
  const share = task.orders === 0 ? 100 : (100 * ended) / task.orders
  return (
    <>
      <PageHeader
        title={t('task.of', { count: task.orders })}
        about={
          <>
            <ScanKind task={task.id} />
            <HostText prose>{task.createdBy}</HostText> · <Time at={task.createdAt} as="full" />
          </>
        }
        actions={<TaskActions task={task} />}
      />
      <Stack gap="md">
        <Paper withBorder p="md">
          <Group justify="space-between" mb={6}>
            <Text size="sm" fw={600} role="status">
              {task.endedAt === undefined && share < 100
                ? t('task.progress', { ended: number(ended), all: number(task.orders) })
                : t('task.ended')}
            </Text>
            <TaskStates task={task} />
          </Group>
          <Progress
            value={share}
            size="md"
            aria-label={t('task.progress', { ended: number(ended), all: number(task.orders) })}
          />
        </Paper>
        <TaskHosts task={task.id} />
      </Stack>
    </>
  )
}

function TaskActions({ task }: { readonly task: TaskObject }) {
  const { t } = useWords('virus-scan')
  const { can } = useSession()
  const navigate = useNavigate()
  const start = useChange('startScan', ['listTasks'])
  const cancel = useChange('cancelTask', ['getTask', 'listTasks', 'listOrders'])
  const [stopping, setStopping] = useState(false)
  const [failed, setFailed] = useState<unknown>()
  if (!can('scans:start')) return null
  const again = async () => {
    setFailed(undefined)
    try {
      const { hosts, ...way } = await scanOf(task.id)
      const started = await start.mutateAsync({ body: { scope: { hosts }, ...way } })
      showDone(t('task.started-again'))
      await navigate(`/virus-scan/tasks/${started.task}`)
    } catch (error) {
      setFailed(error)
    }
  }
  return (
    <div>
      <Group gap="xs">
        {task.endedAt === undefined && endedOf(task) < task.orders ? (
          <Button
            size="sm"
            variant="default"
            leftSection={<CircleStop size={16} aria-hidden />}
            onClick={() => setStopping(true)}
          >
            {t('task.cancel')}
          </Button>
        ) : null}
        <Button
          size="sm"
          leftSection={<RotateCw size={16} aria-hidden />}
          loading={start.isPending}
          onClick={() => void again()}
        >
          {t('task.again')}
        </Button>
      </Group>
      <ErrorText error={failed} />
      <ConfirmDialog
        opened={stopping}
        title={t('task.cancel')}
        confirm={t('task.cancel')}
        onClose={() => setStopping(false)}
        onConfirm={async () => {
          const { cancelled, asked } = await cancel.mutateAsync({ params: { task: task.id } })
          showDone(t('task.cancelled', { count: cancelled + asked }))
        }}
      >
        <Text size="sm">{t('task.cancel-what')}</Text>
      </ConfirmDialog>
    </div>
  )
}

/** What was looked at, and how: "Custom path · /var/www · 20 % · ". */
function ScanKind({ task }: { readonly task: string }) {
  const { t: p } = useWords('parts')
  const { percent } = useNumbers()
  const { data } = useCall('listOrders', { query: { task, limit: 1 } })
  const action = data?.items[0]?.action
  if (action?.kind !== 'scan') return null
  const { mode, path, cpuPercent } = action
  return (
    <>
      {p(`scan.modes.${mode}`)}
      {path === undefined ? null : (
        <>
          {' · '}
          <HostText>{path}</HostText>
        </>
      )}
      {cpuPercent === undefined ? null : ` · ${percent(cpuPercent / 100)}`}
      {' · '}
    </>
  )
}

/** All hosts of a task, however many, and how they were looked at. */
async function scanOf(task: string) {
  const hosts = new Set<string>()
  let way: Omit<Extract<OrderObject['action'], { kind: 'scan' }>, 'kind'> = { mode: 'quick' }
  for await (const { host, action } of everyPage(call => api.listOrders(call), { query: { task, limit: 500 } })) {
    hosts.add(host.id)
    if (action.kind !== 'scan') continue
    const { kind: _, ...rest } = action
    way = rest
  }
  return { hosts: [...hosts], ...way }
}
