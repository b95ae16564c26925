import type { ReactNode } from 'react'
import type { alertLevels, alertStatuses, hostVerdicts } from '../../model/api/index.ts'
import { useWords } from '../words/index.ts'

export type Tone = 'critical' | 'high' | 'medium' | 'low' | 'informational' | 'good'

/** A word with a colour; the colour never says more than the word. */
export function Badge({ tone, children }: { readonly tone: Tone; readonly children: ReactNode }) {
  return (
    <span className="davylamp-badge" data-tone={tone}>
      {children}
    </span>
  )
}

export function LevelBadge({ level }: { readonly level: (typeof alertLevels)[number] }) {
  const { t } = useWords('parts')
  return <Badge tone={level}>{t(`levels.${level}`)}</Badge>
}

const statusTones = {
  open: 'high',
  handling: 'low',
  handled: 'good',
  ignored: 'informational',
  allowed: 'informational',
} as const

export function StatusBadge({ status }: { readonly status: (typeof alertStatuses)[number] }) {
  const { t } = useWords('parts')
  return <Badge tone={statusTones[status]}>{t(`statuses.${status}`)}</Badge>
}

const verdictTones = {
  confirmed: 'critical',
  suspected: 'high',
  exposure: 'medium',
  nothing: 'good',
  unknown: 'informational',
} as const

export function VerdictBadge({ verdict }: { readonly verdict: (typeof hostVerdicts)[number] }) {
  const { t } = useWords('parts')
  return <Badge tone={verdictTones[verdict]}>{t(`verdicts.${verdict}`)}</Badge>
}

const proofTones = { clean: 'good', left: 'critical', unproven: 'informational', 'rebuild-advised': 'high' } as const

export function ProofBadge({ proof }: { readonly proof: keyof typeof proofTones }) {
  const { t } = useWords('parts')
  return <Badge tone={proofTones[proof]}>{t(`proofs.${proof}`)}</Badge>
}
