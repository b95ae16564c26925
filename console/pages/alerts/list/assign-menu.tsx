import { Autocomplete, Button, Group, Menu, Modal, Stack } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { ChevronDown, UserRound, UserRoundX, UsersRound } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import type { AlertObject } from '../../../../model/api/index.ts'
import { useCall, useChange } from '../../../center/index.ts'
import { ErrorText, showDone, showFailed, useNumbers } from '../../../parts/index.ts'
import { useSession } from '../../../session/index.ts'
import { useWords } from '../../../words/index.ts'

interface AssignMenuProps {
  readonly alerts: readonly AlertObject[]
  readonly disabled: boolean
  readonly onDone: () => void
}

/** Gives alerts to oneself, to somebody else, or to nobody. */
export function AssignMenu({ alerts, disabled, onDone }: AssignMenuProps) {
  const { t } = useWords('alerts')
  const { number } = useNumbers()
  const { user } = useSession()
  const [asked, { open, close }] = useDisclosure()
  const assign = useChange('assignAlerts', ['listAlerts', 'getAlert', 'listAlertEvents'])
  const give = async (to: string | null) => {
    const { changed } = await assign.mutateAsync({ body: { choice: { alerts: alerts.map(one => one.id) }, to } })
    const count = number(changed)
    showDone(
      to === null
        ? t('assign.freed', { count: changed, replace: { count } })
        : t('assign.done', { count: changed, replace: { count, name: to } }),
    )
    onDone()
  }
  return (
    <>
      <Menu position="bottom-start">
        <Menu.Target>
          <Button
            size="compact-sm"
            variant="default"
            disabled={disabled}
            loading={assign.isPending && !asked}
            rightSection={<ChevronDown size={14} aria-hidden />}
          >
            {t('assign.assign')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            leftSection={<UserRound size={14} aria-hidden />}
            onClick={() => void give(user.name).catch(showFailed)}
          >
            {t('assign.me')}
          </Menu.Item>
          <Menu.Item leftSection={<UsersRound size={14} aria-hidden />} onClick={open}>
            {t('assign.other')}
          </Menu.Item>
          <Menu.Item
            leftSection={<UserRoundX size={14} aria-hidden />}
            onClick={() => void give(null).catch(showFailed)}
          >
            {t('assign.nobody')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <AssignDialog opened={asked} alerts={alerts} onAssign={give} onClose={close} />
    </>
  )
}

interface AssignDialogProps {
  readonly opened: boolean
  readonly alerts: readonly AlertObject[]
  readonly onAssign: (to: string) => Promise<void>
  readonly onClose: () => void
}

function AssignDialog({ opened, alerts, onAssign, onClose }: AssignDialogProps) {
  const { t } = useWords('alerts')
  const { t: word } = useWords('parts')
  const { can, user } = useSession()
  const [name, setName] = useState('')
  const [busy, setBusy] = useState(false)
  const [failed, setFailed] = useState<unknown>()
  const users = useCall('listUsers', { query: { limit: 500 } }, { enabled: opened && can('users:write') })
  const names = new Set([
    user.name,
    ...(users.data?.items ?? []).map(one => one.name),
    ...alerts.flatMap(one => one.assignedTo ?? []),
  ])
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    setFailed(undefined)
    try {
      await onAssign(name.trim())
      onClose()
    } catch (error) {
      setFailed(error)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t('assign.title')}
      closeButtonProps={{ 'aria-label': word('close') }}
    >
      <form onSubmit={event => void submit(event)}>
        <Stack gap="sm">
          <Autocomplete
            label={t('assign.name')}
            data={[...names].sort()}
            value={name}
            onChange={setName}
            data-autofocus
          />
          <ErrorText error={failed} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {word('confirm.cancel')}
            </Button>
            <Button type="submit" loading={busy} disabled={name.trim() === ''}>
              {t('assign.assign')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
