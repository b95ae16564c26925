import type { Bus, Center, Db } from '../context.ts'
import type { ApiRequest } from '../api/index.ts'
import { ProblemError } from '../problem-error.ts'
import { findAccount } from './account.ts'
import { appendAudit } from './audit.ts'
import { hashPassword } from './password.ts'
import { requireGoodPassword } from './password-policy.ts'
import { endSessions } from './session.ts'
import { dropSteps, startStep, tryStep, useUpStep } from './sign-in-step.ts'

const hour = 3_600
export const linkSeconds = { invitation: 72 * hour, reset: 24 * hour }

/** The secret lies behind `#`, which browsers send to no server and write into no log. Links that were given before end. */
export async function makeLink(
  db: Db,
  center: Pick<Center, 'settings' | 'clock'>,
  of: { readonly tenant: string; readonly user: string; readonly for: keyof typeof linkSeconds },
): Promise<{ link: string; expiresAt: string }> {
  await dropSteps(db, of.tenant, of.user, ['link'])
  const { ticket, expiresAt } = await startStep(db, {
    tenant: of.tenant,
    kind: 'link',
    user: of.user,
    seconds: linkSeconds[of.for],
    at: center.clock(),
  })
  return { link: `${center.settings.address}/link#${ticket}`, expiresAt: expiresAt.toISOString() }
}

/** Sets the password of the account that the link was made for; gives its name. Second factors stay as they are. */
export async function followLink({ db, center, credentials, id }: ApiRequest, token: string, password: string) {
  const at = center.clock()
  const step = await tryStep(db, token, ['link'], at)
  const account = step?.user === undefined ? undefined : await findAccount(db, step.tenant, step.user)
  if (!step || !account || (account.state !== 'active' && account.state !== 'invited'))
    throw new ProblemError(
      410,
      'link-over',
      'This link is over',
      'It works once and for a limited time. Ask an administrator for a new one.',
    )
  requireGoodPassword(password, account)
  await useUpStep(db, step, at)
  await setPassword(db, center.bus, { ...account, password, at, because: 'password was set by a link' })
  await appendAudit(db, {
    tenant: account.tenant_id,
    actor: { kind: 'user', id: account.user_id, name: account.name },
    address: credentials.address,
    action: 'password.set-by-link',
    object: { kind: 'user', id: account.user_id },
    request: id,
    at,
  })
  return account.name
}

/** All sessions end, but the one that is named. */
export async function setPassword(
  db: Db,
  bus: Bus,
  wanted: {
    readonly tenant_id: string
    readonly user_id: string
    readonly password: string
    readonly at: Date
    readonly because: string
    readonly except?: string
  },
): Promise<void> {
  await db
    .updateTable('user_account')
    .set({
      password_hash: await hashPassword(wanted.password),
      password_at: wanted.at,
      must_change: false,
      state: 'active',
    })
    .where('tenant_id', '=', wanted.tenant_id)
    .where('user_id', '=', wanted.user_id)
    .execute()
  await dropSteps(db, wanted.tenant_id, wanted.user_id, ['link', 'second-factor', 'confirm-key'])
  await endSessions(db, bus, {
    tenant: wanted.tenant_id,
    user: wanted.user_id,
    because: wanted.because,
    at: wanted.at,
    except: wanted.except,
  })
}
