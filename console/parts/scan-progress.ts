import { useCallback, useState } from 'react'
import type { LiveChange } from '../../model/api/index.ts'
import { useLiveChange } from '../center/index.ts'

/** Files that were read, of about how many, and how fast it goes by now. */
export interface Reading {
  readonly files: number
  /** 0: nobody knows. */
  readonly total: number
  readonly bytes: number
  readonly perSecond: number | undefined
  readonly secondsLeft: number | undefined
}

export interface ScanProgress {
  /** What is looked at, in the words of the host. */
  readonly what: string
  /** 0 to 1; absent where nobody knows of how much. */
  readonly share: number | undefined
  /** Of a reading of contents. */
  readonly reading: Reading | undefined
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
  const { what: part, done, total, order, ...rest } = detail as Readonly<Record<string, unknown>>
  if (typeof done !== 'number' || typeof total !== 'number') return undefined
  return {
    what: typeof part === 'string' ? part : '',
    share: total > 0 ? Math.min(1, Math.max(0, done / total)) : undefined,
    reading: readingOf(done, total, rest),
    order: typeof order === 'string' ? order : undefined,
  }
}

function readingOf(files: number, total: number, rest: Readonly<Record<string, unknown>>): Reading | undefined {
  const { bytes, perSecond, secondsLeft } = rest
  if (typeof bytes !== 'number') return undefined
  const number = (value: unknown) => (typeof value === 'number' ? value : undefined)
  return { files, total, bytes, perSecond: number(perSecond), secondsLeft: number(secondsLeft) }
}
