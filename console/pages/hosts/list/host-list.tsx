import { Button, Menu } from '@mantine/core'
import { Ellipsis, FolderTree, KeyRound, Plus } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'react-router'
import { useList } from '../../../center/index.ts'
import { DataTable, EmptyState, Filters, PageHeader, useUrlFilter } from '../../../parts/index.ts'
import { useSession } from '../../../session/index.ts'
import { useWords } from '../../../words/index.ts'
import { BulkActions } from './bulk-actions.tsx'
import { useHostColumns } from './columns.tsx'
import { hostFilterNames, hostQuery, useHostFields } from './host-filter.ts'

/** All hosts that one may see. */
export function HostList() {
  const { t } = useWords('hosts')
  const { can } = useSession()
  const [values, change] = useUrlFilter(hostFilterNames)
  const { items, query } = useList('listHosts', { query: hostQuery(values) })
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const columns = useHostColumns()
  const fields = useHostFields()
  const narrowed = Object.keys(values).length > 0
  const mayDo = can('scans:start') || can('hosts:write')
  const add = can('hosts:enrol') ? (
    <Button component={Link} to="/hosts/add" size="sm" leftSection={<Plus size={16} aria-hidden />}>
      {t('add')}
    </Button>
  ) : null
  return (
    <>
      <PageHeader
        title={t('title')}
        about={t('about')}
        help="agent"
        actions={
          <>
            <MoreMenu />
            {add}
          </>
        }
      />
      <Filters fields={fields} values={values} onChange={change} />
      <BulkActions hosts={items.filter(({ id }) => chosen.has(id))} onDone={() => setChosen(new Set())} />
      <DataTable
        label={t('title')}
        columns={columns}
        rows={items}
        rowKey={row => row.id}
        rowName={row => row.name}
        {...(mayDo ? { selection: { chosen, onChange: setChosen } } : {})}
        query={query}
        rowHeight={52}
        empty={
          narrowed ? (
            <EmptyState title={t('none-match')}>{t('none-match-what')}</EmptyState>
          ) : (
            <EmptyState title={t('none')} action={add}>
              {t('none-what')}
            </EmptyState>
          )
        }
      />
    </>
  )
}

function MoreMenu() {
  const { t } = useWords('hosts')
  const { can } = useSession()
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" size="sm" rightSection={<Ellipsis size={16} aria-hidden />}>
          {t('more')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item component={Link} to="/hosts/groups" leftSection={<FolderTree size={16} aria-hidden />}>
          {t('groups.title')}
        </Menu.Item>
        {can('hosts:enrol') ? (
          <Menu.Item component={Link} to="/hosts/enrolment" leftSection={<KeyRound size={16} aria-hidden />}>
            {t('enrolment.title')}
          </Menu.Item>
        ) : null}
      </Menu.Dropdown>
    </Menu>
  )
}
