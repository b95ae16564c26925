import { Progress } from '@mantine/core'
import type { OrderObject } from '../../../../model/api/index.ts'
import { useCall } from '../../../center/index.ts'
import { HostText, useNumbers } from '../../../parts/index.ts'
import { useWords } from '../../../words/index.ts'
import classes from './handle.module.css'

const begun: readonly OrderObject['state'][] = ['running', 'done', 'partial', 'failed']

/** How far the run of an order is, and what it did last. */
export function OrderSteps({ order }: { readonly order: OrderObject }) {
  const { t } = useWords('alerts')
  const { number } = useNumbers()
  const { data } = useCall('getOrder', { params: { order: order.id } }, { enabled: begun.includes(order.state) })
  const steps = data?.steps ?? []
  if (steps.length === 0) return null
  const over = steps.filter(one => one.outcome !== 'planned' && one.outcome !== 'prepared')
  const last = over.at(-1)
  const said = t('follow.steps', {
    over: over.length,
    count: steps.length,
    replace: { over: number(over.length), count: number(steps.length) },
  })
  return (
    <div className={classes['what']}>
      <Progress size="xs" my={4} value={(100 * over.length) / steps.length} aria-label={said} />
      {said}
      {last === undefined || order.state !== 'running' ? null : (
        <>
          {' · '}
          <HostText prose>{last.reason}</HostText>
        </>
      )}
    </div>
  )
}
