import { Route, Routes } from 'react-router'
import { NotFoundState, PageHeader, PageTabs } from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'
import { History } from './history.tsx'
import { ScanNow } from './scan-now.tsx'
import { Schedule } from './schedule.tsx'
import { TaskPage } from './task-page.tsx'

export function Page() {
  return (
    <Routes>
      <Route path="tasks/:task" element={<TaskPage />} />
      <Route path="*" element={<Parts />} />
    </Routes>
  )
}

function Parts() {
  const { t } = useWords('virus-scan')
  return (
    <>
      <PageHeader title={t('title')} about={t('about')} help="agent" />
      <PageTabs
        label={t('title')}
        tabs={[
          { to: '/virus-scan', label: t('tabs.scan') },
          { to: '/virus-scan/history', label: t('tabs.history') },
          { to: '/virus-scan/schedule', label: t('tabs.schedule') },
        ]}
      />
      <Routes>
        <Route index element={<ScanNow />} />
        <Route path="history" element={<History />} />
        <Route path="schedule" element={<Schedule />} />
        <Route path="*" element={<NotFoundState />} />
      </Routes>
    </>
  )
}
