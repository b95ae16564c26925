import { Chip, Group, Input, Select, Stack, Switch, Text, TextInput } from '@mantine/core'
import { useMemo } from 'react'
import { alertLevels } from '../../../model/api/index.ts'
import { useWords } from '../../words/index.ts'
import type { RouteDraft } from './route-draft.ts'
import { dayOf } from './route-says.tsx'

interface RouteQuietProps {
  readonly draft: RouteDraft
  readonly onChange: (some: Partial<RouteDraft>) => void
  readonly wrong: boolean
}

/** Weeks begin on Monday in most of the world. */
const week = [1, 2, 3, 4, 5, 6, 0] as const

/** When people are not to be disturbed. */
export function RouteQuiet({ draft: { quiet }, onChange, wrong }: RouteQuietProps) {
  const { t, i18n } = useWords('notifications')
  const { t: part } = useWords('parts')
  const zones = useMemo(() => ['UTC', ...Intl.supportedValuesOf('timeZone').filter(one => one !== 'UTC')], [])
  const short = new Intl.DateTimeFormat(i18n.language, { weekday: 'short', timeZone: 'UTC' })
  const start = () => ({
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    from: '22:00',
    to: '07:00',
    days: [],
    exceptFrom: 'critical' as const,
  })
  return (
    <Stack gap="xs">
      <Switch
        label={t('routes.quiet')}
        checked={quiet !== undefined}
        onChange={event => onChange({ quiet: event.currentTarget.checked ? start() : undefined })}
      />
      {quiet === undefined ? null : (
        <Stack gap="xs" pl="lg">
          <Group gap="sm" align="flex-start">
            <TextInput
              type="time"
              label={t('routes.quiet-from')}
              value={quiet.from}
              onChange={event => onChange({ quiet: { ...quiet, from: event.currentTarget.value } })}
              w={120}
            />
            <TextInput
              type="time"
              label={t('routes.quiet-to')}
              value={quiet.to}
              onChange={event => onChange({ quiet: { ...quiet, to: event.currentTarget.value } })}
              w={120}
            />
            <Select
              label={t('routes.zone')}
              data={zones}
              value={quiet.timeZone}
              onChange={zone => onChange({ quiet: { ...quiet, timeZone: zone ?? quiet.timeZone } })}
              searchable
              allowDeselect={false}
              limit={50}
              w={220}
            />
          </Group>
          <Input.Wrapper label={t('routes.days')} labelElement="div">
            <Chip.Group
              multiple
              value={(quiet.days.length === 0 ? week : quiet.days).map(String)}
              onChange={days => onChange({ quiet: { ...quiet, days: days.map(Number) } })}
            >
              <Group gap={4} mt={4} role="group" aria-label={t('routes.days')}>
                {week.map(day => (
                  <Chip key={day} value={String(day)} size="xs">
                    {short.format(dayOf(day))}
                  </Chip>
                ))}
              </Group>
            </Chip.Group>
          </Input.Wrapper>
          <Select
            label={t('routes.except')}
            placeholder={t('routes.never-disturb')}
            data={alertLevels.toReversed().map(value => ({ value, label: part(`levels.${value}`) }))}
            value={quiet.exceptFrom ?? null}
            onChange={next => onChange({ quiet: { ...quiet, exceptFrom: alertLevels.find(one => one === next) } })}
            clearable
            clearButtonProps={{ 'aria-label': t('routes.never-disturb') }}
            w={260}
          />
          {wrong ? (
            <Text size="sm" c="var(--davylamp-critical)" role="alert">
              {t('routes.wrong')}
            </Text>
          ) : null}
        </Stack>
      )}
    </Stack>
  )
}
