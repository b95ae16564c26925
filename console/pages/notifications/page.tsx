import { PageHeader } from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'

export function Page() {
  const { t } = useWords('notifications')
  return <PageHeader title={t('title')} />
}
