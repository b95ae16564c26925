import { Button, Group, Text, Tooltip } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { KeySquare } from 'lucide-react'
import { useState } from 'react'
import { type ItemOf, useChange, useList } from '../../../center/index.ts'
import { type Column, ConfirmDialog, DataTable, EmptyState, HostText, Time, useNumbers } from '../../../parts/index.ts'
import { useRightWords } from '../../../people/index.ts'
import { useWords } from '../../../words/index.ts'
import { useGroupNames } from '../group-names.ts'
import { AddToken } from './add-token.tsx'

type Token = ItemOf<'listTokens'>

/** What programs sign in with. */
export function TokenList() {
  const { t } = useWords('users')
  const { list: listed } = useNumbers()
  const words = useRightWords()
  const { names } = useGroupNames()
  const list = useList('listTokens', {})
  const revoke = useChange('revokeToken', ['listTokens'])
  const [adding, add] = useDisclosure()
  const [revoked, setRevoked] = useState<Token>()
  const columns: Column<Token>[] = [
    {
      key: 'name',
      title: t('tokens.name'),
      width: 'minmax(150px, 1.2fr)',
      cell: token => (
        <div>
          <HostText>{token.name}</HostText>
          <Text size="xs" c="dimmed">
            …{token.hint}
          </Text>
        </div>
      ),
    },
    { key: 'user', title: t('tokens.user'), width: '120px', cell: token => <HostText>{token.user}</HostText> },
    {
      key: 'rights',
      title: t('tokens.rights'),
      width: 'minmax(160px, 1.6fr)',
      cell: token => {
        const all = token.permissions.map(words.permission)
        const first = all.slice(0, 2)
        return (
          <Tooltip label={all.join(' · ')} multiline w={320} events={{ hover: true, focus: true, touch: true }}>
            <Text size="sm" tabIndex={all.length > 2 ? 0 : -1} component="span">
              {all.length > 2 ? t('tokens.and-more', { list: first.join(', '), count: all.length - 2 }) : listed(first)}
            </Text>
          </Tooltip>
        )
      },
    },
    {
      key: 'groups',
      title: t('tokens.groups'),
      width: 'minmax(110px, 1fr)',
      cell: token =>
        token.groups === undefined ? (
          t('tokens.all-groups')
        ) : (
          <HostText>{listed(token.groups.map(group => names.get(group) ?? '–'))}</HostText>
        ),
    },
    {
      key: 'used',
      title: t('tokens.used'),
      width: '120px',
      cell: token => (token.lastUsed === undefined ? t('list.never') : <Time at={token.lastUsed} />),
    },
    { key: 'ends', title: t('tokens.ends'), width: '120px', cell: token => <Time at={token.expiresAt} /> },
    {
      key: 'revoke',
      title: t('tokens.do'),
      width: '110px',
      cell: token => (
        <Button size="compact-xs" variant="default" onClick={() => setRevoked(token)}>
          {t('tokens.revoke')}
        </Button>
      ),
    },
  ]
  return (
    <>
      <Group justify="space-between" mb="sm" gap="xs">
        <Text size="sm" c="dimmed" maw={640}>
          {t('tokens.about')}
        </Text>
        <Button leftSection={<KeySquare size={16} aria-hidden />} onClick={add.open}>
          {t('tokens.add')}
        </Button>
      </Group>
      <DataTable
        label={t('tabs.tokens')}
        columns={columns}
        rows={list.items}
        rowKey={token => token.id}
        query={list.query}
        height="calc(100dvh - 290px)"
        empty={<EmptyState title={t('tokens.none')}>{t('tokens.none-why')}</EmptyState>}
      />
      <AddToken opened={adding} onClose={add.close} />
      <ConfirmDialog
        opened={revoked !== undefined}
        title={t('tokens.revoke-title')}
        confirm={t('tokens.revoke')}
        ends="final"
        onConfirm={async () => revoked && revoke.mutateAsync({ params: { token: revoked.id } })}
        onClose={() => setRevoked(undefined)}
      >
        <HostText>{revoked?.name ?? ''}</HostText>: {t('tokens.revoke-what')}
      </ConfirmDialog>
    </>
  )
}
