import { Alert, Button, Group, Progress, Text } from '@mantine/core'
import { Undo2 } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'react-router'
import type { OrderObject } from '../../model/api/index.ts'
import { useCall } from '../center/index.ts'
import { ErrorState, HostText, LoadingState, OrderStateBadge, ProofBadge, Time, useNumbers } from '../parts/index.ts'
import { useSession } from '../session/index.ts'
import { useWords } from '../words/index.ts'
import { ProofView } from './proof-view.tsx'
import { RunBadge } from './run-badge.tsx'
import { StepList } from './step-list.tsx'
import { canBeUndone, isSettled, type Step, stepsOfRun } from './steps.ts'
import { UndoDialog } from './undo-dialog.tsx'
import { usePlanOfRun } from './use-plan.ts'

interface RunViewProps {
  readonly host: { readonly id: string; readonly name: string; readonly group?: string }
  readonly run: string
  /** The run has a page of its own; there no link leads to it. */
  readonly ownPage?: boolean
}

/** A run as it goes on: its steps, then its proof, and the way back. */
export function RunView({ host, run, ownPage = false }: RunViewProps) {
  const { t } = useWords('incident')
  const { can } = useSession()
  const { data, error, refetch } = useCall('getRun', { params: { host: host.id, run } })
  const plan = usePlanOfRun(data)
  const undoing = useUndoOrder(host.id, run)
  const [taken, setTaken] = useState<{ readonly step?: Step }>()
  if (error !== null) return <ErrorState error={error} retry={() => void refetch()} />
  if (data === undefined) return <LoadingState />
  const steps = stepsOfRun(data.actions, plan, data.state === 'running')
  const open = undoing !== undefined && undoing.endedAt === undefined
  const mayUndo = can('alerts:handle', host.group) && data.state !== 'running' && !open
  const way = steps.some(canBeUndone)
  return (
    <div>
      <Group justify="space-between" gap="xs" mb="xs">
        <Group gap="xs">
          <RunBadge state={data.state} />
          {data.proof === undefined ? null : <ProofBadge proof={data.proof} />}
          <Text size="sm" c="dimmed">
            <Time at={data.startedAt} as="full" />
          </Text>
        </Group>
        <Group gap="xs">
          {ownPage ? null : (
            <Button
              component={Link}
              to={`/response/runs/${host.id}/${encodeURIComponent(run)}`}
              size="xs"
              variant="default"
            >
              {t('run.open')}
            </Button>
          )}
          {mayUndo && way ? (
            <Button
              size="xs"
              variant="default"
              leftSection={<Undo2 size={14} aria-hidden />}
              onClick={() => setTaken({})}
            >
              {t('run.undo')}
            </Button>
          ) : null}
        </Group>
      </Group>
      {undoing === undefined ? null : <UndoState order={undoing} />}
      {data.state === 'running' ? <RunProgress steps={steps} /> : null}
      {data.proven === undefined ? null : <ProofView proof={data.proven} />}
      <StepList
        steps={steps}
        aside={step =>
          mayUndo && canBeUndone(step) ? (
            <Button
              size="compact-xs"
              variant="subtle"
              onClick={() => setTaken({ step })}
              aria-label={t('run.undo-step', { number: step.number })}
            >
              {t('run.undo-short')}
            </Button>
          ) : null
        }
      />
      <UndoDialog
        host={host}
        run={run}
        steps={steps}
        step={taken?.step}
        opened={taken !== undefined}
        onClose={() => setTaken(undefined)}
      />
    </div>
  )
}

function RunProgress({ steps }: { readonly steps: readonly Step[] }) {
  const { t } = useWords('incident')
  const { number } = useNumbers()
  const done = steps.filter(isSettled).length
  const label = t('run.progress', { done: number(done), total: number(steps.length) })
  return (
    <div role="status">
      <Text size="sm" mb={4}>
        {label}
      </Text>
      <Progress value={steps.length === 0 ? 0 : (done / steps.length) * 100} aria-label={label} animated />
    </div>
  )
}

function UndoState({ order }: { readonly order: OrderObject }) {
  const { t } = useWords('incident')
  return (
    <Alert variant="light" color="gray" mb="xs" role="status">
      <Group gap="xs">
        <Text size="sm">{t('run.undo-ordered', { who: order.createdBy })}</Text>
        <OrderStateBadge state={order.state} />
      </Group>
      {order.reason === undefined ? null : (
        <Text size="sm">
          <HostText prose>{order.reason}</HostText>
        </Text>
      )}
    </Alert>
  )
}

/** The newest order that takes this run back, if there is one. */
function useUndoOrder(host: string, run: string): OrderObject | undefined {
  const { data } = useCall('listOrders', { query: { host, limit: 100 } })
  return data?.items.find(({ action }) => action.kind === 'undo' && action.run === run)
}
