import { Stack, Text } from '@mantine/core'
import type { AnswerTo } from '../../center/index.ts'
import { HostText, Time } from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'
import { ResultBadge } from './result-badge.tsx'

/** Each try of a delivery with what the receiver said. */
export function Tries({ log }: { readonly log: AnswerTo<'getDelivery'>['log'] }) {
  const { t } = useWords('notifications')
  if (log.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {t('tries.none')}
      </Text>
    )
  return (
    <Stack gap={6} component="ol" aria-label={t('tries.label')} style={{ margin: 0, padding: 0, listStyle: 'none' }}>
      {log.map(({ at, result, detail }) => (
        <li key={at}>
          <ResultBadge result={result} />{' '}
          <Text size="sm" c="dimmed" component="span">
            <Time at={at} as="full" />
          </Text>
          <Text size="sm" component="div">
            <HostText>{detail}</HostText>
          </Text>
        </li>
      ))}
    </Stack>
  )
}
