import { Button, Text, VisuallyHidden } from '@mantine/core'
import { useState } from 'react'
import { useParams } from 'react-router'
import type { TaskObject } from '../../../model/api/index.ts'
import { useCall, useChange, useList } from '../../center/index.ts'
import { OrderView } from '../../incident/index.ts'
import {
  ConfirmDialog,
  ErrorState,
  HostText,
  inertText,
  LoadingState,
  PageHeader,
  showDone,
  TaskOrders,
  Time,
} from '../../parts/index.ts'
import { useSession } from '../../session/index.ts'
import { useWords } from '../../words/index.ts'
import { KindName } from './task-kinds.tsx'
import { States } from './tasks.tsx'

/** One task: what each host made of it; of a single clean-up its steps too. */
export function TaskPage() {
  const { t } = useWords('response')
  const { task = '' } = useParams()
  const { data, error, refetch } = useCall('getTask', { params: { task } })
  const orders = useList('listOrders', { query: { task } }, { limit: 2 })
  if (error !== null && data === undefined)
    return (
      <>
        <PageHeader title={t('columns.task')} />
        <ErrorState error={error} retry={() => void refetch()} />
      </>
    )
  if (data === undefined) return <LoadingState />
  const [only, another] = orders.items
  return (
    <>
      <PageHeader
        title={inertText(data.title)}
        heading={<HostText prose>{data.title}</HostText>}
        help="console#response"
        about={
          <>
            <KindName kind={data.kind} /> · <HostText prose>{data.createdBy}</HostText> · <Time at={data.createdAt} />
          </>
        }
        actions={<Cancel task={data} />}
      />
      <States task={data} />
      <TaskOrders task={task} />
      {only !== undefined && another === undefined && only.kind === 'clean' ? (
        <>
          <VisuallyHidden component="h2">{t('run.name')}</VisuallyHidden>
          <OrderView order={only.id} />
        </>
      ) : null}
    </>
  )
}

function Cancel({ task }: { readonly task: TaskObject }) {
  const { t } = useWords('response')
  const { can } = useSession()
  const [asking, setAsking] = useState(false)
  const cancel = useChange('cancelTask', ['getTask', 'listTasks', 'listOrders'])
  if (task.endedAt !== undefined || !can('scans:start')) return null
  const confirm = async () => {
    const { cancelled, asked, left } = await cancel.mutateAsync({ params: { task: task.id } })
    showDone(t('cancel.done', { cancelled, asked, left }))
  }
  return (
    <>
      <Button size="xs" variant="default" onClick={() => setAsking(true)}>
        {t('cancel.open')}
      </Button>
      <ConfirmDialog
        opened={asking}
        onClose={() => setAsking(false)}
        title={t('cancel.title')}
        confirm={t('cancel.confirm')}
        onConfirm={confirm}
      >
        <Text size="sm">{t('cancel.what')}</Text>
      </ConfirmDialog>
    </>
  )
}
