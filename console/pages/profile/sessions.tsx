import { Button, Text } from '@mantine/core'
import { useState } from 'react'
import type { ShownSession } from '../../../model/api/index.ts'
import { useCall, useChange } from '../../center/index.ts'
import { ConfirmDialog, ErrorState, LoadingState, Section, showDone, showFailed } from '../../parts/index.ts'
import { SessionList } from '../../people/index.ts'
import { useWords } from '../../words/index.ts'

/** Where one is signed in, and how to end what one does not know. */
export function Sessions() {
  const { t } = useWords('profile')
  const sessions = useCall('listOwnSessions', {}, { everyMs: 60_000 })
  const end = useChange('endOwnSession', ['listOwnSessions'])
  const endOthers = useChange('endOtherSessions', ['listOwnSessions'])
  const [asking, setAsking] = useState(false)
  const endOne = (session: ShownSession) =>
    end.mutate(
      { params: { session: session.id } },
      { onSuccess: () => showDone(t('sessions.ended')), onError: showFailed },
    )
  const { data } = sessions
  const others = (data?.items ?? []).filter(({ current }) => !current).length
  return (
    <Section
      title={t('sessions.title')}
      about={t('sessions.about')}
      actions={
        others === 0 ? undefined : (
          <Button variant="default" size="xs" onClick={() => setAsking(true)}>
            {t('sessions.end-others')}
          </Button>
        )
      }
    >
      {data !== undefined ? (
        <SessionList sessions={data.items} onEnd={endOne} />
      ) : sessions.error === null ? (
        <LoadingState />
      ) : (
        <ErrorState error={sessions.error} retry={() => void sessions.refetch()} />
      )}
      <ConfirmDialog
        opened={asking}
        title={t('sessions.end-others')}
        confirm={t('sessions.end-others')}
        onConfirm={async () => {
          await endOthers.mutateAsync({})
          showDone(t('sessions.ended'))
        }}
        onClose={() => setAsking(false)}
      >
        <Text size="sm">{t('sessions.end-what', { count: others })}</Text>
      </ConfirmDialog>
    </Section>
  )
}
