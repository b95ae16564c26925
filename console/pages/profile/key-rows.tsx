import { ActionIcon, Button, Group, Modal, Stack, Text, TextInput, Tooltip } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { Fingerprint, KeyRound, Trash2 } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { type AnswerTo, useChange } from '../../center/index.ts'
import { Badge, ConfirmDialog, HostText, showDone, Time } from '../../parts/index.ts'
import { AttemptError, canUseKeys, createKey, Row } from '../../people/index.ts'
import { useWords } from '../../words/index.ts'

type Key = AnswerTo<'showSecondFactors'>['keys'][number]

interface KeyRowsProps {
  readonly keys: readonly Key[]
  readonly onRecoveryCodes: (codes: readonly string[] | undefined) => void
}

export function KeyRows({ keys, onRecoveryCodes }: KeyRowsProps) {
  const { t } = useWords('profile')
  const [adding, add] = useDisclosure()
  const [removed, setRemoved] = useState<Key>()
  const remove = useChange('removeKey', ['showSecondFactors'])
  const possible = canUseKeys()
  return (
    <>
      {keys.map(key => (
        <Row
          key={key.id}
          icon={key.passkey ? <Fingerprint size={18} aria-hidden /> : <KeyRound size={18} aria-hidden />}
          actions={
            <ActionIcon
              variant="default"
              size={30}
              aria-label={t('keys.remove-named', { name: key.name })}
              onClick={() => setRemoved(key)}
            >
              <Trash2 size={16} aria-hidden />
            </ActionIcon>
          }
        >
          <Group gap="xs">
            <Text size="sm" fw={500} component="span">
              <HostText>{key.name}</HostText>
            </Text>
            <Badge tone="informational">{t(key.passkey ? 'keys.passkey' : 'keys.key')}</Badge>
          </Group>
          <Text size="xs" c="dimmed" component="div">
            {t('keys.added')} <Time at={key.createdAt} />
            {key.lastUsed === undefined ? null : (
              <>
                {' '}
                · {t('keys.used')} <Time at={key.lastUsed} />
              </>
            )}
          </Text>
        </Row>
      ))}
      <Row
        icon={<KeyRound size={18} aria-hidden />}
        actions={
          <Tooltip label={t('keys.impossible')} disabled={possible} multiline w={260} events={everyWay}>
            <Button
              variant="default"
              size="xs"
              aria-disabled={!possible}
              data-disabled={!possible}
              onClick={possible ? add.open : undefined}
            >
              {t('keys.add')}
            </Button>
          </Tooltip>
        }
      >
        <Text size="sm" fw={500}>
          {t('keys.title')}
        </Text>
        <Text size="xs" c="dimmed">
          {t('keys.about')}
        </Text>
      </Row>
      <Modal
        opened={adding}
        onClose={add.close}
        title={t('keys.add')}
        closeButtonProps={{ 'aria-label': t('keys.cancel') }}
      >
        {adding ? <AddKey onClose={add.close} onRecoveryCodes={onRecoveryCodes} /> : null}
      </Modal>
      <ConfirmDialog
        opened={removed !== undefined}
        title={t('keys.remove-title')}
        confirm={t('keys.remove')}
        onConfirm={async () => removed && remove.mutateAsync({ params: { key: removed.id } })}
        onClose={() => setRemoved(undefined)}
      >
        <HostText>{removed?.name ?? ''}</HostText>: {t('keys.remove-what')}
      </ConfirmDialog>
    </>
  )
}

const everyWay = { hover: true, focus: true, touch: true }

interface AddKeyProps {
  readonly onClose: () => void
  readonly onRecoveryCodes: (codes: readonly string[] | undefined) => void
}

function AddKey({ onClose, onRecoveryCodes }: AddKeyProps) {
  const { t } = useWords('profile')
  const [name, setName] = useState('')
  const [failed, setFailed] = useState<unknown>()
  const [busy, setBusy] = useState(false)
  const start = useChange('startKey')
  const finish = useChange('addKey', ['showSecondFactors'])
  const add = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    setFailed(undefined)
    try {
      const { ticket, options } = await start.mutateAsync({})
      const { recoveryCodes } = await finish.mutateAsync({ body: { ticket, name, key: await createKey(options) } })
      showDone(t('keys.done'))
      onClose()
      onRecoveryCodes(recoveryCodes)
    } catch (error) {
      setFailed(error)
    } finally {
      setBusy(false)
    }
  }
  return (
    <form onSubmit={event => void add(event)}>
      <Stack gap="sm">
        <TextInput
          label={t('keys.name')}
          description={t('keys.name-about')}
          maxLength={100}
          required
          withAsterisk={false}
          value={name}
          onChange={event => setName(event.currentTarget.value)}
          data-autofocus
        />
        <Text size="sm">{t('keys.how')}</Text>
        <AttemptError error={failed} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {t('keys.cancel')}
          </Button>
          <Button type="submit" loading={busy} disabled={name.trim() === ''}>
            {t('keys.go')}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
