import type { RunObject } from '../../model/api/index.ts'
import { Badge } from '../parts/index.ts'
import { useWords } from '../words/index.ts'

const tones = {
  running: 'low',
  complete: 'good',
  partial: 'high',
  undone: 'informational',
  'partly-undone': 'medium',
} as const

export function RunBadge({ state }: { readonly state: RunObject['state'] }) {
  const { t } = useWords('incident')
  return <Badge tone={tones[state]}>{t(`run-states.${state}`)}</Badge>
}
