import { Alert, Badge as Chip, Button, Group, List, Paper, SimpleGrid, Stack, Text, Title } from '@mantine/core'
import { ShieldAlert } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { ApiError } from '../../../../client/index.ts'
import { type AnswerTo, useCall } from '../../../center/index.ts'
import {
  Badge,
  Duration,
  EmptyState,
  ErrorState,
  HostText,
  LoadingState,
  Presence,
  Time,
  useNumbers,
} from '../../../parts/index.ts'
import { useSession } from '../../../session/index.ts'
import { useWords } from '../../../words/index.ts'
import { HostEvents } from './host-events.tsx'
import type { Host } from './host-page.tsx'
import { RevokeAgent } from './revoke-agent.tsx'
import { Fact } from './state-tab.tsx'

type Agent = AnswerTo<'getHostAgent'>

/** The agent in force on a host: its identity, what it can do, costs and lost, and the policy that it keeps. */
export function AgentTab({ host }: { readonly host: Host }) {
  const { t } = useWords('hosts')
  const { can } = useSession()
  const { data: agent, error, refetch } = useCall('getHostAgent', { params: { host: host.id } })
  const [revoking, setRevoking] = useState(false)
  if (agent === undefined) {
    if (error instanceof ApiError && error.status === 404)
      return <EmptyState title={t('agent.none')}>{t('agent.none-what')}</EmptyState>
    return error === null ? <LoadingState /> : <ErrorState error={error} retry={() => void refetch()} />
  }
  const mayRevoke = can('hosts:enrol', host.group.id) && (agent.state === 'active' || agent.state === 'pending')
  return (
    <Stack gap="md">
      {agent.tamperedAt === undefined ? null : (
        <Alert color="red" variant="light" icon={<ShieldAlert aria-hidden />} title={t('tampered')}>
          <Time at={agent.tamperedAt} as="full" />
        </Alert>
      )}
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
        <Identity agent={agent} />
        <Cost agent={agent} />
        <Policy agent={agent} />
        <Capabilities agent={agent} />
      </SimpleGrid>
      {mayRevoke ? (
        <Group>
          <Button variant="outline" color="red" size="xs" onClick={() => setRevoking(true)}>
            {t('agent.revoke')}
          </Button>
          <Text size="xs" c="dimmed">
            {t('agent.revoke-hint')}
          </Text>
        </Group>
      ) : null}
      <HostEvents host={host.id} />
      <RevokeAgent agent={agent} opened={revoking} onClose={() => setRevoking(false)} />
    </Stack>
  )
}

const stateTones = { active: 'good', pending: 'medium', revoked: 'critical', replaced: 'informational' } as const

function Identity({ agent }: { readonly agent: Agent }) {
  const { t } = useWords('hosts')
  const { number } = useNumbers()
  const skew = agent.clockSkewSeconds
  return (
    <Card title={t('agent.identity')}>
      <Fact name={t('agent.state')}>
        <Badge tone={stateTones[agent.state]}>{t(`agent.states.${agent.state}`)}</Badge>
      </Fact>
      <Fact name={t('agent.presence')}>
        <Presence online={agent.online} lastSeen={agent.offlineSince ?? agent.lastSeen} reason={agent.offlineReason} />
      </Fact>
      <Fact name={t('agent.program')}>
        <HostText prose>{agent.program === '' ? '–' : `Davylamp ${agent.program}`}</HostText>
      </Fact>
      <Fact name={t('agent.enrolled')}>
        <Time at={agent.enrolledAt} as="full" />
      </Fact>
      {agent.certificateEnds === undefined ? null : (
        <Fact name={t('agent.certificate')}>
          <Time at={agent.certificateEnds} as="full" />
        </Fact>
      )}
      {agent.connectedAt === undefined ? null : (
        <Fact name={t('agent.connected')}>
          <Time at={agent.connectedAt} as="full" />
        </Fact>
      )}
      {skew === undefined ? null : (
        <Fact name={t('agent.clock')}>
          {Math.abs(skew) < 2 ? (
            t('agent.clock-right')
          ) : (
            <Badge tone={Math.abs(skew) > 60 ? 'high' : 'medium'}>
              {t(skew > 0 ? 'agent.clock-ahead' : 'agent.clock-behind', {
                seconds: number(Math.abs(Math.round(skew))),
              })}
            </Badge>
          )}
        </Fact>
      )}
      <Fact name={t('agent.tampering')}>
        {agent.tamperedAt === undefined ? t('agent.not-tampered') : <Time at={agent.tamperedAt} as="full" />}
      </Fact>
      {agent.revokedAt === undefined ? null : (
        <Fact name={t('agent.revoked')}>
          <Time at={agent.revokedAt} as="full" />
          {agent.revokedBecause === undefined ? null : (
            <>
              {': '}
              <HostText prose>{agent.revokedBecause}</HostText>
            </>
          )}
        </Fact>
      )}
    </Card>
  )
}

function Cost({ agent: { health, healthAt } }: { readonly agent: Agent }) {
  const { t } = useWords('hosts')
  const { number, bytes } = useNumbers()
  if (health === undefined)
    return (
      <Card title={t('agent.cost')} list={false}>
        <Text size="sm" c="dimmed">
          {t('agent.no-health')}
        </Text>
      </Card>
    )
  const share = (seconds: number) =>
    health.periodSeconds === 0 ? '–' : `${number(Math.round((1000 * seconds) / health.periodSeconds) / 10)} %`
  const losses = Object.entries(health.losses).filter(([, count]) => count > 0)
  return (
    <Card title={t('agent.cost')}>
      <Fact name={t('agent.cpu')}>{share(health.cpuSeconds)}</Fact>
      <Fact name={t('agent.cpu-scans')}>{share(health.childrenCpuSeconds)}</Fact>
      <Fact name={t('agent.memory')}>
        {bytes(health.residentBytes)}{' '}
        <Text span size="xs" c="dimmed">
          {t('agent.own', { bytes: bytes(health.anonymousBytes) })}
        </Text>
      </Fact>
      <Fact name={t('agent.spool')}>
        {health.spool.items === 0
          ? t('agent.spool-empty')
          : t('agent.spool-items', {
              count: health.spool.items,
              replace: { count: number(health.spool.items), bytes: bytes(health.spool.bytes) },
            })}
        {health.spool.oldest === undefined ? null : (
          <>
            {' · '}
            <Time at={health.spool.oldest} />
          </>
        )}
      </Fact>
      <Fact name={t('agent.losses')}>
        {losses.length === 0
          ? t('agent.no-losses')
          : losses.map(([why, count]) => (
              <div key={why}>
                <HostText>{why}</HostText>: {number(count)}
              </div>
            ))}
      </Fact>
      <Fact name={t('agent.period')}>
        <Duration seconds={health.periodSeconds} />
        {healthAt === undefined ? null : (
          <>
            {' · '}
            <Time at={healthAt} />
          </>
        )}
      </Fact>
    </Card>
  )
}

function Policy({ agent: { health, policyVersion } }: { readonly agent: Agent }) {
  const { t } = useWords('hosts')
  const { number } = useNumbers()
  const tightened = health?.policy.tightened ?? []
  return (
    <Card title={t('agent.policy')}>
      <Fact name={t('agent.policy-in-force')}>
        {health === undefined || health.policy.version === 0
          ? t('agent.policy-default')
          : t('agent.policy-version', { version: number(health.policy.version) })}
        {health !== undefined && policyVersion > health.policy.version ? (
          <Text size="xs" c="dimmed">
            {t('agent.policy-coming', { version: number(policyVersion) })}
          </Text>
        ) : null}
      </Fact>
      <Fact name={t('agent.tightened')}>
        {tightened.length === 0 ? (
          t('agent.not-tightened')
        ) : (
          <List size="sm">
            {tightened.map(one => (
              <List.Item key={one}>
                <HostText prose>{one}</HostText>
              </List.Item>
            ))}
          </List>
        )}
      </Fact>
      {health?.nextScan === undefined ? null : (
        <Fact name={t('agent.next-scan')}>
          <Time at={health.nextScan} />
        </Fact>
      )}
    </Card>
  )
}

const capabilities = [
  'scan:quick',
  'scan:full',
  'scan:path',
  'report-inventory',
  'report-processes',
  'clean',
  'prove',
  'undo',
  'restore',
  'send-quarantined',
  'block',
  'unblock',
  'upgrade',
  'cancel',
  'later-looks',
] as const

function Capabilities({ agent }: { readonly agent: Agent }) {
  const { t } = useWords('hosts')
  const known = capabilities.filter(one => agent.capabilities.includes(one))
  const others = agent.capabilities.filter(one => one !== 'scan' && !capabilities.some(other => other === one))
  return (
    <Card title={t('agent.capabilities')} list={false}>
      {agent.capabilities.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('agent.no-hello')}
        </Text>
      ) : (
        <Group gap={6}>
          {known.map(one => (
            <Chip key={one} variant="default" tt="none" fw={500}>
              {t(`agent.can.${one.replace(':', '-') as Plain<typeof one>}`)}
            </Chip>
          ))}
          {others.map(one => (
            <Chip key={one} variant="default" tt="none" fw={500}>
              <HostText>{one}</HostText>
            </Chip>
          ))}
        </Group>
      )}
    </Card>
  )
}

/** A colon parts a page from its words in keys. */
type Plain<S extends string> = S extends `${infer A}:${infer B}` ? `${A}-${B}` : S

interface CardProps {
  readonly title: string
  readonly children: ReactNode
  /** False: its children are no list of facts. */
  readonly list?: boolean
}

function Card({ title, children, list = true }: CardProps) {
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h5" mb="sm">
        {title}
      </Title>
      {list ? (
        <dl style={{ margin: 0, display: 'grid', gridTemplateColumns: 'minmax(110px, auto) 1fr', gap: '6px 16px' }}>
          {children}
        </dl>
      ) : (
        children
      )}
    </Paper>
  )
}
