import { Group, Text, Tooltip } from '@mantine/core'
import { useWords } from '../words/index.ts'
import { HostText } from './host-text.tsx'
import { useNumbers } from './numbers.ts'
import { Time } from './time.tsx'

/** Why an agent is away, as the center names it (center/gateway/ports.ts). */
export const offlineReasons = [
  'shutdown',
  'restart',
  'upgrade',
  'uninstall',
  'revoked',
  'certificate-ended',
  'clock-wrong',
  'center-gone',
  'group-network',
  'host-or-network',
] as const

/** "The host was shut down"; nothing where none is known. */
export function OfflineReason({ reason }: { readonly reason: string | undefined }) {
  const { t } = useWords('parts')
  if (reason === undefined) return null
  const known = offlineReasons.find(one => one === reason)
  return known === undefined ? <HostText>{reason}</HostText> : <span>{t(`offline-reasons.${known}`)}</span>
}

interface PresenceProps {
  readonly online: boolean
  readonly lastSeen?: string | undefined
  readonly reason?: string | undefined
  /** Leaves out why and since when. */
  readonly short?: boolean
}

/** Whether the agent of a host is there; else since when it is not, and why. */
export function Presence({ online, lastSeen, reason, short = false }: PresenceProps) {
  const { t } = useWords('parts')
  return (
    <div>
      <Group gap={6} wrap="nowrap" component="span" display="inline-flex">
        <svg width={10} height={10} aria-hidden style={{ flexShrink: 0 }}>
          {online ? (
            <circle cx={5} cy={5} r={4.5} fill="var(--davylamp-good)" />
          ) : (
            <circle cx={5} cy={5} r={3.75} fill="none" stroke="var(--davylamp-quiet)" strokeWidth={1.5} />
          )}
        </svg>
        <span>
          {online ? t('online') : t('offline')}
          {online || short || lastSeen === undefined ? null : (
            <>
              {' · '}
              <Time at={lastSeen} />
            </>
          )}
        </span>
      </Group>
      {online || short || reason === undefined ? null : (
        <Text size="xs" c="dimmed">
          <OfflineReason reason={reason} />
        </Text>
      )}
    </div>
  )
}

/** What takes points from a score of 100 (center/ingest/score.ts). */
export const scoreReasons = ['confirmed', 'suspected', 'exposure', 'finding', 'rebuild-advised', 'gaps'] as const

/** "Confirmed intrusions". */
export function ScoreReasonName({ what, text }: { readonly what: string; readonly text: string }) {
  const { t } = useWords('parts')
  const known = scoreReasons.find(one => one === what)
  return known === undefined ? <HostText>{text}</HostText> : <span>{t(`score-reasons.${known}`)}</span>
}

/** The colour that goes with a score of 0 (worst) to 100. */
export function scoreColour(score: number): string {
  if (score >= 90) return 'var(--davylamp-good)'
  if (score >= 60) return 'var(--davylamp-medium)'
  return score >= 30 ? 'var(--davylamp-high)' : 'var(--davylamp-critical)'
}

/** The security score of a host as a number with a bar. */
export function Score({ score }: { readonly score: number | undefined }) {
  const { t } = useWords('parts')
  const { number } = useNumbers()
  if (score === undefined)
    return (
      <Tooltip label={t('verdicts.unknown')}>
        <Text component="span" size="sm" c="dimmed">
          –
        </Text>
      </Tooltip>
    )
  return (
    <Group gap={8} wrap="nowrap" component="span" display="inline-flex">
      <span style={{ minWidth: '1.9em', textAlign: 'end', fontVariantNumeric: 'tabular-nums' }}>{number(score)}</span>
      <svg width={40} height={6} aria-hidden>
        <rect width={40} height={6} rx={3} fill="var(--mantine-color-default-border)" />
        <rect width={(40 * score) / 100} height={6} rx={3} fill={scoreColour(score)} />
      </svg>
    </Group>
  )
}
