import { Autocomplete, Button, Group, Modal, Select, Stack, TagsInput, Textarea, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useCall, useChange } from '../../../center/index.ts'
import { ErrorText, showDone } from '../../../parts/index.ts'
import { useSession } from '../../../session/index.ts'
import { useWords } from '../../../words/index.ts'
import { groupTree } from '../groups/index.ts'
import type { Host } from './host-page.tsx'

interface EditHostProps {
  readonly host: Host
  readonly opened: boolean
  readonly onClose: () => void
}

export function EditHost({ host, opened, onClose }: EditHostProps) {
  const { t } = useWords('hosts')
  const { t: p } = useWords('parts')
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t('edit.title')}
      size="lg"
      closeButtonProps={{ 'aria-label': p('close') }}
    >
      {opened ? <EditForm host={host} onClose={onClose} /> : null}
    </Modal>
  )
}

function EditForm({ host, onClose }: Pick<EditHostProps, 'host' | 'onClose'>) {
  const { t } = useWords('hosts')
  const { t: p } = useWords('parts')
  const { can } = useSession()
  const groups = useCall('listGroups')
  const facets = useCall('hostFacets')
  const update = useChange('updateHost', ['getHost', 'listHosts', 'hostFacets', 'listGroups'])
  const form = useForm({
    mode: 'controlled',
    initialValues: {
      name: host.name,
      group: host.group.id,
      region: host.region,
      owner: host.owner,
      tags: [...host.tags],
      note: host.note,
    },
    validate: { name: value => (value.trim() === '' ? t('edit.name-needed') : null) },
  })
  const values = (name: 'region' | 'owner' | 'tag') => (facets.data?.[name] ?? []).map(one => one.value)
  const save = async (body: typeof form.values) => {
    try {
      await update.mutateAsync({ params: { host: host.id }, body })
      showDone(t('edit.saved'))
      onClose()
    } catch {
      // Shown below.
    }
  }
  return (
    <form onSubmit={form.onSubmit(body => void save(body))}>
      <Stack gap="sm">
        <TextInput
          label={t('fields.name')}
          description={host.hostname === host.name ? undefined : `${t('fields.hostname')}: ${host.hostname}`}
          maxLength={200}
          data-autofocus
          {...form.getInputProps('name')}
        />
        <Select
          label={t('fields.group')}
          description={t('edit.group-what')}
          data={groupTree(groups.data?.items ?? [])
            .filter(({ group }) => group.id === host.group.id || can('hosts:write', group.id))
            .map(({ group, depth }) => ({ value: group.id, label: `${'\u2003'.repeat(depth)}${group.name}` }))}
          allowDeselect={false}
          searchable
          {...form.getInputProps('group')}
        />
        <Group grow align="flex-start">
          <Autocomplete
            label={t('fields.region')}
            data={values('region')}
            maxLength={200}
            {...form.getInputProps('region')}
          />
          <Autocomplete
            label={t('fields.owner')}
            data={values('owner')}
            maxLength={200}
            {...form.getInputProps('owner')}
          />
        </Group>
        <TagsInput
          label={t('fields.tags')}
          description={t('edit.tags-what')}
          data={values('tag')}
          maxTags={50}
          {...form.getInputProps('tags')}
        />
        <Textarea
          label={t('fields.note')}
          autosize
          minRows={2}
          maxRows={8}
          maxLength={5_000}
          {...form.getInputProps('note')}
        />
        <ErrorText error={update.error} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {p('confirm.cancel')}
          </Button>
          <Button type="submit" loading={update.isPending}>
            {t('save')}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
