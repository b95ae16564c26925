import { Badge, HostText } from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'

/** What became of a try. */
export function ResultBadge({ result }: { readonly result: string }) {
  const { t } = useWords('notifications')
  if (result === 'delivered') return <Badge tone="good">{t('results.delivered')}</Badge>
  if (result === 'refused') return <Badge tone="critical">{t('results.refused')}</Badge>
  return (
    <Badge tone="informational">
      <HostText>{result}</HostText>
    </Badge>
  )
}
