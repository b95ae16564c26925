import { Anchor, Group, Stack, Table, Text, Timeline, Title } from '@mantine/core'
import { ArrowLeft } from 'lucide-react'
import { Link, useParams } from 'react-router'
import { alertStatuses } from '../../../model/api/index.ts'
import { type AnswerTo, useCall } from '../../center/index.ts'
import {
  ErrorState,
  HostLink,
  HostText,
  LoadingState,
  PageHeader,
  StatusBadge,
  Time,
  useNumbers,
} from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'
import { KindName } from './kind-name.tsx'
import { RiskReason } from './risk-reason.tsx'

type Campaign = AnswerTo<'getCampaign'>

/** One campaign: its hosts in order, what they share, who could be next. */
export function CampaignPage() {
  const { t } = useWords('intelligence')
  const { campaign: id = '' } = useParams()
  const { data, error, refetch, isPending } = useCall('getCampaign', { params: { campaign: id } })
  if (isPending) return <LoadingState />
  if (error !== null) return <ErrorState error={error} retry={() => void refetch()} />
  return (
    <Stack gap="lg" maw={980}>
      <div>
        <Anchor component={Link} to="/intelligence/campaigns" size="sm">
          <Group gap={4} component="span">
            <ArrowLeft size={14} aria-hidden />
            {t('campaigns.back')}
          </Group>
        </Anchor>
        <PageHeader
          title={data.name}
          about={
            <>
              {t('campaigns.first')} <Time at={data.firstSeen} /> · {t('campaigns.last')} <Time at={data.lastSeen} /> ·{' '}
              <Anchor component={Link} to={`/alerts?campaign=${data.id}`} size="sm" underline="always">
                {t('campaigns.alerts')}
              </Anchor>
            </>
          }
        />
      </div>
      <Members campaign={data} />
      <Shared campaign={data} />
      <AtRisk campaign={data} />
    </Stack>
  )
}

function Members({ campaign: { members } }: { readonly campaign: Campaign }) {
  const { t } = useWords('intelligence')
  return (
    <section>
      <Title order={2} size="h5" mb="sm">
        {t('campaigns.order')}
      </Title>
      <Timeline bulletSize={14} lineWidth={2} active={members.length} color="red">
        {members.map(({ host, alert, at, status }) => {
          const known = alertStatuses.find(one => one === status)
          return (
            <Timeline.Item
              key={alert}
              title={
                <Group gap="xs">
                  <HostLink host={host} />
                  {known === undefined ? null : <StatusBadge status={known} />}
                </Group>
              }
            >
              <Text size="sm" component="div" c="dimmed">
                <Time at={at} as="full" /> ·{' '}
                <Anchor component={Link} to={`/alerts/${alert}`} size="sm" underline="always">
                  {t('campaigns.open')}
                </Anchor>
              </Text>
            </Timeline.Item>
          )
        })}
      </Timeline>
    </section>
  )
}

function Shared({ campaign: { shared } }: { readonly campaign: Campaign }) {
  const { t } = useWords('intelligence')
  const { number } = useNumbers()
  return (
    <section>
      <Title order={2} size="h5" mb="sm">
        {t('campaigns.shared')}
      </Title>
      <Table withTableBorder verticalSpacing={6}>
        <Table.Tbody>
          {shared.map(({ kind, term, hosts }) => (
            <Table.Tr key={`${kind} ${term}`}>
              <Table.Th w={120}>
                <KindName kind={kind} />
              </Table.Th>
              <Table.Td>
                <Anchor component={Link} to={`/intelligence?term=${encodeURIComponent(term)}`} size="sm">
                  <HostText>{term}</HostText>
                </Anchor>
              </Table.Td>
              <Table.Td w={110}>
                {t('campaigns.shared-on', { count: hosts, replace: { count: number(hosts) } })}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  )
}

function AtRisk({ campaign: { atRisk } }: { readonly campaign: Campaign }) {
  const { t } = useWords('intelligence')
  return (
    <section>
      <Title order={2} size="h5">
        {t('campaigns.risk')}
      </Title>
      <Text size="sm" c="dimmed" mb="sm">
        {t(atRisk.length === 0 ? 'campaigns.no-risk' : 'campaigns.risk-what')}
      </Text>
      {atRisk.length === 0 ? null : (
        <Table withTableBorder verticalSpacing={6}>
          <Table.Tbody>
            {atRisk.map(({ host, because }) => (
              <Table.Tr key={host.id}>
                <Table.Th w={180}>
                  <HostLink host={host} />
                </Table.Th>
                <Table.Td>
                  <RiskReason because={because} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </section>
  )
}
