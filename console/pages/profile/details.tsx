import { Button, Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core'
import { type FormEvent, useMemo, useState } from 'react'
import { type Language, languages } from '../../../model/api/index.ts'
import { useCall, useChange } from '../../center/index.ts'
import { ErrorText, HostText, Section, showDone } from '../../parts/index.ts'
import { RoleChips } from '../../people/index.ts'
import { useSession, useSessionDoor } from '../../session/index.ts'
import { chooseLanguage, languageNames, useWords } from '../../words/index.ts'

/** Name, address, language; and which roles one has. */
export function Details() {
  const { t } = useWords('profile')
  const { user, roles, can } = useSession()
  const { renew } = useSessionDoor()
  const [displayName, setDisplayName] = useState(user.displayName)
  const [email, setEmail] = useState(user.email)
  const [language, setLanguage] = useState<Language>(user.language)
  const change = useChange('changeProfile')
  const groups = useCall('listGroups', {}, { enabled: can('hosts:read') })
  const names = useMemo(() => new Map((groups.data?.items ?? []).map(({ id, name }) => [id, name])), [groups.data])
  const changed = displayName !== user.displayName || email !== user.email || language !== user.language
  const save = async (event: FormEvent) => {
    event.preventDefault()
    try {
      await change.mutateAsync({ body: { displayName, email, language } })
    } catch {
      return
    }
    if (language !== user.language) await chooseLanguage(language)
    await renew()
    showDone(t('details.saved'))
  }
  return (
    <Section title={t('details.title')} about={t('details.about')}>
      <form onSubmit={event => void save(event)}>
        <Stack gap="sm" maw={460}>
          <div>
            <Text size="sm" fw={500}>
              {t('details.name')}
            </Text>
            <HostText>{user.name}</HostText>
          </div>
          <div>
            <Text size="sm" fw={500} mb={2}>
              {t('details.roles')}
            </Text>
            {roles.length === 0 ? t('details.no-roles') : <RoleChips roles={roles} groups={names} />}
          </div>
          <TextInput
            label={t('details.display-name')}
            autoComplete="name"
            maxLength={200}
            value={displayName}
            onChange={event => setDisplayName(event.currentTarget.value)}
          />
          <TextInput
            label={t('details.email')}
            type="email"
            autoComplete="email"
            maxLength={254}
            value={email}
            onChange={event => setEmail(event.currentTarget.value)}
          />
          <NativeSelect
            label={t('details.language')}
            description={t('details.language-about')}
            data={languages.map(one => ({ value: one, label: languageNames[one] }))}
            value={language}
            onChange={event => setLanguage(event.currentTarget.value as Language)}
          />
          <ErrorText error={change.error} />
          <Group>
            <Button type="submit" disabled={!changed} loading={change.isPending}>
              {t('details.save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  )
}
