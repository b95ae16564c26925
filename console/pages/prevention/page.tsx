import { Route, Routes } from 'react-router'
import { NotFoundState, PageHeader, PageTabs } from '../../parts/index.ts'
import { useSession } from '../../session/index.ts'
import { useWords } from '../../words/index.ts'
import { AddBlock } from './add-block.tsx'
import { BlockList } from './block-list.tsx'
import { BlockedHosts } from './blocked-hosts.tsx'
import { GroupPolicies } from './group-policies.tsx'

export function Page() {
  const { t } = useWords('prevention')
  const { can } = useSession()
  const hosts = can('hosts:read')
  const tabs = [
    { to: '/prevention', label: t('tabs.blocks') },
    ...(hosts ? [{ to: '/prevention/hosts', label: t('tabs.hosts') }] : []),
    ...(hosts ? [{ to: '/prevention/policies', label: t('tabs.policies') }] : []),
  ]
  return (
    <>
      <PageHeader title={t('title')} about={t('about')} actions={can('alerts:handle') ? <AddBlock /> : undefined} />
      <PageTabs label={t('tabs.label')} tabs={tabs} />
      <Routes>
        <Route index element={<BlockList />} />
        {hosts ? <Route path="hosts" element={<BlockedHosts />} /> : null}
        {hosts ? <Route path="policies" element={<GroupPolicies />} /> : null}
        <Route path="*" element={<NotFoundState />} />
      </Routes>
    </>
  )
}
