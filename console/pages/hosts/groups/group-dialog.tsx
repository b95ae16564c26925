import { Button, Group, Modal, Select, Stack, Text, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useChange } from '../../../center/index.ts'
import { ErrorText, showDone } from '../../../parts/index.ts'
import { useWords } from '../../../words/index.ts'
import { type GroupObject, groupTree, withinGroup } from './group-tree.ts'

export type GroupWork =
  | { readonly kind: 'create'; readonly parent: string }
  | { readonly kind: 'rename' | 'move'; readonly group: GroupObject }

interface GroupDialogProps {
  readonly work: GroupWork | undefined
  readonly groups: readonly GroupObject[]
  readonly onClose: () => void
}

/** Makes, renames or moves a group. */
export function GroupDialog({ work, groups, onClose }: GroupDialogProps) {
  const { t } = useWords('hosts')
  const { t: p } = useWords('parts')
  return (
    <Modal
      opened={work !== undefined}
      onClose={onClose}
      title={work === undefined ? '' : t(`groups.${work.kind}`)}
      closeButtonProps={{ 'aria-label': p('close') }}
    >
      {work === undefined ? null : <GroupForm work={work} groups={groups} onClose={onClose} />}
    </Modal>
  )
}

function GroupForm({ work, groups, onClose }: GroupDialogProps & { readonly work: GroupWork }) {
  const { t } = useWords('hosts')
  const [name, setName] = useState(work.kind === 'create' ? '' : work.group.name)
  const [parent, setParent] = useState<string | null>(
    work.kind === 'create' ? work.parent : (work.group.parent ?? null),
  )
  const create = useChange('createGroup', ['listGroups'])
  const update = useChange('updateGroup', ['listGroups', 'listHosts'])
  const within = work.kind === 'move' ? withinGroup(groups, work.group.id) : new Set<string>()
  const save = async (event: FormEvent) => {
    event.preventDefault()
    try {
      if (work.kind === 'create') await create.mutateAsync({ body: { name, ...(parent === null ? {} : { parent }) } })
      else
        await update.mutateAsync({
          params: { group: work.group.id },
          body: work.kind === 'rename' ? { name } : parent === null ? {} : { parent },
        })
      showDone(t('groups.saved'))
      onClose()
    } catch {
      // Shown below.
    }
  }
  return (
    <form onSubmit={event => void save(event)}>
      <Stack gap="sm">
        {work.kind === 'move' ? (
          <Text size="sm">{t('groups.move-what')}</Text>
        ) : (
          <TextInput
            label={t('groups.name')}
            value={name}
            onChange={event => setName(event.currentTarget.value)}
            maxLength={200}
            required
            data-autofocus
          />
        )}
        {work.kind === 'rename' ? null : (
          <Select
            label={t('groups.parent')}
            data={groupTree(groups)
              .filter(({ group }) => !within.has(group.id))
              .map(({ group, depth }) => ({ value: group.id, label: `${'\u2003'.repeat(depth)}${group.name}` }))}
            value={parent}
            onChange={setParent}
            allowDeselect={false}
          />
        )}
        <ErrorText error={create.error ?? update.error} />
        <Group justify="flex-end">
          <Button
            type="submit"
            loading={create.isPending || update.isPending}
            disabled={work.kind !== 'move' && name.trim() === ''}
          >
            {t('save')}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
