import { HostText } from '../../../parts/index.ts'
import { useWords } from '../../../words/index.ts'

/** Who did it: the name of a person or token, or one of the two that have no name. */
export function Actor({ children }: { readonly children: string }) {
  const { t } = useWords('alerts/detail')
  if (children === 'host' || children === 'center') return <>{t(`actors.${children}`)}</>
  return <HostText prose>{children}</HostText>
}
