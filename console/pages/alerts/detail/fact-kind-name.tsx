import { HostText } from '../../../parts/index.ts'
import { useWords } from '../../../words/index.ts'
import { knownKind } from './kinds.ts'

/** "Process", "Scheduled or started again"; a kind that this console does not know as it is. */
export function FactKindName({ kind }: { readonly kind: string }) {
  const { t } = useWords('alerts/detail')
  const known = knownKind(kind)
  return known === undefined ? <HostText>{kind}</HostText> : t(`kinds.${known}`)
}
