import type { AlertCase } from '../story/index.ts'
import type { Standing } from './words/index.ts'

/** How the alert stands now: what its newest run came to, or what people decided. */
export function standingOf({ alert, runs }: AlertCase): Standing {
  if (runs === undefined) return 'unseen'
  const run = runs.at(-1)
  if (run?.state === 'running') return 'running'
  if (run?.state === 'undone' || run?.state === 'partly-undone') return 'undone'
  if (run?.proof?.result === 'clean') return 'proven'
  if (run?.proof?.result === 'left') return 'left'
  if (run?.proof?.result === 'rebuild-advised') return 'rebuild'
  if (run?.proof?.result === 'unproven') return 'unproven'
  if (run?.state === 'partial') return 'partial'
  if (run?.state === 'complete') return 'unproven'
  if (alert.status === 'handled') return alert.handledAs === 'manual' ? 'manual' : 'handled'
  return alert.status
}
