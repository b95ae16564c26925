import { Group, MultiSelect, NumberInput, Stack, Switch } from '@mantine/core'
import { useWords } from '../../words/index.ts'
import type { RouteDraft } from './route-draft.ts'

interface RouteLimitsProps {
  readonly draft: RouteDraft
  readonly onChange: (some: Partial<RouteDraft>) => void
  readonly channels: readonly { readonly value: string; readonly label: string }[]
  readonly wrong: boolean
}

/** How much is sent at once, and whom to tell when nobody acts. */
export function RouteLimits({
  draft: { digestMinutes, rate, escalation },
  onChange,
  channels,
  wrong,
}: RouteLimitsProps) {
  const { t } = useWords('notifications')
  return (
    <Stack gap="xs">
      <Switch
        label={t('routes.digest')}
        checked={digestMinutes !== undefined}
        onChange={event => onChange({ digestMinutes: event.currentTarget.checked ? 60 : undefined })}
      />
      {digestMinutes === undefined ? null : (
        <Amount value={digestMinutes} most={1_440} onChange={minutes => onChange({ digestMinutes: minutes })} />
      )}
      <Switch
        label={t('routes.rate')}
        checked={rate !== undefined}
        onChange={event => onChange({ rate: event.currentTarget.checked ? { most: 10, minutes: 60 } : undefined })}
      />
      {rate === undefined ? null : (
        <Group gap="sm" pl="lg">
          <NumberInput
            label={t('routes.most')}
            value={rate.most}
            onChange={value => onChange({ rate: { ...rate, most: typeof value === 'number' ? value : 1 } })}
            min={1}
            max={10_000}
            allowDecimal={false}
            clampBehavior="strict"
            w={120}
          />
          <NumberInput
            label={t('routes.minutes')}
            value={rate.minutes}
            onChange={value => onChange({ rate: { ...rate, minutes: typeof value === 'number' ? value : 1 } })}
            min={1}
            max={1_440}
            allowDecimal={false}
            clampBehavior="strict"
            w={120}
          />
        </Group>
      )}
      <Switch
        label={t('routes.escalation')}
        checked={escalation !== undefined}
        onChange={event =>
          onChange({ escalation: event.currentTarget.checked ? { afterMinutes: 15, channels: [] } : undefined })
        }
      />
      {escalation === undefined ? null : (
        <Stack gap="xs">
          <Amount
            value={escalation.afterMinutes}
            most={10_080}
            onChange={afterMinutes => onChange({ escalation: { ...escalation, afterMinutes } })}
          />
          <MultiSelect
            label={t('routes.escalation-to')}
            data={[...channels]}
            value={[...escalation.channels]}
            onChange={chosen => onChange({ escalation: { ...escalation, channels: chosen } })}
            error={wrong ? t('routes.wrong') : undefined}
            ml="lg"
            required
          />
        </Stack>
      )}
    </Stack>
  )
}

interface AmountProps {
  readonly value: number
  readonly most: number
  readonly onChange: (value: number) => void
}

function Amount({ value, most, onChange }: AmountProps) {
  const { t } = useWords('notifications')
  return (
    <NumberInput
      label={t('routes.minutes')}
      value={value}
      onChange={next => onChange(typeof next === 'number' ? next : 1)}
      min={1}
      max={most}
      allowDecimal={false}
      clampBehavior="strict"
      w={120}
      ml="lg"
    />
  )
}
