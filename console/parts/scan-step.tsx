import { Progress, Text } from '@mantine/core'
import { useWords } from '../words/index.ts'
import { HostText } from './host-text.tsx'
import { useNumbers } from './numbers.ts'
import type { Reading, ScanProgress } from './scan-progress.ts'
import { durationText } from './time.tsx'

/** How far a scan is: a bar where it is known of how much, and what it does; of a reading of contents how fast, and how long still. */
export function ScanStep({ progress, label }: { readonly progress: ScanProgress; readonly label: string }) {
  const { percent } = useNumbers()
  const { share, reading, what } = progress
  return (
    <>
      {share === undefined ? null : <Progress value={share * 100} size="sm" mt={6} aria-label={label} />}
      <Text size="xs" c="dimmed">
        {share === undefined ? null : `${percent(share)} · `}
        {reading === undefined ? <HostText prose>{what}</HostText> : <ReadingText {...reading} />}
      </Text>
    </>
  )
}

function ReadingText({ files, total, bytes, perSecond, secondsLeft }: Reading) {
  const { t, i18n } = useWords('parts')
  const numbers = useNumbers()
  const done = numbers.number(files)
  const words = [
    total > 0 ? t('scan.reading.of', { done, total: numbers.number(total) }) : t('scan.reading.files', { done }),
    numbers.bytes(bytes),
    ...(perSecond === undefined ? [] : [t('scan.reading.rate', { rate: numbers.number(Math.round(perSecond)) })]),
    ...(secondsLeft === undefined
      ? []
      : [t('scan.reading.left', { time: durationText(Math.max(1, secondsLeft), i18n.language) })]),
  ]
  return <>{words.join(' · ')}</>
}
