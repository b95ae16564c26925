import { Group, Table, Text } from '@mantine/core'
import type { WatchTrouble } from '../../model/api/index.ts'
import type { PreventionState, SensorStatus } from '../../model/index.ts'
import { Badge, HostText, Time, type Tone, useNumbers } from '../parts/index.ts'
import { useWords } from '../words/index.ts'

const modeTones = { off: 'medium', observe: 'low', block: 'good' } as const

/** How far prevention goes on a host. */
export function ModeBadge({ mode }: { readonly mode: PreventionState['mode'] | undefined }) {
  const { t } = useWords('detections')
  if (mode === undefined)
    return (
      <span title={t('modes-what.none')}>
        <Badge tone="informational">{t('modes.none')}</Badge>
      </span>
    )
  return (
    <span title={t(`modes-what.${mode}`)}>
      <Badge tone={modeTones[mode]}>{t(`modes.${mode}`)}</Badge>
    </span>
  )
}

const troubleTones: Readonly<Record<WatchTrouble, Tone>> = {
  'stands-still': 'critical',
  loses: 'high',
  weaker: 'low',
  'less-prevention': 'medium',
}

export function TroubleBadges({ troubles }: { readonly troubles: readonly WatchTrouble[] }) {
  const { t } = useWords('detections')
  if (troubles.length === 0) return <Badge tone="good">{t('no-trouble')}</Badge>
  return (
    <Group gap={4}>
      {troubles.map(one => (
        <span key={one} title={t(`troubles-what.${one}`)}>
          <Badge tone={troubleTones[one]}>{t(`troubles.${one}`)}</Badge>
        </span>
      ))}
    </Group>
  )
}

/** The sensors of one host: what each listens with, what it saw and lost. */
export function SensorTable({ sensors }: { readonly sensors: readonly SensorStatus[] }) {
  const { t } = useWords('detections')
  const { number } = useNumbers()
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys (WCAG 2.1.1).
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for what can be filled in.
    <div role="group" tabIndex={0} aria-label={t('sensors.label')} style={{ overflowX: 'auto' }}>
      <Table verticalSpacing={6} miw={520} aria-label={t('sensors.label')}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('sensors.name')}</Table.Th>
            <Table.Th>{t('sensors.source')}</Table.Th>
            <Table.Th ta="end">{t('sensors.events')}</Table.Th>
            <Table.Th ta="end">{t('sensors.lost')}</Table.Th>
            <Table.Th>{t('sensors.since')}</Table.Th>
            <Table.Th>{t('sensors.problem')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {sensors.map(one => (
            <Table.Tr key={one.name}>
              <Table.Th>{t(`sensors.names.${one.name}`)}</Table.Th>
              <Table.Td>
                {one.source === 'off' ? (
                  <Badge tone={one.problem === undefined ? 'informational' : 'critical'}>{t('sensors.off')}</Badge>
                ) : (
                  <HostText>{one.source}</HostText>
                )}
              </Table.Td>
              <Table.Td ta="end">{number(one.events)}</Table.Td>
              <Table.Td ta="end">
                {one.lost > 0 ? (
                  <Text span size="sm" fw={600} c="var(--davylamp-high)">
                    {number(one.lost)}
                  </Text>
                ) : (
                  number(0)
                )}
              </Table.Td>
              <Table.Td>
                <Time at={one.since} />
              </Table.Td>
              <Table.Td>{one.problem === undefined ? '–' : <HostText prose>{one.problem}</HostText>}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  )
}
