import { Alert, Anchor, Loader, Stack, Text } from '@mantine/core'
import { Link } from 'react-router'
import type { useCall } from '../../../center/index.ts'
import { ErrorText, HostText, LevelBadge, useNumbers } from '../../../parts/index.ts'
import { useWords } from '../../../words/index.ts'
import classes from './allow.module.css'

interface ReplayPanelProps {
  readonly replay: ReturnType<typeof useCall<'replayAllowance'>>
  /** It would silence what this person may not silence. */
  readonly forbidden: boolean
}

const mostExamples = 5

/** What an allowance would have silenced in the last 30 days. */
export function ReplayPanel({ replay: { data, error }, forbidden }: ReplayPanelProps) {
  const { t } = useWords('alerts')
  const { number } = useNumbers()
  if (error !== null) return <ErrorText error={error} />
  if (data === undefined) return <Loader size="sm" type="dots" role="status" aria-label={t('preview.loading')} />
  const { matched, confirmed, hosts, examples } = data
  return (
    <Stack gap="xs" component="section" aria-label={t('replay.title')}>
      <Text size="sm" fw={500} role="status">
        {matched === 0
          ? t('replay.nothing')
          : t('replay.matched', {
              count: matched,
              hosts: '',
              replace: {
                count: number(matched),
                hosts: t('campaign.hosts', { count: hosts, replace: { count: number(hosts) } }),
              },
            })}
      </Text>
      {confirmed === 0 ? null : (
        <Alert
          color="red"
          variant="light"
          p="xs"
          title={t('replay.confirmed', { count: confirmed, replace: { count: number(confirmed) } })}
        >
          {forbidden ? t('replay.forbidden') : t('replay.careful')}
        </Alert>
      )}
      {examples.length === 0 ? null : (
        <ul className={classes['examples']} aria-label={t('replay.examples')}>
          {examples.slice(0, mostExamples).map(one => (
            <li key={one.id}>
              <LevelBadge level={one.level} />
              <span>
                <Anchor component={Link} to={`/alerts/${one.id}`} size="sm">
                  <HostText prose>{one.title}</HostText>
                </Anchor>{' '}
                <HostText prose>{one.host.name}</HostText>
              </span>
            </li>
          ))}
          {matched > mostExamples ? (
            <li>{t('more', { count: matched - mostExamples, replace: { count: number(matched - mostExamples) } })}</li>
          ) : null}
        </ul>
      )}
    </Stack>
  )
}
