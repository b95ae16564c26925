import { huntKinds } from '../../../model/api/index.ts'
import { HostText } from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'

/** Why a host is at risk; the center says it in English (center/ingest/hosts-at-risk.ts). */
export function RiskReason({ because }: { readonly because: string }) {
  const { t } = useWords('intelligence')
  const [, kind, term = ''] = /^has the same (\S+): (.*)$/s.exec(because) ?? []
  const known = huntKinds.find(one => one === kind)
  if (known !== undefined)
    return (
      <>
        {t('campaigns.same', { kind: t(`kinds.${known}`) })}: <HostText>{term}</HostText>
      </>
    )
  const [, address] = /^somebody logged in from (\S+), a host of this campaign$/.exec(because) ?? []
  return <HostText prose>{address === undefined ? because : t('campaigns.login', { address })}</HostText>
}
