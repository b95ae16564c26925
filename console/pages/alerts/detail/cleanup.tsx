import { Button, Group, Paper, SegmentedControl, Text, Title } from '@mantine/core'
import { useState } from 'react'
import { handlings } from '../../../../model/wire/index.ts'
import { useCall } from '../../../center/index.ts'
import { OrderView, PlanView, RunView } from '../../../incident/index.ts'
import { ErrorState, HandledWayName, LoadingState, useUrlFilter } from '../../../parts/index.ts'
import { useSession } from '../../../session/index.ts'
import { useWords } from '../../../words/index.ts'
import { CarryOutDialog } from './carry-out-dialog.tsx'
import type { AlertWhole } from './kinds.ts'

/** What is done by now, or being done, is shown by its steps. */
const over = new Set<AlertWhole['status']>(['handling', 'handled'])

/** From the plan to the proof: what would be done, what is being done, what was done, and the way back. */
export function Cleanup({ alert }: { readonly alert: AlertWhole }) {
  return (
    <>
      <LatestRun alert={alert} />
      {over.has(alert.status) ? null : <Plans alert={alert} />}
    </>
  )
}

function LatestRun({ alert }: { readonly alert: AlertWhole }) {
  const { t } = useWords('alerts/detail')
  const order = alert.orders.find(one => one.kind === 'clean')
  // Runs that somebody started on the host itself have no order.
  const runs = useCall('listRuns', { query: { host: alert.host.id, limit: 100 } }, { enabled: order === undefined })
  const run = runs.data?.items.find(one => alert.about === 'incident' && one.incidents.includes(alert.origin))
  if (order === undefined && run === undefined) return null
  return (
    <Paper withBorder p="md" mb="md" component="section" aria-label={t('cleanup.latest')}>
      <Title order={2} size="h4" mb="xs">
        {t('cleanup.latest')}
      </Title>
      {order === undefined ? (
        run === undefined ? null : (
          <RunView host={{ ...alert.host }} run={run.id} />
        )
      ) : (
        <OrderView order={order.id} group={alert.host.group} />
      )}
    </Paper>
  )
}

function Plans({ alert }: { readonly alert: AlertWhole }) {
  const { t } = useWords('alerts/detail')
  const { can } = useSession()
  const [{ plan: asked }, change] = useUrlFilter(['plan'])
  const [ordering, setOrdering] = useState(false)
  const offered = handlings.filter(one => alert.plans.some(plan => plan.handling === one))
  const handling = alert.plans.find(one => one.id === asked)?.handling
  const chosen = offered.find(one => one === handling) ?? offered.at(-1)
  const planned = alert.plans.find(one => one.handling === chosen)
  const plan = useCall(
    'getAlertPlan',
    { params: { alert: alert.id, plan: planned?.id ?? '' } },
    { enabled: planned !== undefined },
  )
  if (chosen === undefined || planned === undefined)
    return (
      <Text size="sm" c="dimmed">
        {t('cleanup.no-plan')}
      </Text>
    )
  return (
    <Paper withBorder p="md" component="section" aria-label={t('cleanup.plan')}>
      <Group justify="space-between" mb="xs" gap="xs">
        <Title order={2} size="h4">
          {t('cleanup.plan')}
        </Title>
        {can('alerts:handle', alert.host.group) && plan.data !== undefined && plan.data.actions.length > 0 ? (
          <Button size="xs" onClick={() => setOrdering(true)}>
            {t('cleanup.carry-out')}
          </Button>
        ) : null}
      </Group>
      {offered.length < 2 ? (
        <Text size="sm" fw={600}>
          <HandledWayName way={chosen} />
        </Text>
      ) : (
        <SegmentedControl
          size="xs"
          mb="xs"
          aria-label={t('cleanup.handling')}
          value={chosen}
          onChange={value => change({ plan: alert.plans.find(one => one.handling === value)?.id })}
          data={offered.map(value => ({ value, label: <HandledWayName way={value} /> }))}
          style={{ maxWidth: '100%', flexWrap: 'wrap' }}
        />
      )}
      {plan.error !== null ? <ErrorState error={plan.error} retry={() => void plan.refetch()} /> : null}
      {plan.data === undefined ? plan.error === null ? <LoadingState /> : null : <PlanView plan={plan.data} />}
      {plan.data === undefined ? null : (
        <CarryOutDialog
          alert={alert}
          handling={chosen}
          plan={plan.data}
          opened={ordering}
          onClose={() => setOrdering(false)}
        />
      )}
    </Paper>
  )
}
