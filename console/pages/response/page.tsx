import { Route, Routes } from 'react-router'
import { NotFoundState, PageHeader, PageTabs } from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'
import { Approvals } from './approvals/index.ts'
import { RunPage } from './run-page.tsx'
import { Runs } from './runs.tsx'
import { TaskPage } from './task-page.tsx'
import { Tasks } from './tasks.tsx'

export function Page() {
  return (
    <Routes>
      <Route path="runs/:host/:run" element={<RunPage />} />
      <Route path="tasks/:task" element={<TaskPage />} />
      <Route path="*" element={<Lists />} />
    </Routes>
  )
}

function Lists() {
  const { t } = useWords('response')
  return (
    <>
      <PageHeader title={t('title')} about={t('about')} help="console#response" />
      <PageTabs
        label={t('tabs.label')}
        tabs={[
          { to: '/response', label: t('tabs.runs') },
          { to: '/response/approvals', label: t('tabs.approvals') },
          { to: '/response/tasks', label: t('tabs.tasks') },
        ]}
      />
      <Routes>
        <Route index element={<Runs />} />
        <Route path="approvals" element={<Approvals />} />
        <Route path="tasks" element={<Tasks />} />
        <Route path="*" element={<NotFoundState />} />
      </Routes>
    </>
  )
}
