import { Button, Stack, Tabs } from '@mantine/core'
import { Plus } from 'lucide-react'
import { Link, Navigate, Route, Routes, useNavigate, useParams } from 'react-router'
import { NoPermissionState, NotFoundState, PageHeader } from '../../../parts/index.ts'
import { useSession } from '../../../session/index.ts'
import { useWords } from '../../../words/index.ts'
import { EnrolmentList } from './enrolment-list.tsx'
import { TokenList } from './token-list.tsx'

/** With what hosts join, and which asked to. */
export function Enrolment() {
  const { t } = useWords('hosts')
  const { can } = useSession()
  const { '*': rest = '' } = useParams()
  const navigate = useNavigate()
  const here = rest.split('/')[0] === 'tokens' ? 'tokens' : 'requests'
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
          <Tabs
            value={here}
            onChange={tab => void navigate(`/hosts/enrolment/${tab ?? 'requests'}`)}
            activateTabWithKeyboard={false}
          >
            <Tabs.List aria-label={t('enrolment.title')}>
              <Tabs.Tab value="requests">{t('enrolment.requests')}</Tabs.Tab>
              <Tabs.Tab value="tokens">{t('enrolment.tokens')}</Tabs.Tab>
            </Tabs.List>
          </Tabs>
          <Routes>
            <Route index element={<Navigate to="/hosts/enrolment/requests" replace />} />
            <Route path="requests" element={<EnrolmentList />} />
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
