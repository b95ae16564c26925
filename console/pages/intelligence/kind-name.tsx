import { huntKinds } from '../../../model/api/index.ts'
import { HostText } from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'

/** "Login key"; what this console does not know, as it is. */
export function KindName({ kind }: { readonly kind: string }) {
  const { t } = useWords('intelligence')
  const known = huntKinds.find(one => one === kind)
  return known === undefined ? <HostText>{kind}</HostText> : t(`kinds.${known}`)
}
