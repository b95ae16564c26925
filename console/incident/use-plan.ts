import type { RunObject } from '../../model/api/index.ts'
import type { Plan } from '../../model/index.ts'
import { useCall } from '../center/index.ts'

/** The plan that a run carries out, where the center knows for which alert it was ordered; old plans are forgotten in time. */
export function usePlanOfRun(run: Pick<RunObject, 'order' | 'plan'> | undefined): Plan | undefined {
  const order = useCall('getOrder', { params: { order: run?.order ?? '' } }, { enabled: run?.order !== undefined })
  const alert = order.data?.alert
  const plan = useCall(
    'getAlertPlan',
    { params: { alert: alert ?? '', plan: run?.plan ?? '' } },
    { enabled: alert !== undefined && run !== undefined && run.plan !== '' },
  )
  return plan.data
}
