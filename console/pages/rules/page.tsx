import { Route, Routes } from 'react-router'
import { PageHeader, PageTabs } from '../../parts/index.ts'
import { useSession } from '../../session/index.ts'
import { useWords } from '../../words/index.ts'
import { Catalogue } from './catalogue.tsx'
import { Packs } from './packs.tsx'
import { RulePage } from './rule-page.tsx'
import { UploadPack } from './upload-pack.tsx'

export function Page() {
  return (
    <Routes>
      <Route index element={<Lists part="catalogue" />} />
      <Route path="packs" element={<Lists part="packs" />} />
      <Route path=":rule" element={<RulePage />} />
    </Routes>
  )
}

function Lists({ part }: { readonly part: 'catalogue' | 'packs' }) {
  const { t } = useWords('rules')
  const { can } = useSession()
  const tabs = [
    { to: '/rules', label: t('tabs.catalogue') },
    { to: '/rules/packs', label: t('tabs.packs') },
  ]
  return (
    <>
      <PageHeader
        title={t('title')}
        about={t('about')}
        actions={part === 'packs' && can('rules:write') ? <UploadPack /> : undefined}
      />
      <PageTabs label={t('tabs.label')} tabs={tabs} />
      {part === 'packs' ? <Packs /> : <Catalogue />}
    </>
  )
}
