import { Button, Group, Text, Textarea } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useChange, useList } from '../../../center/index.ts'
import { ErrorState, ErrorText, HostText, LoadingState, Time } from '../../../parts/index.ts'
import { useSession } from '../../../session/index.ts'
import { useWords } from '../../../words/index.ts'
import { Actor } from './actor.tsx'
import classes from './detail.module.css'
import { EventDetail } from './event-detail.tsx'
import type { AlertWhole } from './kinds.ts'
import { useMomentWords } from './moment-words.ts'

/** All that was done with the alert and by whom, with comments. */
export function History({ alert }: { readonly alert: AlertWhole }) {
  const { t } = useWords('alerts/detail')
  const { can } = useSession()
  const words = useMomentWords()
  const { items, query } = useList('listAlertEvents', { params: { alert: alert.id }, query: {} })
  if (query.error !== null && items.length === 0)
    return <ErrorState error={query.error} retry={() => void query.refetch()} />
  if (query.isPending) return <LoadingState />
  return (
    <div>
      <ol className={classes['plain']} aria-label={t('tabs.history')}>
        {items.map(event => (
          <li key={event.id} className={classes['finding']}>
            <Text size="sm" component="div">
              {words(event.what) ?? <HostText>{event.what}</HostText>}{' '}
              <Text component="span" size="xs" c="dimmed">
                <Actor>{event.actor}</Actor> · <Time at={event.at} as="full" />
              </Text>
            </Text>
            <EventDetail event={event} host={alert.host.id} />
          </li>
        ))}
      </ol>
      {query.hasNextPage ? (
        <Button
          size="compact-xs"
          variant="default"
          loading={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          {t('history.more')}
        </Button>
      ) : null}
      {can('alerts:triage', alert.host.group) ? <CommentForm alert={alert.id} /> : null}
    </div>
  )
}

function CommentForm({ alert }: { readonly alert: string }) {
  const { t } = useWords('alerts/detail')
  const [text, setText] = useState('')
  const comment = useChange('commentAlert', ['listAlertEvents', 'alertStory'])
  const send = (event: FormEvent) => {
    event.preventDefault()
    comment.mutate({ params: { alert }, body: { text: text.trim() } }, { onSuccess: () => setText('') })
  }
  return (
    <form onSubmit={send}>
      <Textarea
        mt="md"
        label={t('history.comment')}
        autosize
        minRows={2}
        maxRows={10}
        maxLength={5_000}
        value={text}
        onChange={event => setText(event.currentTarget.value)}
      />
      <ErrorText error={comment.error} />
      <Group justify="flex-end" mt="xs">
        <Button type="submit" size="xs" loading={comment.isPending} disabled={text.trim() === ''}>
          {t('history.send')}
        </Button>
      </Group>
    </form>
  )
}
