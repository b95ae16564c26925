import type { CenterOrderState } from '../../../model/api/index.ts'

export type { CenterOrderState, OrderObject, TaskObject } from '../../../model/api/index.ts'

/** In the order in which an order goes through them. */
export const centerOrderStates = [
  'waiting-approval',
  'queued',
  'sent',
  'accepted',
  'running',
  'done',
  'partial',
  'refused',
  'failed',
  'cancelled',
  'expired',
] as const satisfies readonly CenterOrderState[]

export const endedStates = [
  'done',
  'partial',
  'refused',
  'failed',
  'cancelled',
  'expired',
] as const satisfies readonly CenterOrderState[]

export function hasEnded(state: CenterOrderState): boolean {
  return endedStates.some(one => one === state)
}
