import { Route, Routes } from 'react-router'
import { NotFoundState, PageHeader, PageTabs } from '../../parts/index.ts'
import { useSession } from '../../session/index.ts'
import { useWords } from '../../words/index.ts'
import { AddIndicators } from './add-indicators.tsx'
import { CampaignPage } from './campaign-page.tsx'
import { Campaigns } from './campaigns.tsx'
import { Indicators } from './indicators.tsx'
import { Lookup } from './lookup.tsx'
import { PublishIndicators } from './publish-indicators.tsx'

export function Page() {
  return (
    <Routes>
      <Route index element={<Lists part="lookup" />} />
      <Route path="indicators" element={<Lists part="indicators" />} />
      <Route path="campaigns" element={<Lists part="campaigns" />} />
      <Route path="campaigns/:campaign" element={<CampaignPage />} />
      <Route path="*" element={<NotFoundState />} />
    </Routes>
  )
}

function Lists({ part }: { readonly part: 'lookup' | 'indicators' | 'campaigns' }) {
  const { t } = useWords('intelligence')
  const { can } = useSession()
  const tabs = [
    { to: '/intelligence', label: t('tabs.lookup') },
    { to: '/intelligence/indicators', label: t('tabs.indicators') },
    { to: '/intelligence/campaigns', label: t('tabs.campaigns') },
  ]
  const buttons = (
    <>
      <PublishIndicators />
      <AddIndicators label={t('add.open')} />
    </>
  )
  return (
    <>
      <PageHeader
        title={t('title')}
        about={t('about')}
        actions={part === 'indicators' && can('rules:write') ? buttons : undefined}
      />
      <PageTabs label={t('tabs.label')} tabs={tabs} />
      {part === 'lookup' ? <Lookup /> : part === 'indicators' ? <Indicators /> : <Campaigns />}
    </>
  )
}
