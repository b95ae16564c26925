import { Anchor, Group, Stack, Table, Text } from '@mantine/core'
import { Link } from 'react-router'
import { scoreColour, ScoreReasonName, useNumbers } from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'
import { Card } from './card.tsx'
import { foldReasons } from './fold-reasons.ts'
import type { Summary } from './page.tsx'

/** The mean score of all hosts as a ring, with what takes most away. */
export function ScoreCard({ summary }: { readonly summary: Summary }) {
  const { t } = useWords('overview')
  const { number } = useNumbers()
  const { hosts, score } = summary
  // One host of many takes less than a point.
  const points = (taken: number) => number(taken < 1 ? -Number(taken.toPrecision(1)) : -Math.round(taken))
  const reasons = foldReasons(summary.reasons, hosts.total - hosts.neverScanned)
  return (
    <Card title={t('score.title')}>
      <Group gap="lg" align="flex-start" wrap="nowrap">
        <Ring score={score} />
        <Stack gap={6} style={{ flex: 1, minWidth: 0 }}>
          <Text size="sm">
            <Anchor component={Link} to="/hosts" size="sm" underline="always">
              {t('score.hosts', { count: hosts.total, replace: { count: number(hosts.total) } })}
            </Anchor>
            {' · '}
            {t('score.online', { count: hosts.online, replace: { count: number(hosts.online) } })}
            {hosts.neverScanned === 0 ? null : (
              <>
                {' · '}
                <Anchor component={Link} to="/hosts?verdict=unknown" size="sm" underline="always">
                  {t('score.never', { count: hosts.neverScanned, replace: { count: number(hosts.neverScanned) } })}
                </Anchor>
              </>
            )}
          </Text>
          {reasons.length === 0 ? (
            <Text size="sm" c="dimmed">
              {score === undefined ? t('score.none') : t('score.nothing')}
            </Text>
          ) : (
            <Table verticalSpacing={4} horizontalSpacing={0} aria-label={t('score.reasons')}>
              <Table.Tbody>
                {reasons.map(reason => (
                  <Table.Tr key={reason.what}>
                    <Table.Td>
                      <ScoreReasonName what={reason.what} text={reason.text} />
                      <Text size="xs" c="dimmed">
                        {t('score.on', { count: reason.hosts, replace: { count: number(reason.hosts) } })}
                      </Text>
                    </Table.Td>
                    <Table.Td ta="end" fw={600} style={{ whiteSpace: 'nowrap' }}>
                      {t('score.points', { points: points(reason.points) })}
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          )}
        </Stack>
      </Group>
    </Card>
  )
}

const radius = 46
const around = 2 * Math.PI * radius

function Ring({ score }: { readonly score: number | undefined }) {
  const { t } = useWords('overview')
  const { number } = useNumbers()
  return (
    <svg
      width={116}
      height={116}
      viewBox="0 0 116 116"
      role="img"
      aria-label={score === undefined ? t('score.none') : t('score.is', { score: number(score) })}
      style={{ flexShrink: 0 }}
    >
      <circle cx={58} cy={58} r={radius} fill="none" stroke="var(--mantine-color-default-border)" strokeWidth={10} />
      {score === undefined ? null : (
        <circle
          cx={58}
          cy={58}
          r={radius}
          fill="none"
          stroke={scoreColour(score)}
          strokeWidth={10}
          strokeLinecap="round"
          strokeDasharray={`${(around * score) / 100} ${around}`}
          transform="rotate(-90 58 58)"
        />
      )}
      <text x={58} y={66} textAnchor="middle" fontSize={30} fontWeight={700} fill="var(--mantine-color-text)">
        {score === undefined ? '–' : number(score)}
      </text>
      <text x={58} y={84} textAnchor="middle" fontSize={11} fill="var(--davylamp-quiet)">
        / {number(100)}
      </text>
    </svg>
  )
}
