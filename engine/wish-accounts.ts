import { flagsAt } from './unlock.ts'
import type { Wishing } from './wishing.ts'
import type { Known } from './world.ts'

/** An account that the intruder made is removed, one that he opened is locked. */
export function wishAccount(fact: Known<'account'>, wishing: Wishing): void {
  for (const path of ['/etc/passwd', '/etc/shadow', '/etc/group', '/etc/gshadow']) {
    const flags = flagsAt(path, wishing.world)
    wishing.unlock(
      path,
      undefined,
      path === '/etc/passwd' ? [...new Set([...flags, ...fact.attributes])] : flags,
      fact.id,
    )
  }
  if (wishing.remedyFor(fact.id) === 'remove-account')
    wishing.want(
      'disarm',
      6,
      { kind: 'remove-account', name: fact.name, uid: fact.uid, line: fact.line, text: fact.text },
      `the account ${fact.name} was left as a way back in`,
      fact.id,
    )
  else
    wishing.want(
      'disarm',
      6,
      { kind: 'lock-account', name: fact.name, uid: fact.uid },
      `the account ${fact.name} should not be able to log in`,
      fact.id,
    )
}
