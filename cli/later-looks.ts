import type { Proof, Run } from '../model/index.ts'
import type { Context } from './context.ts'

/** When to look again, if nobody agreed to have it installed. */
export function plannedLooks(run: Run): Proof['laterLooks'] {
  if (!run.live) return []
  const from = Date.now()
  const at = (seconds: number) => new Date(from + seconds * 1_000).toISOString()
  return [
    { when: 'in 1 hour', at: at(3_600), installed: false },
    { when: 'in 24 hours', at: at(86_400), installed: false },
    { when: 'in 8 days', at: at(8 * 86_400), installed: false },
    { when: 'after the next boot', installed: false },
  ]
}

export async function installLooks(run: Run, _context: Context): Promise<Proof['laterLooks']> {
  return plannedLooks(run)
}
