import { Alert, Text } from '@mantine/core'
import { HostText, useNumbers } from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'
import { indicatorKinds } from './indicator-kind.ts'
import type { ReadIndicators } from './read-indicators.ts'

const shown = 8

/** How many of what kind were read, and what was left out and why. */
export function ReadPreview({ read: { items, problems } }: { readonly read: ReadIndicators }) {
  const { t } = useWords('intelligence')
  const { number, list } = useNumbers()
  const counts = indicatorKinds
    .map(kind => ({ kind, count: items.filter(one => one.kind === kind).length }))
    .filter(({ count }) => count > 0)
    .map(({ kind, count }) => `${number(count)} × ${t(`kinds.${kind}`)}`)
  return (
    <div role="status">
      {items.length === 0 ? null : (
        <Text size="sm">
          {t('add.read', { count: items.length, replace: { count: number(items.length), list: list(counts) } })}
        </Text>
      )}
      {problems.length === 0 ? null : (
        <Alert color="yellow" variant="light" mt="xs" p="xs">
          <Text size="sm" fw={600}>
            {t('add.left', { count: problems.length, replace: { count: number(problems.length) } })}
          </Text>
          {problems.slice(0, shown).map(({ place, value, what }) => (
            <Text key={`${place} ${value}`} size="xs" component="div">
              <HostText prose>{t('add.place', { place })}</HostText> <HostText>{value.slice(0, 80)}</HostText>{' '}
              {t(`add.problems.${what}`)}
            </Text>
          ))}
          {problems.length > shown ? '…' : null}
        </Alert>
      )}
    </div>
  )
}
