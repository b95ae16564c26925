import { Alert, Grid, List, Paper, Skeleton, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import type { AlertStory } from '../../../../model/api/index.ts'
import { ErrorState, HostText, Time, useNumbers } from '../../../parts/index.ts'
import { useWords } from '../../../words/index.ts'
import { Actor } from './actor.tsx'
import { AttackList } from './attack-list.tsx'
import classes from './detail.module.css'
import { incidentOf } from './evidence-of.ts'
import type { AlertWhole } from './kinds.ts'

interface WhyProps {
  readonly alert: AlertWhole
  readonly story: { readonly data: AlertStory | undefined; readonly error: unknown; refetch(): unknown }
}

/** What a reader needs first: why in plain words, how it got in, and the facts about the alert itself. */
export function Why({ alert, story }: WhyProps) {
  const { t } = useWords('alerts/detail')
  return (
    <Paper withBorder p="md" mb="md">
      <Grid gap="lg">
        <Grid.Col span={{ base: 12, md: 8 }}>
          <Title order={2} size="h4" mb={6}>
            {t('why.title')}
          </Title>
          {story.data === undefined ? (
            story.error === null ? (
              <Skeleton height={120} />
            ) : (
              <ErrorState error={story.error} retry={() => void story.refetch()} />
            )
          ) : (
            <Reasons story={story.data} since={incidentOf(alert)?.since?.because} />
          )}
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 4 }}>
          <About alert={alert} />
        </Grid.Col>
      </Grid>
      {alert.attack.length === 0 ? null : (
        <dl className={classes['about']} style={{ marginTop: '0.8rem' }}>
          <Line label={t('about.attack')}>
            <AttackList ids={alert.attack} />
          </Line>
        </dl>
      )}
    </Paper>
  )
}

const entries = [
  'ssh-password',
  'exposed-redis',
  'exposed-docker',
  'exposed-kubelet',
  'web-application',
  'failed-logins',
  'login-key',
  'unknown',
] as const

interface ReasonsProps {
  readonly story: AlertStory
  /** Why it is known since when, as it is shown beside. */
  readonly since: string | undefined
}

function Reasons({ story, since }: ReasonsProps) {
  const { t } = useWords('alerts/detail')
  // The host's sentences end with the way in and the time, which have places of their own here.
  const elsewhere = [since, ...story.entryPoints.map(one => one.because)]
  const said = story.summary.length > 0 ? story.summary : story.why.map(one => one.because)
  const sentences = said.filter(one => !elsewhere.some(because => because !== undefined && one.endsWith(`${because}.`)))
  return (
    <>
      {story.rebuildAdvised.length === 0 ? null : (
        <Alert color="red" variant="light" mb="sm" title={t('why.rebuild')}>
          {story.rebuildAdvised.map(one => (
            <Text size="sm" key={one}>
              <HostText prose>{one}</HostText>
            </Text>
          ))}
        </Alert>
      )}
      {sentences.length === 0 ? <Text size="sm">{t('why.none')}</Text> : null}
      <List size="sm" spacing={4}>
        {sentences.map(one => (
          <List.Item key={one}>
            <HostText prose>{one}</HostText>
          </List.Item>
        ))}
      </List>
      {story.entryPoints.length === 0 ? null : (
        <>
          <Title order={3} size="h5" mt="sm" mb={4}>
            {t('why.entry')}
          </Title>
          {story.entryPoints.map(({ what, because, confidence, advice }) => {
            const known = entries.find(one => one === what)
            return (
              <div key={`${what} ${because}`} className={classes['entry']}>
                <Text size="sm" fw={600} component="span">
                  {known === undefined ? <HostText prose>{what}</HostText> : t(`entries.${known}`)}
                </Text>{' '}
                {known === 'unknown' ? null : (
                  <Text size="xs" c="dimmed" component="span">
                    ({t(`confidence.${confidence}`)})
                  </Text>
                )}
                <Text size="sm">
                  <HostText prose>{because}</HostText>
                </Text>
                <Text size="sm" c="dimmed">
                  <HostText prose>{advice}</HostText>
                </Text>
              </div>
            )
          })}
        </>
      )}
    </>
  )
}

function About({ alert }: { readonly alert: AlertWhole }) {
  const { t } = useWords('alerts/detail')
  const { number } = useNumbers()
  const incident = incidentOf(alert)
  return (
    <dl className={classes['about']}>
      <Line label={t('about.host')}>
        <Link to={`/hosts/${alert.host.id}`}>
          <HostText prose>{alert.host.name}</HostText>
        </Link>
      </Line>
      {incident?.since === undefined ? null : (
        <Line label={t('about.since')}>
          <Time at={incident.since.at} as="full" />
          <Text size="xs" c="dimmed">
            <HostText prose>{incident.since.because}</HostText>
          </Text>
        </Line>
      )}
      <Line label={t('about.first-seen')}>
        <Time at={alert.firstSeen} as="full" />
      </Line>
      <Line label={t('about.last-seen')}>
        <Time at={alert.lastSeen} /> ·{' '}
        {t('about.times', { count: alert.seenTimes, replace: { count: number(alert.seenTimes) } })}
      </Line>
      {alert.goneAt === undefined ? null : (
        <Line label={t('about.gone')}>
          <Time at={alert.goneAt} as="full" />
        </Line>
      )}
      {alert.families.length === 0 ? null : (
        <Line label={t('about.families')}>
          {alert.families.map((one, index) => (
            <span key={one}>
              {index === 0 ? '' : ', '}
              <Link to={`/alerts?family=${encodeURIComponent(one)}`}>
                <HostText prose>{one}</HostText>
              </Link>
            </span>
          ))}
        </Line>
      )}
      {alert.campaign === undefined ? null : (
        <Line label={t('about.campaign')}>
          <Link to={`/alerts?campaign=${alert.campaign}`}>{t('about.campaign-alerts')}</Link>
        </Line>
      )}
      {alert.handledBy === undefined ? null : (
        <Line label={t('about.handled-by')}>
          <Actor>{alert.handledBy}</Actor>
        </Line>
      )}
    </dl>
  )
}

function Line({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  )
}
