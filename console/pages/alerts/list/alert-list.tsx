import { Button } from '@mantine/core'
import { ListChecks } from 'lucide-react'
import { useCallback, useMemo, useState } from 'react'
import { Link, useSearchParams } from 'react-router'
import type { AlertObject } from '../../../../model/api/index.ts'
import { useList } from '../../../center/index.ts'
import { DataTable, EmptyState, PageHeader, useUrlFilter } from '../../../parts/index.ts'
import { useSession } from '../../../session/index.ts'
import { useWords } from '../../../words/index.ts'
import { type AlertChoice, HandleDialog } from '../handle/index.ts'
import { useAlertColumns } from './alert-columns.tsx'
import { filterNames, queryOf } from './alert-filter.ts'
import { AlertFilters } from './alert-filters.tsx'
import { CampaignPanel } from './campaign-panel.tsx'
import { ChosenBar } from './chosen-bar.tsx'
import { LevelChips } from './level-chips.tsx'
import { SavedViews } from './saved-views.tsx'

const idOf = (alert: AlertObject) => alert.id
const nameOf = (alert: AlertObject) => `${alert.title}, ${alert.host.name}`

/** All alerts, narrowed by what the address says. */
export function AlertList() {
  const { t } = useWords('alerts')
  const { can } = useSession()
  const [values, change] = useUrlFilter(filterNames)
  const query = useMemo(() => queryOf(values, new Date()), [values])
  const list = useList('listAlerts', { query })
  const { items } = list
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const [handled, setHandled] = useState<AlertChoice>()
  const linkTo = useLinkTo()
  const handleOne = useCallback((alert: AlertObject) => setHandled({ alerts: [alert.id] }), [])
  const columns = useAlertColumns({ linkTo, onHandle: handleOne })
  const there = useMemo(() => items.filter(alert => chosen.has(alert.id)), [items, chosen])
  const triage = can('alerts:triage')
  const narrowed = Object.keys(values).some(name => name !== 'status')
  return (
    <>
      <PageHeader
        title={t('title')}
        about={t('about')}
        help="console#alerts"
        actions={
          <>
            <SavedViews values={values} />
            <Button
              component={Link}
              to="/alerts/allowlist"
              size="xs"
              variant="default"
              leftSection={<ListChecks size={14} aria-hidden />}
            >
              {t('allowlist.title')}
            </Button>
          </>
        }
      />
      <LevelChips values={values} onChange={change} />
      <AlertFilters values={values} onChange={change} items={items} />
      {values.campaign === undefined ? null : <CampaignPanel campaign={values.campaign} />}
      {triage && there.length > 0 ? (
        <ChosenBar
          alerts={there}
          onHandle={() => setHandled({ alerts: there.map(idOf) })}
          onClear={() => setChosen(new Set())}
        />
      ) : null}
      <DataTable
        label={t('title')}
        columns={columns}
        rows={items}
        rowKey={idOf}
        rowName={nameOf}
        rowHeight={58}
        height="max(320px, calc(100dvh - 292px))"
        {...(triage ? { selection: { chosen, onChange: setChosen } } : {})}
        query={list.query}
        outdated={list.outdated}
        empty={
          <EmptyState title={narrowed ? t('empty.narrowed') : t('empty.open')}>
            {narrowed ? t('empty.narrowed-what') : t('empty.open-what')}
          </EmptyState>
        }
      />
      {handled === undefined ? null : (
        <HandleDialog
          choice={handled}
          opened
          onClose={() => setHandled(undefined)}
          onOrdered={() => setChosen(new Set())}
        />
      )}
    </>
  )
}

/** The address of this list with one filter more; the same function until the address changes. */
function useLinkTo() {
  const [params] = useSearchParams()
  return useCallback(
    (change: Readonly<Record<string, string>>) => {
      const after = new URLSearchParams(params)
      for (const [name, value] of Object.entries(change)) after.set(name, value)
      return `/alerts?${after}`
    },
    [params],
  )
}
