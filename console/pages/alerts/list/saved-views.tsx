import { ActionIcon, Button, Group, Menu, Modal, Stack, Text, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { Bookmark, ChevronDown, Plus, Settings2, Trash2 } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { useNavigate } from 'react-router'
import { type AnswerTo, useCall, useChange } from '../../../center/index.ts'
import { ErrorText, HostText, showDone, showFailed } from '../../../parts/index.ts'
import { useWords } from '../../../words/index.ts'
import { type FilterValues, valuesOf } from './alert-filter.ts'

type View = AnswerTo<'listViews'>['items'][number]

/** Filters under a name, each person's own. */
export function SavedViews({ values }: { readonly values: FilterValues }) {
  const { t } = useWords('alerts')
  const navigate = useNavigate()
  const { data } = useCall('listViews', {})
  const views = (data?.items ?? []).filter(one => one.page === 'alerts')
  const [naming, name] = useDisclosure()
  const [managing, manage] = useDisclosure()
  const show = ({ filter }: View) => void navigate(`/alerts?${new URLSearchParams({ ...valuesOf(filter) })}`)
  return (
    <>
      <Menu position="bottom-end" width={260}>
        <Menu.Target>
          <Button
            size="xs"
            variant="default"
            leftSection={<Bookmark size={14} aria-hidden />}
            rightSection={<ChevronDown size={14} aria-hidden />}
          >
            {t('views.views')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {views.map(view => (
            <Menu.Item key={view.id} onClick={() => show(view)}>
              <Text size="sm" lineClamp={2} component="span">
                <HostText prose>{view.name}</HostText>
              </Text>
            </Menu.Item>
          ))}
          {views.length === 0 ? null : <Menu.Divider />}
          <Menu.Item leftSection={<Plus size={14} aria-hidden />} onClick={name.open}>
            {t('views.save')}
          </Menu.Item>
          {views.length === 0 ? null : (
            <Menu.Item leftSection={<Settings2 size={14} aria-hidden />} onClick={manage.open}>
              {t('views.manage')}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      <SaveView opened={naming} values={values} onClose={name.close} />
      <ManageViews opened={managing} views={views} onClose={manage.close} />
    </>
  )
}

interface SaveViewProps {
  readonly opened: boolean
  readonly values: FilterValues
  readonly onClose: () => void
}

function SaveView({ opened, values, onClose }: SaveViewProps) {
  const { t } = useWords('alerts')
  const { t: word } = useWords('parts')
  const [name, setName] = useState('')
  const save = useChange('saveView', ['listViews'])
  const submit = (event: FormEvent) => {
    event.preventDefault()
    save.mutate(
      { body: { page: 'alerts', name: name.trim(), filter: { ...values } } },
      {
        onSuccess: () => {
          showDone(t('views.saved', { name: name.trim() }))
          setName('')
          onClose()
        },
      },
    )
  }
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t('views.save-title')}
      closeButtonProps={{ 'aria-label': word('close') }}
    >
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Text size="sm" c="dimmed">
            {t('views.what')}
          </Text>
          <TextInput
            label={t('views.name')}
            value={name}
            maxLength={100}
            onChange={event => setName(event.currentTarget.value)}
            data-autofocus
          />
          <ErrorText error={save.error} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {word('confirm.cancel')}
            </Button>
            <Button type="submit" loading={save.isPending} disabled={name.trim() === ''}>
              {t('views.save-button')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}

interface ManageViewsProps {
  readonly opened: boolean
  readonly views: readonly View[]
  readonly onClose: () => void
}

function ManageViews({ opened, views, onClose }: ManageViewsProps) {
  const { t } = useWords('alerts')
  const { t: word } = useWords('parts')
  const remove = useChange('deleteView', ['listViews'])
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t('views.views')}
      closeButtonProps={{ 'aria-label': word('close') }}
    >
      <Stack gap="xs">
        {views.length === 0 ? <Text size="sm">{t('views.empty')}</Text> : null}
        {views.map(view => (
          <Group key={view.id} justify="space-between" wrap="nowrap" gap="xs">
            <Text size="sm" lineClamp={2} component="span">
              <HostText prose>{view.name}</HostText>
            </Text>
            <ActionIcon
              variant="subtle"
              color="red"
              aria-label={t('views.delete', { name: view.name })}
              onClick={() => remove.mutate({ params: { view: view.id } }, { onError: showFailed })}
            >
              <Trash2 size={16} aria-hidden />
            </ActionIcon>
          </Group>
        ))}
      </Stack>
    </Modal>
  )
}
