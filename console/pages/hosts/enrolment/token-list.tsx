import { Button, SegmentedControl, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { type ItemOf, useChange, useList } from '../../../center/index.ts'
import {
  Badge,
  type Column,
  ConfirmDialog,
  DataTable,
  EmptyState,
  HostText,
  showDone,
  Time,
  useNumbers,
  useUrlFilter,
} from '../../../parts/index.ts'
import { useWords } from '../../../words/index.ts'

type Token = ItemOf<'listEnrolmentTokens'>

/** Tokens with which hosts join. The tokens themselves are shown once, when they are made. */
export function TokenList() {
  const { t } = useWords('hosts')
  const { number } = useNumbers()
  const [values, change] = useUrlFilter(['tokens'])
  const all = values.tokens === 'all'
  const { items, query } = useList('listEnrolmentTokens', { query: all ? {} : { usable: 'true' } })
  const revoke = useChange('revokeEnrolmentToken', ['listEnrolmentTokens'])
  const [revoking, setRevoking] = useState<Token>()
  const columns: readonly Column<Token>[] = [
    {
      key: 'name',
      title: t('token.name'),
      width: 'minmax(140px, 1.4fr)',
      cell: row => <HostText prose>{row.name || t('token.unnamed')}</HostText>,
    },
    { key: 'group', title: t('fields.group'), cell: row => <HostText prose>{row.group.name}</HostText> },
    {
      key: 'state',
      title: t('enrolment.state'),
      width: '120px',
      cell: row => <TokenState token={row} />,
    },
    { key: 'left', title: t('token.left'), width: '90px', cell: row => number(row.usesLeft) },
    {
      key: 'approval',
      title: t('token.approval'),
      cell: row => (row.needsApproval ? t('token.asks') : t('token.no-ask')),
    },
    { key: 'expires', title: t('token.expires'), width: '120px', cell: row => <Time at={row.expiresAt} /> },
    {
      key: 'by',
      title: t('token.by'),
      cell: row => (
        <>
          <HostText prose>{row.createdBy}</HostText>
          <Text size="xs" c="dimmed">
            <Time at={row.createdAt} />
          </Text>
        </>
      ),
    },
    {
      key: 'revoke',
      title: t('token.action'),
      width: '110px',
      cell: row =>
        row.usable ? (
          <Button size="compact-xs" variant="default" onClick={() => setRevoking(row)}>
            {t('token.revoke')}
          </Button>
        ) : null,
    },
  ]
  return (
    <Stack gap="sm">
      <SegmentedControl
        size="xs"
        style={{ alignSelf: 'flex-start' }}
        aria-label={t('enrolment.state')}
        data={[
          { value: 'usable', label: t('token.usable') },
          { value: 'all', label: t('enrolment.all') },
        ]}
        value={all ? 'all' : 'usable'}
        onChange={value => change({ tokens: value === 'all' ? value : undefined })}
      />
      <DataTable
        label={t('enrolment.tokens')}
        columns={columns}
        rows={items}
        rowKey={row => row.id}
        query={query}
        height="calc(100dvh - 330px)"
        empty={<EmptyState title={t('token.none')}>{t('token.none-what')}</EmptyState>}
      />
      <ConfirmDialog
        opened={revoking !== undefined}
        title={t('token.revoke-title')}
        confirm={t('token.revoke')}
        ends="final"
        onClose={() => setRevoking(undefined)}
        onConfirm={async () => {
          await revoke.mutateAsync({ params: { token: revoking?.id ?? '' } })
          showDone(t('token.revoked-done'))
        }}
      >
        <Text size="sm">{t('token.revoke-what')}</Text>
      </ConfirmDialog>
    </Stack>
  )
}

function TokenState({ token }: { readonly token: Token }) {
  const { t } = useWords('hosts')
  if (token.usable) return <Badge tone="good">{t('token.usable')}</Badge>
  if (token.revokedAt !== undefined) return <Badge tone="critical">{t('token.revoked')}</Badge>
  return <Badge tone="informational">{token.usesLeft === 0 ? t('token.used') : t('token.expired')}</Badge>
}
