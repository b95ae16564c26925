import { Anchor, Group, Stack, Text } from '@mantine/core'
import {
  BellPlus,
  CircleCheck,
  ClipboardCheck,
  DoorOpen,
  Hammer,
  KeyRound,
  type LucideIcon,
  ScanSearch,
  Server,
  ShieldAlert,
  TriangleAlert,
  Unplug,
  UserCheck,
  Wrench,
} from 'lucide-react'
import { Link } from 'react-router'
import type { AnswerTo } from '../../center/index.ts'
import { ErrorState, LoadingState, useNumbers } from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'
import { Card } from './card.tsx'
import type { OverviewCall } from './hosts-cards.tsx'

type Step = AnswerTo<'overview'>['next'][number]['step']

/** Where each is done. */
const places: Readonly<Record<Step, { readonly to: string; readonly icon: LucideIcon; readonly grave?: true }>> = {
  'handle-confirmed': { to: '/alerts?verdict=confirmed', icon: TriangleAlert, grave: true },
  'rebuild-host': { to: '/alerts?verdict=confirmed&type=rootkit', icon: Hammer, grave: true },
  'finish-cleanup': { to: '/response', icon: Wrench, grave: true },
  'approve-orders': { to: '/response/approvals', icon: ClipboardCheck },
  'look-at-tampered': { to: '/alerts?type=agent-tampering', icon: ShieldAlert, grave: true },
  'handle-suspected': { to: '/alerts?verdict=suspected', icon: TriangleAlert },
  'let-hosts-in': { to: '/hosts/enrolment', icon: UserCheck },
  'look-at-offline': { to: '/hosts?online=false', icon: Unplug },
  'scan-hosts': { to: '/virus-scan', icon: ScanSearch },
  'close-exposure': { to: '/alerts?verdict=exposure', icon: DoorOpen },
  'add-second-factor': { to: '/profile', icon: KeyRound },
  'add-channel': { to: '/notifications', icon: BellPlus },
  'add-host': { to: '/hosts/add', icon: Server },
}

/** The most pressing first; each leads to where it is done. */
export function NextSteps({ overview: { data, error, refetch } }: { readonly overview: OverviewCall }) {
  const { t } = useWords('overview')
  return (
    <Card title={t('next.title')}>
      {error !== null && data === undefined ? <ErrorState error={error} retry={() => void refetch()} /> : null}
      {data === undefined && error === null ? <LoadingState /> : null}
      {data === undefined ? null : data.next.length === 0 ? (
        <Group gap="xs">
          <CircleCheck size={20} color="var(--davylamp-good)" aria-hidden />
          <Text size="sm">{t('next.nothing')}</Text>
        </Group>
      ) : (
        <Stack gap={10} component="ol" m={0} p={0} style={{ listStyle: 'none' }}>
          {data.next.slice(0, 7).map(one => (
            <StepLine key={one.step} step={one.step} count={one.count} />
          ))}
        </Stack>
      )}
    </Card>
  )
}

function StepLine({ step, count }: { readonly step: Step; readonly count: number }) {
  const { t } = useWords('overview')
  const { number } = useNumbers()
  const { to, icon: Icon, grave } = places[step]
  return (
    <Group component="li" gap="sm" wrap="nowrap" align="flex-start">
      <Icon
        size={18}
        aria-hidden
        style={{ flexShrink: 0, marginTop: 2 }}
        color={grave === true ? 'var(--davylamp-critical)' : 'var(--davylamp-quiet)'}
      />
      <div>
        <Anchor component={Link} to={to} size="sm" fw={600}>
          {t(`steps.${step}`, { count, replace: { count: number(count) } })}
        </Anchor>
        <Text size="xs" c="dimmed">
          {t(`steps-why.${step}`)}
        </Text>
      </div>
    </Group>
  )
}
