import type { HandlingRefusal } from '../../../../model/api/index.ts'
import { HostText } from '../../../parts/index.ts'
import { useWords } from '../../../words/index.ts'

interface RefusalProps {
  readonly why: HandlingRefusal | undefined
  /** What the center says, for what has no word of its own here. */
  readonly text: string
}

/** Why nothing is ordered for an alert. */
export function Refusal({ why, text }: RefusalProps) {
  const { t } = useWords('alerts')
  if (why === undefined || why === 'host') return <HostText prose>{text}</HostText>
  return <span>{t(`refusals.${why}`)}</span>
}
