import { PageHeader } from '../../../parts/index.ts'
import { useWords } from '../../../words/index.ts'

export function AlertList() {
  const { t } = useWords('alerts')
  return <PageHeader title={t('title')} />
}
