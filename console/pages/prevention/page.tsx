import { Route, Routes } from 'react-router'
import { NotFoundState, PageHeader, PageTabs } from '../../parts/index.ts'
import { useSession } from '../../session/index.ts'
import { useWords } from '../../words/index.ts'
import { AddBlock } from './add-block.tsx'
import { BlockList } from './block-list.tsx'
import { BlockedHosts } from './blocked-hosts.tsx'
import { Detections } from './detections.tsx'
import { GroupPolicies } from './group-policies.tsx'
import { Sensors } from './sensors.tsx'

export function Page() {
  const { t } = useWords('prevention')
  const { can } = useSession()
  const hosts = can('hosts:read')
  const alerts = can('alerts:read')
  const tabs = [
    ...(alerts ? [{ to: '/prevention', label: t('tabs.detections') }] : []),
    ...(hosts ? [{ to: '/prevention/sensors', label: t('tabs.sensors') }] : []),
    { to: alerts ? '/prevention/blocks' : '/prevention', label: t('tabs.blocks') },
    ...(hosts ? [{ to: '/prevention/hosts', label: t('tabs.hosts') }] : []),
    ...(hosts ? [{ to: '/prevention/policies', label: t('tabs.policies') }] : []),
  ]
  return (
    <>
      <PageHeader
        title={t('title')}
        about={t('about')}
        help="console"
        actions={can('alerts:handle') ? <AddBlock /> : undefined}
      />
      <PageTabs label={t('tabs.label')} tabs={tabs} />
      <Routes>
        <Route index element={alerts ? <Detections /> : <BlockList />} />
        {hosts ? <Route path="sensors" element={<Sensors />} /> : null}
        <Route path="blocks" element={<BlockList />} />
        {hosts ? <Route path="hosts" element={<BlockedHosts />} /> : null}
        {hosts ? <Route path="policies" element={<GroupPolicies />} /> : null}
        <Route path="*" element={<NotFoundState />} />
      </Routes>
    </>
  )
}
