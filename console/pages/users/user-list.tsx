import { Anchor, Button, Group, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { UserPlus } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'react-router'
import type { ShownUser } from '../../../model/api/index.ts'
import { useList } from '../../center/index.ts'
import { Badge, type Column, DataTable, EmptyState, Filters, HostText, Time, useUrlFilter } from '../../parts/index.ts'
import { OneTimeLink, RoleChips } from '../../people/index.ts'
import { useWords } from '../../words/index.ts'
import { AddUser } from './add-user.tsx'
import { useGroupNames } from './group-names.ts'
import { UserState } from './user-state.tsx'

export function UserList() {
  const { t } = useWords('users')
  const [filter, setFilter] = useUrlFilter(['search'])
  const list = useList('listUsers', { query: { ...filter } })
  const { names } = useGroupNames()
  const [adding, add] = useDisclosure()
  const [link, setLink] = useState<{ name: string; link: string; expiresAt: string }>()
  const columns: Column<ShownUser>[] = [
    {
      key: 'name',
      title: t('list.name'),
      width: 'minmax(160px, 1.4fr)',
      cell: user => (
        <div>
          <Anchor component={Link} to={`/users/of/${user.id}`} size="sm" fw={500}>
            <HostText>{user.name}</HostText>
          </Anchor>
          {user.displayName === '' ? null : (
            <Text size="xs" c="dimmed" component="div" lineClamp={2}>
              <bdi>{user.displayName}</bdi>
            </Text>
          )}
        </div>
      ),
    },
    { key: 'state', title: t('list.state'), width: '130px', cell: user => <UserState state={user.state} /> },
    {
      key: 'roles',
      title: t('list.roles'),
      width: 'minmax(180px, 2fr)',
      cell: user => (user.roles.length === 0 ? '–' : <RoleChips roles={user.roles} groups={names} />),
    },
    {
      key: 'factor',
      title: t('list.second-factor'),
      width: '130px',
      cell: user =>
        user.provider !== undefined ? (
          <HostText>{user.provider}</HostText>
        ) : user.secondFactor ? (
          <Badge tone="good">{t('list.yes')}</Badge>
        ) : (
          <Badge tone="medium">{t('list.no')}</Badge>
        ),
    },
    {
      key: 'login',
      title: t('list.last-login'),
      width: '130px',
      cell: user => (user.lastLoginAt === undefined ? t('list.never') : <Time at={user.lastLoginAt} />),
    },
  ]
  return (
    <>
      <Group justify="space-between" align="flex-end" gap="xs" wrap="wrap-reverse">
        <Filters
          fields={[{ kind: 'text', name: 'search', label: t('list.search') }]}
          values={filter}
          onChange={setFilter}
        />
        <Button mb="sm" leftSection={<UserPlus size={16} aria-hidden />} onClick={add.open}>
          {t('add.title')}
        </Button>
      </Group>
      <DataTable
        label={t('title')}
        columns={columns}
        rows={list.items}
        rowKey={user => user.id}
        query={list.query}
        height="calc(100dvh - 290px)"
        empty={
          <EmptyState title={t(filter.search === undefined ? 'list.none' : 'list.none-found')}>
            {filter.search === undefined ? t('list.none-why') : undefined}
          </EmptyState>
        }
      />
      <AddUser
        opened={adding}
        onClose={add.close}
        onAdded={(user, invitation) => {
          add.close()
          setLink({ name: user.name, ...invitation })
        }}
      />
      <OneTimeLink shown={link} onClose={() => setLink(undefined)} />
    </>
  )
}
