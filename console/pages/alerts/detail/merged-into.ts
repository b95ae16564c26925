import { useList } from '../../../center/index.ts'
import type { AlertWhole } from './kinds.ts'

/** The alert of the incident that the alert of a detection became part of; undefined where it stands for itself. */
export function useMergedInto({ id, about, handledAs }: AlertWhole): string | undefined {
  const merged = about === 'detection' && handledAs === 'merged'
  const { items } = useList('listAlertEvents', { params: { alert: id }, query: {} }, { enabled: merged })
  const detail: unknown = items.findLast(one => one.what === 'merged')?.detail
  if (typeof detail !== 'object' || detail === null || !('into' in detail)) return undefined
  return typeof detail.into === 'string' ? detail.into : undefined
}
