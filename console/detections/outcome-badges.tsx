import { Group } from '@mantine/core'
import type { DetectionOutcome } from '../../model/api/index.ts'
import { Badge, type Tone } from '../parts/index.ts'
import { useWords } from '../words/index.ts'

const tones: Readonly<Record<DetectionOutcome, Tone>> = {
  prevented: 'good',
  ended: 'good',
  cleaned: 'good',
  quarantined: 'good',
  disarmed: 'good',
  blocked: 'good',
  would: 'medium',
  refused: 'medium',
  failed: 'critical',
  told: 'informational',
}

/** What became of a detection. */
export function OutcomeBadges({ outcomes }: { readonly outcomes: readonly DetectionOutcome[] }) {
  const { t } = useWords('detections')
  return (
    <Group gap={4}>
      {outcomes.map(one => (
        <span key={one} title={t(`outcomes-what.${one}`)}>
          <Badge tone={tones[one]}>{t(`outcomes.${one}`)}</Badge>
        </span>
      ))}
    </Group>
  )
}
