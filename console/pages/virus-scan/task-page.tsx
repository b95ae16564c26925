import { Anchor, Breadcrumbs, Button, Group, Paper, Progress, Stack, Text } from '@mantine/core'
import { CircleStop, RotateCw } from 'lucide-react'
import { useState } from 'react'
import { Link, useNavigate, useParams } from 'react-router'
import { everyPage } from '../../../client/index.ts'
import type { TaskObject } from '../../../model/api/index.ts'
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
      const hosts = await hostsOf(task.id)
      const started = await start.mutateAsync({ body: { scope: { hosts } } })
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

/** All hosts of a task, however many. */
async function hostsOf(task: string): Promise<string[]> {
  const hosts = new Set<string>()
  for await (const { host } of everyPage(call => api.listOrders(call), { query: { task, limit: 500 } }))
    hosts.add(host.id)
  return [...hosts]
}
