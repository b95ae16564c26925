import { Anchor, Group, List, Paper, Stack, Text, Title } from '@mantine/core'
import { Link } from 'react-router'
import { alertStatuses } from '../../../../model/api/index.ts'
import { useCall } from '../../../center/index.ts'
import { ErrorState, HostLink, HostText, LoadingState, StatusBadge, Time, useNumbers } from '../../../parts/index.ts'
import { useWords } from '../../../words/index.ts'
import classes from './list.module.css'

const mostShown = 12

/** Several hosts, one intrusion: where it began, where it went, where it may go next. */
export function CampaignPanel({ campaign }: { readonly campaign: string }) {
  const { t } = useWords('alerts')
  const { number } = useNumbers()
  const { data, error, refetch } = useCall('getCampaign', { params: { campaign } })
  if (error !== null) return <ErrorState error={error} retry={() => void refetch()} />
  if (data === undefined) return <LoadingState />
  return (
    <Paper withBorder p="sm" mb="sm" component="section" aria-labelledby="campaign-title">
      <Group gap="xs" mb={4}>
        <Title order={2} size="h5" id="campaign-title">
          {t('campaign.title')} <HostText prose>{data.name}</HostText>
        </Title>
        <Text size="sm" c="dimmed">
          {t('campaign.hosts', { count: data.hosts, replace: { count: number(data.hosts) } })} ·{' '}
          <Time at={data.firstSeen} /> – <Time at={data.lastSeen} />
        </Text>
      </Group>
      <div className={classes['campaign']}>
        <section aria-labelledby="campaign-members">
          <Title order={3} size="h6" id="campaign-members">
            {t('campaign.order')}
          </Title>
          <List type="ordered" size="sm" spacing={2}>
            {data.members.slice(0, mostShown).map(({ host, alert, at, status }, index) => (
              <List.Item key={alert}>
                <Group gap={6} component="span">
                  <HostLink host={host} prose className={classes['host'] ?? ''} />
                  <Text size="xs" c="dimmed" component="span">
                    {index === 0 ? `${t('campaign.first')} · ` : ''}
                    <Time at={at} />
                  </Text>
                  <Status status={status} />
                  <Anchor component={Link} to={`/alerts/${alert}`} size="xs" className={classes['host'] ?? ''}>
                    {t('campaign.alert')}
                  </Anchor>
                </Group>
              </List.Item>
            ))}
          </List>
          <Rest count={data.members.length - mostShown} />
        </section>
        <section aria-labelledby="campaign-risk">
          <Title order={3} size="h6" id="campaign-risk">
            {t('campaign.at-risk')}
          </Title>
          {data.atRisk.length === 0 ? (
            <Text size="sm" c="dimmed">
              {t('campaign.no-risk')}
            </Text>
          ) : (
            <List size="sm" spacing={2} listStyleType="none">
              {data.atRisk.slice(0, mostShown).map(({ host, because }) => (
                <List.Item key={host.id}>
                  <HostLink host={host} prose className={classes['host'] ?? ''} />{' '}
                  <Text size="xs" c="dimmed" component="span">
                    <HostText prose>{because}</HostText>
                  </Text>
                </List.Item>
              ))}
            </List>
          )}
          <Rest count={data.atRisk.length - mostShown} />
        </section>
        <section aria-labelledby="campaign-shared">
          <Title order={3} size="h6" id="campaign-shared">
            {t('campaign.shared')}
          </Title>
          <Stack gap={2}>
            {data.shared.slice(0, 6).map(({ kind, term, hosts }) => (
              <Text key={`${kind} ${term}`} size="xs" className={classes['clipped'] ?? ''} component="div">
                <HostText>{term}</HostText>{' '}
                <Text span c="dimmed" size="xs">
                  {t('campaign.on', { count: hosts, replace: { count: number(hosts) } })}
                </Text>
              </Text>
            ))}
          </Stack>
        </section>
      </div>
    </Paper>
  )
}

function Status({ status }: { readonly status: string }) {
  const known = alertStatuses.find(one => one === status)
  return known === undefined ? <HostText prose>{status}</HostText> : <StatusBadge status={known} />
}

function Rest({ count }: { readonly count: number }) {
  const { t } = useWords('alerts')
  const { number } = useNumbers()
  if (count <= 0) return null
  return (
    <Text size="xs" c="dimmed">
      {t('more', { count, replace: { count: number(count) } })}
    </Text>
  )
}
