import { Button, Group, Modal, NativeSelect, Stack, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { accountName, type Language, languages } from '../../../model/api/index.ts'
import { type AnswerTo, useChange } from '../../center/index.ts'
import { ErrorText } from '../../parts/index.ts'
import { type EditedRole, RoleEditor } from '../../people/index.ts'
import { useSession } from '../../session/index.ts'
import { languageNames, useWords } from '../../words/index.ts'
import { givenRoles } from './given-roles.ts'
import { useGroupNames } from './group-names.ts'

type Made = AnswerTo<'createUser'>

interface AddUserProps {
  readonly opened: boolean
  readonly onClose: () => void
  readonly onAdded: (user: Made['user'], invitation: Made['invitation']) => void
}

export function AddUser(props: AddUserProps) {
  const { t } = useWords('users')
  return (
    <Modal
      opened={props.opened}
      onClose={props.onClose}
      title={t('add.title')}
      size="lg"
      closeButtonProps={{ 'aria-label': t('add.cancel') }}
    >
      {props.opened ? <Form {...props} /> : null}
    </Modal>
  )
}

function Form({ onClose, onAdded }: AddUserProps) {
  const { t, i18n } = useWords('users')
  const { canEverywhere } = useSession()
  const { groups } = useGroupNames()
  const everywhere = canEverywhere('users:write')
  const create = useChange('createUser', ['listUsers'])
  const [name, setName] = useState('')
  const [displayName, setDisplayName] = useState('')
  const [email, setEmail] = useState('')
  const [language, setLanguage] = useState<Language>(languages.find(one => one === i18n.language) ?? 'en')
  const [roles, setRoles] = useState<readonly EditedRole[]>(everywhere ? [{ role: 'viewer' }] : [])
  const wrong = name !== '' && !accountName.safeParse(name).success
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    try {
      const made = await create.mutateAsync({ body: { name, displayName, email, language, roles: givenRoles(roles) } })
      onAdded(made.user, made.invitation)
    } catch {
      // Shown below.
    }
  }
  return (
    <form onSubmit={event => void submit(event)}>
      <Stack gap="sm">
        <TextInput
          label={t('add.name')}
          description={t('add.name-about')}
          error={wrong ? t('add.name-wrong') : undefined}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          required
          withAsterisk={false}
          value={name}
          onChange={event => setName(event.currentTarget.value)}
          data-autofocus
        />
        <Group grow align="flex-start" gap="sm" preventGrowOverflow={false}>
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
        </Group>
        <NativeSelect
          label={t('add.language')}
          data={languages.map(one => ({ value: one, label: languageNames[one] }))}
          value={language}
          onChange={event => setLanguage(event.currentTarget.value as Language)}
        />
        <RoleEditor value={roles} onChange={setRoles} groups={groups} everywhere={everywhere} />
        <ErrorText error={create.error} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {t('add.cancel')}
          </Button>
          <Button type="submit" loading={create.isPending} disabled={name === '' || wrong || roles.length === 0}>
            {t('add.go')}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
