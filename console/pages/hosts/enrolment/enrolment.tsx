import { Button, Stack } from '@mantine/core'
import { Plus } from 'lucide-react'
import { Link, Route, Routes } from 'react-router'
import { NoPermissionState, NotFoundState, PageHeader, PageTabs } from '../../../parts/index.ts'
import { useSession } from '../../../session/index.ts'
import { useWords } from '../../../words/index.ts'
import { EnrolmentList } from './enrolment-list.tsx'
import { TokenList } from './token-list.tsx'

/** With what hosts join, and which asked to. */
export function Enrolment() {
  const { t } = useWords('hosts')
  const { can } = useSession()
  return (
    <>
      <PageHeader
        title={t('enrolment.title')}
        about={t('enrolment.about')}
        help="agent"
        actions={
          can('hosts:enrol') ? (
            <Button component={Link} to="/hosts/add" size="sm" leftSection={<Plus size={16} aria-hidden />}>
              {t('add')}
            </Button>
          ) : null
        }
      />
      {can('hosts:enrol') ? (
        <Stack gap="sm">
          <PageTabs
            label={t('enrolment.title')}
            tabs={[
              { to: '/hosts/enrolment', label: t('enrolment.requests') },
              { to: '/hosts/enrolment/tokens', label: t('enrolment.tokens') },
            ]}
          />
          <Routes>
            <Route index element={<EnrolmentList />} />
            <Route path="tokens" element={<TokenList />} />
            <Route path="*" element={<NotFoundState />} />
          </Routes>
        </Stack>
      ) : (
        <NoPermissionState />
      )}
    </>
  )
}
