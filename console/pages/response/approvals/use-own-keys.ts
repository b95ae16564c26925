import { useCall } from '../../../center/index.ts'
import { canUseKeys } from '../../../people/index.ts'

/** A security key that its owner registered for approvals. */
export interface OwnKey {
  /** As pinned on hosts. */
  readonly name: string
  readonly credential: string
}

/** Keys with which somebody can sign here and now: hosts refuse what was signed on a page of another origin. */
export function useOwnKeys(user: string): readonly OwnKey[] {
  const { data } = useCall('listApproverKeys')
  if (!canUseKeys()) return []
  return (data?.items ?? []).flatMap(({ name, user: owner, securityKey }) =>
    owner === user && securityKey?.origin === window.location.origin
      ? [{ name, credential: securityKey.credential }]
      : [],
  )
}
