import { useCall } from '../../../center/index.ts'
import { canUseKeys } from '../../../people/index.ts'

/** A security key that its owner registered for approvals. */
export interface OwnKey {
  /** As pinned on hosts. */
  readonly name: string
  readonly credential: string
}

/** Keys with which somebody can sign here and now. */
export function useOwnKeys(user: string): readonly OwnKey[] {
  const registered = useCall('listApproverKeys')
  const factors = useCall('showSecondFactors')
  if (!canUseKeys()) return []
  const credentials = factors.data?.keys.map(one => one.id) ?? []
  return (registered.data?.items ?? []).flatMap(one => {
    if (one.kind !== 'webauthn' || one.user !== user) return []
    // The entry for agent.yml is the one place that says which key it is.
    const credential = credentials.find(
      id => one.agentYml.includes(`credential: ${id}`) || one.agentYml.includes(`"${id}"`),
    )
    return credential === undefined ? [] : [{ name: one.name, credential }]
  })
}
