import { storyReasons } from '../../../../model/api/index.ts'
import { HostText, inertText } from '../../../parts/index.ts'
import { useWords } from '../../../words/index.ts'

/** How one thing leads to another: "starts", "talks to", or a sentence of the host's program. */
export function Reason({ children }: { readonly children: string }) {
  const text = useReason()
  const known = storyReasons.some(one => one === children)
  return known ? text(children) : <HostText prose>{children}</HostText>
}

/** The same as plain text, for drawings. */
export function useReason(): (reason: string) => string {
  const { t } = useWords('alerts/detail')
  return reason => {
    const known = storyReasons.find(one => one === reason)
    return known === undefined ? inertText(reason) : t(`reasons.${known}`)
  }
}
