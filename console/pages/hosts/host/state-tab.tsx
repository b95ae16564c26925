import { Alert, Anchor, Badge as Chip, Group, Paper, SimpleGrid, Stack, Table, Text, Title } from '@mantine/core'
import { ShieldAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { HostText, scoreColour, ScoreReasonName, Time, useNumbers, VerdictBadge } from '../../../parts/index.ts'
import { useWords } from '../../../words/index.ts'
import { HostEvents } from './host-events.tsx'
import type { Host } from './host-page.tsx'

export function StateTab({ host }: { readonly host: Host }) {
  const { t } = useWords('hosts')
  return (
    <Stack gap="md">
      {host.tamperedAt === undefined ? null : (
        <Alert color="red" variant="light" icon={<ShieldAlert aria-hidden />} title={t('tampered')}>
          <Text size="sm">
            <Time at={host.tamperedAt} as="full" />
            {' · '}
            <Anchor component={Link} to={`/hosts/${host.id}/agent`} size="sm">
              {t('tabs.agent')}
            </Anchor>
          </Text>
        </Alert>
      )}
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
        <Security host={host} />
        <Facts host={host} />
      </SimpleGrid>
      <HostEvents host={host.id} />
    </Stack>
  )
}

function Security({ host }: { readonly host: Host }) {
  const { t } = useWords('hosts')
  const { t: p } = useWords('parts')
  const { number } = useNumbers()
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h5" mb="sm">
        {t('state.security')}
      </Title>
      <Group gap="lg" align="center" mb="sm">
        <div>
          <Text fz={40} lh={1} fw={700} c={host.score === undefined ? 'dimmed' : scoreColour(host.score)}>
            {host.score === undefined ? '–' : number(host.score)}
          </Text>
          <Text size="xs" c="dimmed">
            {t('state.of-100')}
          </Text>
        </div>
        <Stack gap={4}>
          <div>
            <VerdictBadge verdict={host.verdict} />
          </div>
          <Text size="sm">
            {t('fields.last-scan')}: {host.lastScanAt === undefined ? p('never') : <Time at={host.lastScanAt} />}
          </Text>
          <Anchor component={Link} to={`/hosts/${host.id}/alerts`} size="sm">
            {t('open-alerts', { count: host.openAlerts, replace: { count: number(host.openAlerts) } })}
          </Anchor>
        </Stack>
      </Group>
      {host.scoreReasons.length === 0 ? (
        <Text size="sm" c="dimmed">
          {host.score === undefined ? t('state.not-scored') : t('state.no-reasons')}
        </Text>
      ) : (
        <Table verticalSpacing={4} aria-label={t('state.reasons')}>
          <Table.Tbody>
            {host.scoreReasons.map(reason => (
              <Table.Tr key={reason.what}>
                <Table.Td pl={0}>
                  <ScoreReasonName what={reason.what} text={reason.text} />
                </Table.Td>
                <Table.Td ta="end" pr={0} fw={600}>
                  {t('state.points', { points: number(-reason.points) })}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Paper>
  )
}

function Facts({ host }: { readonly host: Host }) {
  const { t } = useWords('hosts')
  const texts: readonly (readonly [string, string])[] = [
    [t('fields.hostname'), host.hostname],
    [t('fields.system'), host.system],
    [t('fields.kernel'), [host.kernel, host.architecture].filter(one => one !== '').join(' · ')],
    [t('fields.addresses'), host.addresses.join(', ')],
    [t('fields.group'), host.group.name],
    [t('fields.region'), host.region],
    [t('fields.owner'), host.owner],
  ]
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h5" mb="sm">
        {t('state.facts')}
      </Title>
      <dl style={{ margin: 0, display: 'grid', gridTemplateColumns: 'minmax(90px, auto) 1fr', gap: '6px 16px' }}>
        {texts.map(([name, text]) =>
          text === '' ? null : (
            <Fact key={name} name={name}>
              <HostText prose>{text}</HostText>
            </Fact>
          ),
        )}
        {host.tags.length === 0 ? null : (
          <Fact name={t('fields.tags')}>
            <Group gap={4}>
              {host.tags.map(tag => (
                <Chip key={tag} variant="default" tt="none" fw={500} maw="100%">
                  <HostText prose>{tag}</HostText>
                </Chip>
              ))}
            </Group>
          </Fact>
        )}
        <Fact name={t('fields.program')}>
          {host.program === '' ? '–' : <HostText prose>{`Davylamp ${host.program}`}</HostText>}
        </Fact>
        <Fact name={t('fields.since')}>
          <Time at={host.createdAt} as="full" />
        </Fact>
        {host.note === '' ? null : (
          <Fact name={t('fields.note')}>
            <HostText prose>{host.note}</HostText>
          </Fact>
        )}
      </dl>
    </Paper>
  )
}

/** A line of a list of facts. */
export function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <>
      <Text component="dt" size="sm" c="dimmed">
        {name}
      </Text>
      <Text component="dd" size="sm" m={0} style={{ overflowWrap: 'anywhere', minWidth: 0 }}>
        {children}
      </Text>
    </>
  )
}
