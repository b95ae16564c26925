import { Checkbox, Select, Stack } from '@mantine/core'
import { type Scope, ScopeField } from '../../../parts/index.ts'
import { useWords } from '../../../words/index.ts'

export const daySeconds = 86_400

const spans = {
  hour: 3_600,
  day: daySeconds,
  week: 7 * daySeconds,
  month: 30 * daySeconds,
  year: 365 * daySeconds,
} as const
type Span = keyof typeof spans
const spanNames = Object.keys(spans) as Span[]

interface BlockFieldsProps {
  readonly seconds: number
  readonly scope: Scope | undefined
  readonly onSeconds: (seconds: number) => void
  readonly onScope: (scope: Scope | undefined) => void
}

/** For how long, and on which hosts beside those of the alerts. */
export function BlockFields({ seconds, scope, onSeconds, onScope }: BlockFieldsProps) {
  const { t } = useWords('alerts')
  return (
    <Stack gap="xs">
      <Select
        label={t('block.for')}
        size="xs"
        data={spanNames.map(one => ({ value: one, label: t(`block.spans.${one}`) }))}
        value={spanNames.find(one => spans[one] === seconds) ?? null}
        onChange={value => {
          const span = spanNames.find(one => one === value)
          if (span !== undefined) onSeconds(spans[span])
        }}
        allowDeselect={false}
      />
      <Checkbox
        size="sm"
        label={t('block.elsewhere')}
        description={t('block.elsewhere-what')}
        checked={scope !== undefined}
        onChange={event => onScope(event.currentTarget.checked ? {} : undefined)}
      />
      {scope === undefined ? null : (
        <ScopeField label={t('block.where')} value={scope} onChange={onScope} needs="alerts:handle" />
      )}
    </Stack>
  )
}
