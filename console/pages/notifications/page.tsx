import { Route, Routes } from 'react-router'
import { NoPermissionState, NotFoundState, PageHeader, PageTabs } from '../../parts/index.ts'
import { useSession } from '../../session/index.ts'
import { useWords } from '../../words/index.ts'
import { Channels } from './channels.tsx'
import { Deliveries } from './deliveries.tsx'
import { Preview } from './preview.tsx'
import { NotifyRoutes } from './notify-routes.tsx'

export function Page() {
  const { t } = useWords('notifications')
  const { can } = useSession()
  if (!can('notifications:write')) return <NoPermissionState />
  const tabs = [
    { to: '/notifications', label: t('tabs.channels') },
    { to: '/notifications/routes', label: t('tabs.routes') },
    { to: '/notifications/deliveries', label: t('tabs.deliveries') },
    { to: '/notifications/preview', label: t('tabs.preview') },
  ]
  return (
    <>
      <PageHeader title={t('title')} about={t('about')} help="notifications" />
      <PageTabs label={t('tabs.label')} tabs={tabs} />
      <Routes>
        <Route index element={<Channels />} />
        <Route path="routes" element={<NotifyRoutes />} />
        <Route path="deliveries" element={<Deliveries />} />
        <Route path="preview" element={<Preview />} />
        <Route path="*" element={<NotFoundState />} />
      </Routes>
    </>
  )
}
