import type { ShownUser } from '../../../model/api/index.ts'
import { Badge } from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'

const tones = { active: 'good', invited: 'low', disabled: 'high', removed: 'informational' } as const

export function UserState({ state }: { readonly state: ShownUser['state'] }) {
  const { t } = useWords('users')
  return <Badge tone={tones[state]}>{t(`states.${state}`)}</Badge>
}
