import { Anchor, Breadcrumbs, Button, Text } from '@mantine/core'
import { Plus } from 'lucide-react'
import { useMemo, useState } from 'react'
import { Link } from 'react-router'
import { useChange, useList } from '../../../center/index.ts'
import { ConfirmDialog, DataTable, EmptyState, PageHeader, showDone } from '../../../parts/index.ts'
import { useSession } from '../../../session/index.ts'
import { useWords } from '../../../words/index.ts'
import { AddAllowance } from './add-allowance.tsx'
import { type Allowance, useAllowColumns } from './allow-columns.tsx'
import { ConditionList } from './condition-list.tsx'

const idOf = (one: Allowance) => one.id

/** What is meant to be so, on which hosts, why, and until when. */
export function Allowlist() {
  const { t } = useWords('alerts')
  const { can } = useSession()
  const list = useList('listAllowances', { query: {} })
  const [adding, setAdding] = useState(false)
  const [removed, setRemoved] = useState<Allowance>()
  const remove = useChange('removeAllowance', ['listAllowances', 'listAlerts', 'alertCounts'])
  const columns = useAllowColumns(setRemoved)
  const add = useMemo(
    () =>
      can('allowlist:write') ? (
        <Button size="xs" leftSection={<Plus size={14} aria-hidden />} onClick={() => setAdding(true)}>
          {t('allowlist.add')}
        </Button>
      ) : null,
    [can, t],
  )
  return (
    <>
      <Breadcrumbs mb={4}>
        <Anchor component={Link} to="/alerts" size="sm">
          {t('title')}
        </Anchor>
        <Text size="sm">{t('allowlist.title')}</Text>
      </Breadcrumbs>
      <PageHeader
        title={t('allowlist.title')}
        about={t('allowlist.about')}
        help="console#the-allowlist"
        actions={add}
      />
      <DataTable
        label={t('allowlist.title')}
        columns={columns}
        rows={list.items}
        rowKey={idOf}
        rowHeight={60}
        query={list.query}
        outdated={list.outdated}
        empty={
          <EmptyState title={t('allowlist.empty')} action={add}>
            {t('allowlist.empty-what')}
          </EmptyState>
        }
      />
      <AddAllowance opened={adding} onClose={() => setAdding(false)} />
      <ConfirmDialog
        opened={removed !== undefined}
        title={t('allowlist.remove-title')}
        confirm={t('allowlist.remove')}
        onClose={() => setRemoved(undefined)}
        onConfirm={async () => {
          if (removed === undefined) return
          await remove.mutateAsync({ params: { allowance: removed.id } })
          showDone(t('allowlist.removed'))
        }}
      >
        <Text size="sm" mb="xs">
          {t('allowlist.remove-what')}
        </Text>
        {removed === undefined ? null : <ConditionList condition={removed.condition} />}
      </ConfirmDialog>
    </>
  )
}
