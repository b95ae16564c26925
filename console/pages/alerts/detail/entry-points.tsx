import { Text, Title } from '@mantine/core'
import type { AlertStory } from '../../../../model/api/index.ts'
import { HostText } from '../../../parts/index.ts'
import { useWords } from '../../../words/index.ts'
import classes from './detail.module.css'

type Point = AlertStory['entryPoints'][number]

const known = [
  'ssh-password',
  'exposed-redis',
  'exposed-docker',
  'exposed-kubelet',
  'web-application',
  'web-shell',
  'failed-logins',
  'login-key',
  'database',
  'ssh-session',
  'unknown',
] as const

/** Ways in which it may have got in, each with its reason and what to do about it. */
export function EntryPoints({ points }: { readonly points: readonly Point[] }) {
  const { t } = useWords('alerts/detail')
  if (points.length === 0) return null
  return (
    <div>
      <Title order={3} size="h5" mb={4}>
        {t('why.entry')}
      </Title>
      {points.map(point => (
        <div key={`${point.what} ${point.because}`} className={classes['entry']}>
          <Text size="sm" fw={600} component="span">
            <EntryName point={point} />
          </Text>
          <Text size="sm">
            <HostText prose>{point.because}</HostText>
          </Text>
          <Text size="sm" c="dimmed">
            <HostText prose>{point.advice}</HostText>
          </Text>
        </div>
      ))}
    </div>
  )
}

/** A way in, and how sure it is. */
export function EntryName({ point: { what, confidence } }: { readonly point: Point }) {
  const { t } = useWords('alerts/detail')
  const name = known.find(one => one === what)
  return (
    <>
      {name === undefined ? <HostText prose>{what}</HostText> : t(`entries.${name}`)}
      {name === 'unknown' ? null : (
        <Text size="xs" c="dimmed" component="span">
          {' '}
          ({t(`confidence.${confidence}`)})
        </Text>
      )}
    </>
  )
}
