import type { Center } from '../context.ts'
import { idleMs } from './session.ts'

const day = 86_400_000

/** Removes what is over: sign-ins under way, ended sessions and attempts after 30 days, delays after one. To be called hourly. */
export async function tidyPeople({ store, clock }: Pick<Center, 'store' | 'clock'>): Promise<void> {
  const now = clock().getTime()
  const ago = (ms: number) => new Date(now - ms)
  await store.system(async db => {
    await db.deleteFrom('sign_in_step').where('expires_at', '<', ago(day)).execute()
    await db
      .deleteFrom('login_throttle')
      .where('last_at', '<', ago(2 * day))
      .execute()
    await db
      .deleteFrom('login_attempt')
      .where('at', '<', ago(30 * day))
      .execute()
    await db
      .deleteFrom('session')
      .where(({ eb, or }) =>
        or([
          eb('revoked_at', '<', ago(30 * day)),
          eb('expires_at', '<', ago(30 * day)),
          eb('last_used', '<', ago(idleMs + 30 * day)),
        ]),
      )
      .execute()
  })
}
