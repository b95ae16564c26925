import { connectorSource } from './connector-source.ts'
import { pollingSource } from './polling-source.ts'
import type { ExecSource, ExecSourceName } from './source.ts'
import { tracepointSource } from './tracepoint-source.ts'

export interface OpenedSource {
  readonly source: ExecSource
  /** Why a better one is not used, in words. */
  readonly problem?: string
}

/** The best source that this kernel gives, or the one that is asked for. */
export function openExecSource(proc: string, wanted?: ExecSourceName): OpenedSource {
  const ways: readonly (readonly [ExecSourceName, () => ExecSource])[] = [
    ['tracepoint', tracepointSource],
    ['process-connector', connectorSource],
    ['polling', () => pollingSource(proc)],
  ]
  const problems: string[] = []
  for (const [name, open] of ways) {
    if (wanted !== undefined && name !== wanted) continue
    try {
      return { source: open(), ...(problems.length === 0 ? {} : { problem: problems.join('; ') }) }
    } catch (error) {
      if (name === wanted) throw error
      problems.push(`${name}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  throw new Error(`no such source: ${wanted}`)
}
