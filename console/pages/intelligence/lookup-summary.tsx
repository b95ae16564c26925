import { Anchor, Button, Group, Paper, Stack, Text } from '@mantine/core'
import { Link } from 'react-router'
import { useCall } from '../../center/index.ts'
import { HostText, LevelBadge, useNumbers } from '../../parts/index.ts'
import { useSession } from '../../session/index.ts'
import { useWords } from '../../words/index.ts'
import { AddIndicators } from './add-indicators.tsx'
import { guessKind } from './indicator-kind.ts'
import type { Seen } from './lookup-result.tsx'

interface LookupSummaryProps {
  readonly term: string
  readonly seen: readonly Seen[]
  /** Nothing more is to come. */
  readonly whole: boolean
  readonly loaded: boolean
}

/** On how many hosts, whether it is known to be bad, which campaigns share it, and what to do. */
export function LookupSummary({ term, seen, whole, loaded }: LookupSummaryProps) {
  const { t } = useWords('intelligence')
  const { number } = useNumbers()
  const { can } = useSession()
  const known = useCall('listIndicators', { query: { text: term, limit: 20 } }, { enabled: can('alerts:read') })
  const campaigns = useCall('listCampaigns', { query: { limit: 100 } }, { enabled: can('alerts:read') })
  const same = (text: string) => text.toLowerCase() === term.toLowerCase()
  const indicators = (known.data?.items ?? []).filter(one => same(one.value))
  const parts = (campaigns.data?.items ?? []).filter(one => one.shared.some(shared => same(shared.term)))
  const hosts = new Set(seen.map(one => one.host.id)).size
  const there = new Set(
    seen.filter(one => one.goneAt === undefined && one.source !== 'quarantine').map(one => one.host.id),
  ).size
  const kind = guessKind(term)
  if (!loaded || (seen.length === 0 && indicators.length === 0 && kind === undefined)) return null
  return (
    <Paper withBorder p="sm" mb="md">
      <Stack gap="xs">
        {hosts === 0 ? null : (
          <Text fw={600} role="status">
            {t('lookup.on', { count: hosts, replace: { count: number(hosts) } })}
            {whole ? '' : ` ${t('lookup.more')}`}
            {' – '}
            {there === 0 ? t('lookup.gone') : t('lookup.there', { count: there, replace: { count: number(there) } })}
          </Text>
        )}
        {indicators.map(one => (
          <Group key={one.id} gap="xs">
            <Text size="sm">{t('lookup.known')}:</Text>
            <LevelBadge level={one.level} />
            <Text size="sm" component="span">
              <HostText prose>{t('lookup.known-from', { source: one.source })}</HostText>
            </Text>
            {one.note === '' ? null : <HostText prose>{one.note}</HostText>}
          </Group>
        ))}
        {parts.map(one => (
          <Text key={one.id} size="sm">
            {t('lookup.campaigns')}{' '}
            <Anchor component={Link} to={`/intelligence/campaigns/${one.id}`} size="sm" underline="always">
              <HostText prose>{one.name}</HostText>
            </Anchor>
          </Text>
        ))}
        <Group gap="xs">
          {kind === 'hash' && seen.some(one => one.source === 'alert') ? (
            <Button
              component={Link}
              to={`/alerts?hash=${encodeURIComponent(term)}`}
              size="compact-sm"
              variant="default"
            >
              {t('lookup.alerts')}
            </Button>
          ) : null}
          {kind === 'address' && can('alerts:handle') ? (
            <Button
              component={Link}
              to={`/prevention?block=${encodeURIComponent(term)}`}
              size="compact-sm"
              variant="default"
            >
              {t('lookup.block')}
            </Button>
          ) : null}
          {kind !== undefined && indicators.length === 0 && can('rules:write') ? (
            <AddIndicators label={t('lookup.add')} start={term} small />
          ) : null}
        </Group>
      </Stack>
    </Paper>
  )
}
