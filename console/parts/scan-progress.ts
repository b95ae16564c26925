import { useCallback, useState } from 'react'
import type { LiveChange } from '../../model/api/index.ts'
import { useLiveChange } from '../center/index.ts'

export interface ScanProgress {
  /** What is looked at, in the words of the host. */
  readonly what: string
  /** 0 to 1. */
  readonly share: number
  /** The order that asked for it. */
  readonly order: string | undefined
}

/** How far hosts are, by host id, as they tell it live. Nothing until the first word of a host. */
export function useAllScanProgress(): ReadonlyMap<string, ScanProgress> {
  const [all, setAll] = useState<ReadonlyMap<string, ScanProgress>>(new Map())
  const hear = useCallback((change: LiveChange) => {
    const told = progressOf(change)
    if (told !== undefined) setAll(before => new Map(before).set(change.id, told))
  }, [])
  useLiveChange(hear)
  return all
}

/** The same of one host. */
export function useScanProgress(host: string): ScanProgress | undefined {
  const [one, setOne] = useState<ScanProgress>()
  const hear = useCallback(
    (change: LiveChange) => {
      const told = change.id === host ? progressOf(change) : undefined
      if (told !== undefined) setOne(told)
    },
    [host],
  )
  useLiveChange(hear)
  return one
}

function progressOf({ what, detail }: LiveChange): ScanProgress | undefined {
  if (what !== 'progress' || typeof detail !== 'object' || detail === null) return undefined
  const { what: part, done, total, order } = detail as Readonly<Record<string, unknown>>
  if (typeof done !== 'number' || typeof total !== 'number') return undefined
  return {
    what: typeof part === 'string' ? part : '',
    share: total > 0 ? Math.min(1, Math.max(0, done / total)) : 0,
    order: typeof order === 'string' ? order : undefined,
  }
}
