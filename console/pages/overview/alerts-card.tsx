import { Anchor, Group, Stack, Text } from '@mantine/core'
import { Link } from 'react-router'
import { LevelBadge, useNumbers } from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'
import { Card } from './card.tsx'
import type { Summary } from './page.tsx'

const levels = ['critical', 'high', 'medium', 'low', 'informational'] as const

/** Open alerts by severity; each line leads to them. */
export function AlertsCard({ summary }: { readonly summary: Summary }) {
  const { t } = useWords('overview')
  const { t: p } = useWords('parts')
  const { number } = useNumbers()
  const { openByLevel, openedToday } = summary.alerts
  const most = Math.max(1, ...levels.map(level => openByLevel[level] ?? 0))
  return (
    <Card
      title={t('alerts.title')}
      more={
        <Anchor component={Link} to="/alerts" size="sm">
          {t('alerts.all')}
        </Anchor>
      }
    >
      <Stack gap={8} component="ul" m={0} p={0} style={{ listStyle: 'none' }}>
        {levels.map(level => {
          const count = openByLevel[level] ?? 0
          return (
            <Group key={level} component="li" gap="sm" wrap="nowrap">
              <div style={{ width: 120, flexShrink: 0 }}>
                <LevelBadge level={level} />
              </div>
              <svg width="100%" height={8} aria-hidden style={{ flex: 1, minWidth: 20 }}>
                <rect width="100%" height={8} rx={4} fill="var(--mantine-color-default-border)" />
                <rect width={`${(100 * count) / most}%`} height={8} rx={4} fill={`var(--davylamp-${level})`} />
              </svg>
              <Anchor
                component={Link}
                to={`/alerts?level=${level}`}
                size="sm"
                fw={count > 0 ? 600 : 400}
                aria-label={t('alerts.open', { count, level: p(`levels.${level}`) })}
                style={{ minWidth: '3em', textAlign: 'end' }}
              >
                {number(count)}
              </Anchor>
            </Group>
          )
        })}
      </Stack>
      <Text size="sm" c="dimmed" mt="sm">
        {t('alerts.today', { count: openedToday, replace: { count: number(openedToday) } })}
      </Text>
    </Card>
  )
}
