import { Navigate, Route, Routes } from 'react-router'
import { NoPermissionState, PageHeader } from '../../parts/index.ts'
import { type PageTab, PageTabs } from '../../people/index.ts'
import { useSession } from '../../session/index.ts'
import { useWords } from '../../words/index.ts'
import { About } from './about.tsx'
import { Approvals } from './approvals.tsx'
import { Exports } from './exports/exports.tsx'
import { Policies } from './policies/policies.tsx'
import { Providers } from './providers/providers.tsx'

/** What holds for the whole center, and what groups of hosts are asked to do. */
export function Page() {
  const { t } = useWords('settings')
  const { can, canEverywhere } = useSession()
  const everything = canEverywhere('settings:write')
  const allowed = everything || can('policies:write')
  const tabs = [
    ...(can('policies:write') ? [{ path: '/settings', label: t('tabs.policies'), exact: true }] : []),
    ...(everything
      ? [
          { path: '/settings/approvals', label: t('tabs.approvals') },
          { path: '/settings/providers', label: t('tabs.providers') },
          { path: '/settings/exports', label: t('tabs.exports') },
        ]
      : []),
    { path: '/settings/about', label: t('tabs.about') },
  ]
  return (
    <>
      <PageHeader title={t('title')} about={t('about')} help="center" />
      {allowed ? <Parts tabs={tabs} /> : <NoPermissionState />}
    </>
  )
}

function Parts({ tabs }: { readonly tabs: readonly PageTab[] }) {
  const { t } = useWords('settings')
  const { can, canEverywhere } = useSession()
  return (
    <>
      <PageTabs label={t('title')} tabs={tabs} />
      <Routes>
        <Route index element={can('policies:write') ? <Policies /> : <Navigate to="about" replace />} />
        {canEverywhere('settings:write') ? (
          <>
            <Route path="approvals" element={<Approvals />} />
            <Route path="providers" element={<Providers />} />
            <Route path="exports" element={<Exports />} />
          </>
        ) : null}
        <Route path="about" element={<About />} />
        <Route path="*" element={<NoPermissionState />} />
      </Routes>
    </>
  )
}
