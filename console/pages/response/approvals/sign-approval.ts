import type { Approval } from '../../../../model/wire/index.ts'
import type { AnswerTo } from '../../../center/index.ts'
import { KeyFailure, signWithKey } from '../../../people/index.ts'
import { base64 } from './base64.ts'
import type { OwnKey } from './use-own-keys.ts'

/**
 * Has the document of an approval request signed by one of the own registered security keys (model/wire/order.ts `approval`). Rejects
 * when nobody touches the key, or when the key that was touched is registered for no approvals.
 */
export async function signApproval(
  { approved, challenge }: AnswerTo<'approvalRequest'>,
  keys: readonly OwnKey[],
): Promise<Approval> {
  const key = await signWithKey({
    challenge,
    rpId: window.location.hostname,
    allowCredentials: keys.map(({ credential }) => ({ type: 'public-key', id: credential })),
    userVerification: 'preferred',
    timeout: 60_000,
  })
  const { name } = keys.find(one => one.credential === key.id) ?? {}
  if (name === undefined) throw new KeyFailure('unusable', undefined)
  const { authenticatorData, clientDataJSON, signature } = key.response
  return {
    approved,
    approver: name,
    proof: {
      kind: 'webauthn',
      credential: key.id,
      authenticatorData: base64(authenticatorData),
      clientDataJson: base64(clientDataJSON),
      signature: base64(signature),
    },
  }
}
