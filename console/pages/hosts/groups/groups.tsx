import { ActionIcon, Anchor, Button, Menu, Paper, Table, Text, VisuallyHidden } from '@mantine/core'
import { Ellipsis, FolderInput, Pencil, Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'react-router'
import { useCall, useChange } from '../../../center/index.ts'
import {
  Badge,
  ConfirmDialog,
  ErrorState,
  HostText,
  LoadingState,
  PageHeader,
  showDone,
  useNumbers,
} from '../../../parts/index.ts'
import { useSession } from '../../../session/index.ts'
import { useWords } from '../../../words/index.ts'
import { GroupDialog, type GroupWork } from './group-dialog.tsx'
import { type GroupInTree, type GroupObject, groupTree } from './group-tree.ts'

/** The groups of hosts as a tree: rights and policies go by them. */
export function Groups() {
  const { t } = useWords('hosts')
  const { can } = useSession()
  const { data, error, refetch } = useCall('listGroups')
  const remove = useChange('deleteGroup', ['listGroups'])
  const [work, setWork] = useState<GroupWork>()
  const [removing, setRemoving] = useState<GroupObject>()
  const groups = data?.items ?? []
  const tree = groupTree(groups)
  const root = tree[0]?.group
  return (
    <>
      <PageHeader
        title={t('groups.title')}
        about={t('groups.about')}
        help="center"
        actions={
          root !== undefined && can('policies:write') ? (
            <Button
              size="sm"
              leftSection={<Plus size={16} aria-hidden />}
              onClick={() => setWork({ kind: 'create', parent: root.id })}
            >
              {t('groups.create')}
            </Button>
          ) : null
        }
      />
      {error !== null && data === undefined ? <ErrorState error={error} retry={() => void refetch()} /> : null}
      {data === undefined && error === null ? <LoadingState /> : null}
      {tree.length === 0 ? null : (
        <Paper withBorder>
          <Table.ScrollContainer minWidth={320}>
            <Table verticalSpacing={8} horizontalSpacing="sm">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t('groups.name')}</Table.Th>
                  <Table.Th ta="end">{t('title')}</Table.Th>
                  <Table.Th>{t('groups.policy')}</Table.Th>
                  <Table.Th w={50}>
                    <VisuallyHidden>{t('groups.actions')}</VisuallyHidden>
                  </Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {tree.map(one => (
                  <GroupRow
                    key={one.group.id}
                    one={one}
                    onWork={setWork}
                    onRemove={() => setRemoving(one.group)}
                    empty={one.hosts === 0 && !groups.some(({ parent }) => parent === one.group.id)}
                  />
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        </Paper>
      )}
      <GroupDialog work={work} groups={groups} onClose={() => setWork(undefined)} />
      <ConfirmDialog
        opened={removing !== undefined}
        title={t('groups.remove-title', { name: removing?.name ?? '' })}
        confirm={t('groups.remove')}
        ends="final"
        onClose={() => setRemoving(undefined)}
        onConfirm={async () => {
          await remove.mutateAsync({ params: { group: removing?.id ?? '' } })
          showDone(t('groups.removed'))
        }}
      >
        <Text size="sm">{t('groups.remove-what')}</Text>
      </ConfirmDialog>
    </>
  )
}

interface GroupRowProps {
  readonly one: GroupInTree
  readonly empty: boolean
  readonly onWork: (work: GroupWork) => void
  readonly onRemove: () => void
}

function GroupRow({ one: { group, depth, hosts }, empty, onWork, onRemove }: GroupRowProps) {
  const { t } = useWords('hosts')
  const { number } = useNumbers()
  const { can } = useSession()
  return (
    <Table.Tr>
      <Table.Th scope="row" fw={500} style={{ paddingInlineStart: `${0.75 + depth * 1.5}rem` }}>
        {depth === 0 ? null : (
          <Text component="span" c="dimmed" aria-hidden mr={6}>
            └
          </Text>
        )}
        <HostText prose>{group.name}</HostText>
      </Table.Th>
      <Table.Td ta="end">
        <Anchor
          component={Link}
          to={`/hosts?group=${group.id}`}
          size="sm"
          aria-label={t('groups.hosts-of', { count: hosts, name: group.name })}
        >
          {number(hosts)}
        </Anchor>
      </Table.Td>
      <Table.Td>
        {group.policy === undefined ? (
          <Text size="sm" c="dimmed">
            {depth === 0 ? t('groups.default') : t('groups.inherited')}
          </Text>
        ) : (
          <Badge tone="low">{t('groups.own')}</Badge>
        )}
      </Table.Td>
      <Table.Td>
        {can('policies:write', group.id) ? (
          <Menu position="bottom-end">
            <Menu.Target>
              <ActionIcon variant="subtle" color="gray" aria-label={t('groups.actions-of', { name: group.name })}>
                <Ellipsis size={18} aria-hidden />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item
                leftSection={<Plus size={16} aria-hidden />}
                onClick={() => onWork({ kind: 'create', parent: group.id })}
              >
                {t('groups.create-below')}
              </Menu.Item>
              <Menu.Item
                leftSection={<Pencil size={16} aria-hidden />}
                onClick={() => onWork({ kind: 'rename', group })}
              >
                {t('groups.rename')}
              </Menu.Item>
              {group.parent === undefined ? null : (
                <>
                  <Menu.Item
                    leftSection={<FolderInput size={16} aria-hidden />}
                    onClick={() => onWork({ kind: 'move', group })}
                  >
                    {t('groups.move')}
                  </Menu.Item>
                  <Menu.Item
                    color="red"
                    leftSection={<Trash2 size={16} aria-hidden />}
                    disabled={!empty}
                    onClick={onRemove}
                  >
                    {empty ? t('groups.remove') : t('groups.remove-not-empty')}
                  </Menu.Item>
                </>
              )}
            </Menu.Dropdown>
          </Menu>
        ) : null}
      </Table.Td>
    </Table.Tr>
  )
}
