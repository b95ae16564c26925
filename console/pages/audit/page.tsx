import { Button } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { ShieldCheck } from 'lucide-react'
import { PageHeader, useUrlFilter } from '../../parts/index.ts'
import { useSession } from '../../session/index.ts'
import { useWords } from '../../words/index.ts'
import { AuditFilters, filterNames } from './audit-filters.tsx'
import { AuditList } from './audit-list.tsx'
import { ExportLog } from './export-log.tsx'
import { VerifyLog } from './verify-log.tsx'

/** Who did what. */
export function Page() {
  const { t } = useWords('audit')
  const { canEverywhere } = useSession()
  const [filter, setFilter] = useUrlFilter(filterNames)
  const [verifying, verify] = useDisclosure()
  const all = canEverywhere('audit:read')
  return (
    <>
      <PageHeader
        title={t('title')}
        about={all ? t('about') : `${t('about')} ${t('own')}`}
        actions={
          <>
            <ExportLog filter={filter} />
            {all ? (
              <Button leftSection={<ShieldCheck size={16} aria-hidden />} onClick={verify.open}>
                {t('verify.do')}
              </Button>
            ) : null}
          </>
        }
      />
      <AuditFilters values={filter} onChange={setFilter} />
      <AuditList filter={filter} />
      <VerifyLog opened={verifying} onClose={verify.close} />
    </>
  )
}
