import { Select, Stack } from '@mantine/core'
import type { AnswerTo } from '../../../center/index.ts'
import { type Scope, ScopeField } from '../../../parts/index.ts'
import { useWords } from '../../../words/index.ts'
import type { Reach } from './handling.ts'

interface ReachFieldsProps {
  readonly alert: AnswerTo<'getAlert'>
  readonly reach: Reach
  readonly scope: Scope
  readonly onReach: (reach: Reach) => void
  readonly onScope: (scope: Scope) => void
}

/** Only this alert, or all that are like it, and on which hosts. */
export function ReachFields({ alert, reach, scope, onReach, onScope }: ReachFieldsProps) {
  const { t } = useWords('alerts')
  const reaches: readonly Reach[] = ['this', 'type', ...(alert.rule === undefined ? [] : (['rule'] as const)), 'hash']
  return (
    <Stack gap="xs">
      <Select
        size="xs"
        label={t('reach.label')}
        data={reaches.map(one => ({ value: one, label: t(`reach.${one}`) }))}
        value={reach}
        onChange={value => {
          const next = reaches.find(one => one === value)
          if (next !== undefined) onReach(next)
        }}
        allowDeselect={false}
      />
      {reach === 'this' ? null : (
        <ScopeField label={t('reach.where')} value={scope} onChange={onScope} needs="alerts:triage" />
      )}
    </Stack>
  )
}
