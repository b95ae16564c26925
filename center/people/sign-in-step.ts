import type { Db } from '../context.ts'
import { uuid7 } from '../uuid7.ts'
import { hashOf, newSecret } from './secret.ts'

export type StepKind = 'second-factor' | 'passkey' | 'register-key' | 'confirm-key' | 'link' | 'oidc'

export interface Step {
  readonly tenant: string
  readonly id: string
  readonly user: string | undefined
  readonly detail: unknown
}

export interface NewStep {
  readonly tenant: string
  readonly kind: StepKind
  readonly user?: string
  /** JSON. What would open a door does not belong here unsealed. */
  readonly detail?: unknown
  readonly seconds: number
  readonly at: Date
}

/** Wrong answers after which a step is over. */
const mostTries = 5

/** A sign-in under way, or a one-time link; gives the secret that continues it, which the store does not have. */
export async function startStep(db: Db, wanted: NewStep): Promise<{ ticket: string; expiresAt: Date }> {
  const ticket = newSecret()
  const expiresAt = new Date(wanted.at.getTime() + wanted.seconds * 1000)
  await db
    .insertInto('sign_in_step')
    .values({
      tenant_id: wanted.tenant,
      step_id: uuid7(wanted.at),
      hash: hashOf(ticket),
      kind: wanted.kind,
      user_id: wanted.user ?? null,
      detail: JSON.stringify(wanted.detail ?? {}),
      created_at: wanted.at,
      expires_at: expiresAt,
    })
    .execute()
  return { ticket, expiresAt }
}

/** Counts a try and gives the step, locked until the transaction ends; `undefined`: unknown, over, used or tried too often. */
export async function tryStep(db: Db, ticket: string, kinds: readonly StepKind[], at: Date): Promise<Step | undefined> {
  const row = await db
    .updateTable('sign_in_step')
    .set(({ eb }) => ({ tries: eb('tries', '+', 1) }))
    .where('hash', '=', hashOf(ticket))
    .where('kind', 'in', kinds)
    .where('used_at', 'is', null)
    .where('expires_at', '>', at)
    .where('tries', '<', mostTries)
    .returningAll()
    .executeTakeFirst()
  return row && { tenant: row.tenant_id, id: row.step_id, user: row.user_id ?? undefined, detail: row.detail }
}

export async function useUpStep(db: Db, step: Step, at: Date): Promise<void> {
  await db
    .updateTable('sign_in_step')
    .set({ used_at: at, detail: '{}' })
    .where('tenant_id', '=', step.tenant)
    .where('step_id', '=', step.id)
    .execute()
}

/** All steps of a kind that a user has open: a new link makes the old ones worthless. */
export async function dropSteps(db: Db, tenant: string, user: string, kinds: readonly StepKind[]): Promise<void> {
  await db
    .deleteFrom('sign_in_step')
    .where('tenant_id', '=', tenant)
    .where('user_id', '=', user)
    .where('kind', 'in', kinds)
    .execute()
}
