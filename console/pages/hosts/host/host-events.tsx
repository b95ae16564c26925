import { Button, Paper, Stack, Text, Timeline, Title } from '@mantine/core'
import { useList } from '../../../center/index.ts'
import { Duration, ErrorState, HostText, LoadingState, OfflineReason, Time, useNumbers } from '../../../parts/index.ts'
import { useWords } from '../../../words/index.ts'
import { fieldOf, textOf } from './fact-fields.ts'

const known = [
  'enrolled',
  'offline',
  'back',
  'goodbye',
  'rebooted',
  'revoked',
  'clock',
  'program',
  'tampering',
  'same-machine',
  'two-machines',
  'report-refused',
] as const
const grave: readonly string[] = ['tampering', 'revoked', 'two-machines', 'report-refused']

/** What happened to a host and its agent, newest first. */
export function HostEvents({ host }: { readonly host: string }) {
  const { t } = useWords('hosts')
  const { t: p } = useWords('parts')
  const { items, query } = useList('listHostEvents', { params: { host } }, { limit: 20 })
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h5" mb="sm">
        {t('events.title')}
      </Title>
      {query.isPending ? <LoadingState /> : null}
      {query.error === null ? null : <ErrorState error={query.error} retry={() => void query.refetch()} />}
      {query.isSuccess && items.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('events.none')}
        </Text>
      ) : null}
      <Stack gap="sm" align="flex-start">
        <Timeline bulletSize={12} lineWidth={2} active={items.length}>
          {items.map(({ id, what, detail, at }) => {
            const word = known.find(one => one === what)
            return (
              <Timeline.Item
                key={id}
                color={grave.includes(what) ? 'red' : 'gray'}
                title={
                  <Text size="sm" fw={500}>
                    {word === undefined ? <HostText>{what}</HostText> : t(`events.${word}`)}
                  </Text>
                }
              >
                <Text size="xs" c="dimmed" component="div">
                  <Time at={at} as="full" />
                  <EventDetail what={what} detail={detail} />
                </Text>
              </Timeline.Item>
            )
          })}
        </Timeline>
        {query.hasNextPage ? (
          <Button size="compact-sm" variant="default" onClick={() => void query.fetchNextPage()}>
            {p('table.more')}
          </Button>
        ) : null}
      </Stack>
    </Paper>
  )
}

function EventDetail({ what, detail }: { readonly what: string; readonly detail: unknown }) {
  const { t } = useWords('hosts')
  const { number } = useNumbers()
  const text = (name: string) => textOf(detail, name)
  switch (what) {
    case 'offline':
    case 'goodbye':
      return (
        <>
          {' · '}
          <OfflineReason reason={text('reason')} />
        </>
      )
    case 'back': {
      const seconds = fieldOf(detail, 'silentSeconds')
      if (typeof seconds !== 'number') return null
      return (
        <>
          {` · ${t('events.after')} `}
          <Duration seconds={Math.max(0, seconds)} />
          {fieldOf(detail, 'rebooted') === true ? ` · ${t('events.rebooted')}` : null}
        </>
      )
    }
    case 'clock': {
      const seconds = fieldOf(detail, 'skewSeconds')
      return typeof seconds === 'number' ? ` · ${t('events.skew', { seconds: number(seconds) })}` : null
    }
    case 'program':
      return (
        <>
          {' · '}
          <HostText prose>{`${text('before') ?? ''} → ${text('after') ?? ''}`}</HostText>
        </>
      )
    default: {
      const shown = [text('what'), text('detail'), text('because'), text('reason'), text('address'), text('hostname')]
      const said = shown.filter(one => one !== undefined && one !== '').join(' · ')
      return said === '' ? null : (
        <>
          {' · '}
          <HostText prose>{said}</HostText>
        </>
      )
    }
  }
}
