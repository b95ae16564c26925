import { Route, Routes, useLocation } from 'react-router'
import { NoPermissionState, PageHeader } from '../../parts/index.ts'
import { PageTabs } from '../../people/index.ts'
import { useSession } from '../../session/index.ts'
import { useWords } from '../../words/index.ts'
import { RoleTable } from './role-table.tsx'
import { TokenList } from './tokens/token-list.tsx'
import { UserDetail } from './user-detail.tsx'
import { UserList } from './user-list.tsx'

/** Who may do what: people, their roles, and the tokens of programs. */
export function Page() {
  return (
    <Routes>
      <Route path="of/:user" element={<UserDetail />} />
      <Route path="*" element={<Lists />} />
    </Routes>
  )
}

function Lists() {
  const { t } = useWords('users')
  const { can } = useSession()
  const { pathname } = useLocation()
  const people = can('users:write')
  const allowed = people || can('tokens:write')
  const tabs = [
    ...(people ? [{ path: '/users', label: t('tabs.users'), exact: true }] : []),
    { path: '/users/roles', label: t('tabs.roles') },
    ...(can('tokens:write') ? [{ path: '/users/tokens', label: t('tabs.tokens') }] : []),
  ]
  return (
    <>
      <PageHeader title={t('title')} about={t('about')} help="center#people" />
      {allowed ? <PageTabs label={t('title')} tabs={tabs} /> : null}
      {!allowed ? <NoPermissionState /> : <Part path={pathname} people={people} />}
    </>
  )
}

function Part({ path, people }: { readonly path: string; readonly people: boolean }) {
  if (path === '/users/roles') return <RoleTable />
  return path === '/users/tokens' || !people ? <TokenList /> : <UserList />
}
