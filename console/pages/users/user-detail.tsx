import { Anchor, Button, Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { Link, useParams } from 'react-router'
import { type Language, languages, type ShownUser } from '../../../model/api/index.ts'
import { useCall, useChange } from '../../center/index.ts'
import {
  ErrorState,
  ErrorText,
  HostText,
  LoadingState,
  NotFoundState,
  PageHeader,
  Section,
  showDone,
  Time,
} from '../../parts/index.ts'
import { SessionList } from '../../people/index.ts'
import { useSession } from '../../session/index.ts'
import { languageNames, useWords } from '../../words/index.ts'
import { UserAccess } from './user-access.tsx'
import { UserRoles } from './user-roles.tsx'
import { UserState } from './user-state.tsx'

/** One user: details, roles, how it signs in, where it is signed in. */
export function UserDetail() {
  const { t } = useWords('users')
  const { user: id = '' } = useParams()
  const found = useCall('getUser', { params: { user: id } })
  const { data: user } = found
  if (user?.state === 'removed') return <NotFoundState />
  if (user === undefined)
    return found.error === null ? (
      <LoadingState />
    ) : (
      <ErrorState error={found.error} retry={() => void found.refetch()} />
    )
  return (
    <>
      <Anchor component={Link} to="/users" size="sm">
        {t('detail.back')}
      </Anchor>
      <PageHeader
        title={user.name}
        about={
          <Group gap="xs">
            <UserState state={user.state} />
            {user.displayName === '' ? null : <bdi>{user.displayName}</bdi>}
            <span>
              {t('detail.last-login')}{' '}
              {user.lastLoginAt === undefined ? t('list.never') : <Time at={user.lastLoginAt} />}
            </span>
          </Group>
        }
      />
      <Details key={`${user.displayName} ${user.email} ${user.language}`} user={user} />
      <UserRoles key={JSON.stringify(user.roles)} user={user} />
      <UserAccess user={user} />
      <UserSessions user={user} />
    </>
  )
}

function Details({ user }: { readonly user: ShownUser }) {
  const { t } = useWords('users')
  const change = useChange('changeUser', ['getUser', 'listUsers'])
  const [displayName, setDisplayName] = useState(user.displayName)
  const [email, setEmail] = useState(user.email)
  const [language, setLanguage] = useState<Language>(user.language)
  const changed = displayName !== user.displayName || email !== user.email || language !== user.language
  const save = async (event: FormEvent) => {
    event.preventDefault()
    try {
      await change.mutateAsync({ params: { user: user.id }, body: { displayName, email, language } })
      showDone(t('detail.saved'))
    } catch {
      // Shown below.
    }
  }
  return (
    <Section title={t('detail.details')} about={t('detail.details-about')}>
      <form onSubmit={event => void save(event)}>
        <Stack gap="sm" maw={460}>
          <TextInput
            label={t('add.display-name')}
            maxLength={200}
            autoComplete="off"
            value={displayName}
            onChange={event => setDisplayName(event.currentTarget.value)}
          />
          <TextInput
            label={t('add.email')}
            type="email"
            maxLength={254}
            autoComplete="off"
            value={email}
            onChange={event => setEmail(event.currentTarget.value)}
          />
          <NativeSelect
            label={t('add.language')}
            data={languages.map(one => ({ value: one, label: languageNames[one] }))}
            value={language}
            onChange={event => setLanguage(event.currentTarget.value as Language)}
          />
          {user.provider === undefined ? null : (
            <Text size="sm" c="dimmed">
              {t('detail.provider')} <HostText>{user.provider}</HostText>
            </Text>
          )}
          <ErrorText error={change.error} />
          <Group>
            <Button type="submit" disabled={!changed} loading={change.isPending}>
              {t('detail.save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  )
}

function UserSessions({ user }: { readonly user: ShownUser }) {
  const { t } = useWords('users')
  const me = useSession()
  const sessions = useCall('listUserSessions', { params: { user: user.id } }, { everyMs: 60_000 })
  const end = useChange('endUserSessions', ['listUserSessions'])
  const items = sessions.data?.items ?? []
  return (
    <Section
      title={t('detail.sessions')}
      about={t('detail.sessions-about')}
      actions={
        items.length === 0 || user.id === me.user.id ? undefined : (
          <Button
            variant="default"
            size="xs"
            loading={end.isPending}
            onClick={() => end.mutate({ params: { user: user.id } }, { onSuccess: () => showDone(t('detail.ended')) })}
          >
            {t('detail.end-all')}
          </Button>
        )
      }
    >
      <ErrorText error={sessions.error ?? end.error} />
      {sessions.isPending ? (
        <LoadingState />
      ) : items.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('detail.no-sessions')}
        </Text>
      ) : (
        <SessionList sessions={items} />
      )}
    </Section>
  )
}
