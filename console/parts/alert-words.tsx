import type { CenterOrderState } from '../../model/api/index.ts'
import { useWords } from '../words/index.ts'
import { Badge, type Tone } from './badges.tsx'
import { HostText } from './host-text.tsx'

/** As the center names them (center/ingest/alert-type.ts), what is most often looked for first. */
export const alertTypes = [
  'mining',
  'intrusion',
  'rootkit',
  'exposure',
  'malicious-file',
  'suspicious-file',
  'suspicious-process',
  'pool-traffic',
  'suspicious-connection',
  'scheduled-task',
  'autostart',
  'login-key',
  'account',
  'replaced-command',
  'container',
  'login',
  'weakening',
  'indicator-match',
  'agent-offline',
  'agent-tampering',
] as const

/** What a person, a rule or time did with an alert. */
export const handledWays = [
  'terminate',
  'terminate-and-quarantine',
  'in-depth',
  'block',
  'ignore',
  'allow',
  'manual',
  'reopen',
  'gone',
  'merged',
] as const
export type HandledWay = (typeof handledWays)[number]

/** "Suspicious process"; a type that this console does not know as it is. */
export function AlertTypeName({ type }: { readonly type: string }) {
  const { t } = useWords('parts')
  const known = alertTypes.find(one => one === type)
  return known === undefined ? <HostText>{type}</HostText> : <span>{t(`types.${known}`)}</span>
}

/** "In-depth cleanup". */
export function HandledWayName({ way }: { readonly way: string }) {
  const { t } = useWords('parts')
  const known = handledWays.find(one => one === way)
  return known === undefined ? <HostText>{way}</HostText> : <span>{t(`handlings.${known}`)}</span>
}

const orderTones: Readonly<Record<CenterOrderState, Tone>> = {
  'waiting-approval': 'medium',
  queued: 'informational',
  sent: 'low',
  accepted: 'low',
  running: 'low',
  done: 'good',
  partial: 'high',
  refused: 'critical',
  failed: 'critical',
  cancelled: 'informational',
  expired: 'informational',
}

export function OrderStateBadge({ state }: { readonly state: CenterOrderState }) {
  const { t } = useWords('parts')
  return <Badge tone={orderTones[state]}>{t(`order-states.${state}`)}</Badge>
}
