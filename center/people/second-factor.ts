import type { KeyAssertion } from '../../model/api/index.ts'
import type { ApiRequest } from '../api/index.ts'
import { type Account, openTotp } from './account.ts'
import { useRecoveryCode } from './recovery-code.ts'
import { checkAssertion, findKey, keyUsed, needRelyingParty } from './security-key.ts'
import { totpStep } from './totp.ts'

export type FactorProof =
  | { readonly way: 'code'; readonly code: string }
  | { readonly way: 'recovery'; readonly code: string }
  | { readonly way: 'key'; readonly key: KeyAssertion }

/** Whether a code, recovery code or key is the account's. Uses it up. */
export async function factorIsGood(
  request: ApiRequest,
  account: Account,
  given: FactorProof,
  challenge: string,
): Promise<boolean> {
  const { db, center } = request
  const { tenant_id: tenant, user_id: user } = account
  const at = center.clock()
  if (given.way === 'recovery') return useRecoveryCode(db, tenant, user, given.code, at)
  if (given.way === 'code') return useCode(request, account, given.code)
  const party = needRelyingParty(center.settings.address)
  const key = await findKey(db, tenant, given.key.id)
  if (key?.user_id !== user || challenge === '') return false
  const counter = await checkAssertion(party, challenge, given.key, key, 'preferred')
  if (counter === undefined) return false
  await keyUsed(db, tenant, key.credential_id, counter, at)
  return true
}

export function challengeOf(detail: unknown): string {
  const found = typeof detail === 'object' && detail !== null && 'challenge' in detail ? detail.challenge : ''
  return typeof found === 'string' ? found : ''
}

async function useCode({ db, center }: ApiRequest, account: Account, code: string): Promise<boolean> {
  if (account.totp_sealed === null) return false
  const { tenant_id: tenant, user_id: user } = account
  const step = totpStep(
    openTotp(center.keys, tenant, user, account.totp_sealed),
    code,
    center.clock(),
    account.totp_step,
  )
  if (step === undefined) return false
  // Of two requests with the same code at the same time only one finds the step unused.
  const used = await db
    .updateTable('user_account')
    .set({ totp_step: step })
    .where('tenant_id', '=', tenant)
    .where('user_id', '=', user)
    .where(({ eb, or }) => or([eb('totp_step', 'is', null), eb('totp_step', '<', step)]))
    .returning('user_id')
    .execute()
  return used.length > 0
}
