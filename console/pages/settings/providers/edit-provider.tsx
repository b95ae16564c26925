import { Button, Group, Modal, Stack, Switch, Text, Textarea, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useCall, useChange } from '../../../center/index.ts'
import { CopyText, ErrorText, showDone } from '../../../parts/index.ts'
import { PasswordField } from '../../../people/index.ts'
import { useWords } from '../../../words/index.ts'
import type { Provider } from './providers.tsx'
import { RoleMap, type RoleMapping } from './role-map.tsx'

interface EditProviderProps {
  /** `undefined`: closed. */
  readonly edited: Provider | 'new' | undefined
  readonly onClose: () => void
}

export function EditProvider({ edited, onClose }: EditProviderProps) {
  const { t } = useWords('settings')
  return (
    <Modal
      opened={edited !== undefined}
      onClose={onClose}
      title={t(edited === 'new' ? 'providers.add' : 'providers.edit-title')}
      size="lg"
      closeButtonProps={{ 'aria-label': t('cancel') }}
    >
      {edited === undefined ? null : <Form before={edited === 'new' ? undefined : edited} onClose={onClose} />}
    </Modal>
  )
}

const blank = {
  name: '',
  issuer: '',
  clientId: '',
  scopes: 'openid profile email',
  nameClaim: 'preferred_username',
  groupClaim: 'groups',
  createUsers: true,
  ca: '',
  enabled: true,
}

function Form({ before, onClose }: { readonly before: Provider | undefined; readonly onClose: () => void }) {
  const { t } = useWords('settings')
  const groups = useCall('listGroups')
  const create = useChange('createProvider', ['listProviders'])
  const change = useChange('changeProvider', ['listProviders'])
  const [value, setValue] = useState({ ...blank, ...before, ca: before?.ca ?? '' })
  const [secret, setSecret] = useState('')
  const [roleMap, setRoleMap] = useState<readonly RoleMapping[]>(before?.roleMap ?? [])
  const [made, setMade] = useState<Provider>()
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const { name, issuer, clientId, scopes, nameClaim, groupClaim, createUsers, enabled, ca } = value
    const body = {
      ...{ name, issuer, clientId, scopes, nameClaim, groupClaim, createUsers, enabled },
      roleMap: roleMap.filter(one => one.value.trim() !== '').map(withoutGap),
      ...(ca.trim() === '' ? {} : { ca }),
      ...(secret === '' ? {} : { clientSecret: secret }),
    }
    try {
      if (before === undefined) setMade(await create.mutateAsync({ body }))
      else {
        await change.mutateAsync({ params: { provider: before.id }, body })
        showDone(t('providers.saved'))
        onClose()
      }
    } catch {
      // Shown below.
    }
  }
  if (made !== undefined)
    return (
      <Stack gap="sm">
        <Text size="sm">{t('providers.callback-next')}</Text>
        <CopyText>{made.callback}</CopyText>
        <Group justify="flex-end">
          <Button onClick={onClose} data-autofocus>
            {t('done')}
          </Button>
        </Group>
      </Stack>
    )
  const text = (name: 'name' | 'issuer' | 'clientId' | 'scopes' | 'nameClaim' | 'groupClaim', required = true) => (
    <TextInput
      label={t(`providers.fields.${name}`)}
      description={t(`providers.hints.${name}`)}
      required={required}
      withAsterisk={false}
      spellCheck={false}
      autoComplete="off"
      value={value[name]}
      onChange={event => setValue({ ...value, [name]: event.currentTarget.value })}
      {...(name === 'name' ? { 'data-autofocus': true } : {})}
    />
  )
  return (
    <form onSubmit={event => void submit(event)}>
      <Stack gap="sm">
        {before === undefined ? null : (
          <div>
            <Text size="sm" fw={500}>
              {t('providers.callback')}
            </Text>
            <CopyText>{before.callback}</CopyText>
          </div>
        )}
        {text('name')}
        {text('issuer')}
        {text('clientId')}
        <PasswordField
          label={t('providers.fields.secret')}
          description={t(before?.hasSecret === true ? 'providers.hints.secret-kept' : 'providers.hints.secret')}
          autoComplete="off"
          value={secret}
          onChange={event => setSecret(event.currentTarget.value)}
        />
        <RoleMap value={roleMap} onChange={setRoleMap} groups={groups.data?.items ?? []} />
        <Switch
          label={t('providers.create-users')}
          description={t('providers.create-users-about')}
          checked={value.createUsers}
          onChange={event => setValue({ ...value, createUsers: event.currentTarget.checked })}
        />
        <details>
          <summary>{t('providers.more')}</summary>
          <Stack gap="sm" mt="sm">
            {text('scopes')}
            {text('nameClaim')}
            {text('groupClaim')}
            <Textarea
              label={t('providers.fields.ca')}
              description={t('providers.hints.ca')}
              autosize
              minRows={2}
              maxRows={8}
              spellCheck={false}
              placeholder="-----BEGIN CERTIFICATE-----"
              value={value.ca}
              onChange={event => setValue({ ...value, ca: event.currentTarget.value })}
            />
          </Stack>
        </details>
        <Switch
          label={t('providers.enabled')}
          checked={value.enabled}
          onChange={event => setValue({ ...value, enabled: event.currentTarget.checked })}
        />
        <ErrorText error={create.error ?? change.error} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button type="submit" loading={create.isPending || change.isPending}>
            {t('providers.check-and-save')}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

function withoutGap({ value, role, group }: RoleMapping) {
  return { value: value.trim(), role, ...(group === undefined ? {} : { group }) }
}
