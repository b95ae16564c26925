import type { IdentifiedFact } from '../model/index.ts'
import { hardTimeOf, timeOf } from './since.ts'
import type { Known, World } from './world.ts'

/** A file of keys that was changed in the minutes of an intrusion, with keys in it that nothing accuses. */
export interface KeysInQuestion {
  readonly path: string
  readonly text: string
  /** Nothing else tells why the file was changed then: one of its keys may be the intruder's way back. */
  readonly unexplained: boolean
}

/** Keys beside an intrusion of which only a person knows whose they are; an allowlist entry of theirs is the answer. */
export function keysInQuestion(members: readonly IdentifiedFact[], world: World): KeysInQuestion[] {
  const times = members.map(momentOf).filter((one): one is number => one !== undefined)
  const accused = members.filter((one): one is Known<'login-key'> => one.kind === 'login-key')
  const ids = new Set(accused.map(one => one.id))
  const files = new Map<string, Known<'login-key'>[]>()
  for (const key of world.all('login-key')) {
    const at = timeOf(key)
    if (ids.has(key.id) || at === undefined || world.allows(key)) continue
    if (times.some(time => Math.abs(time - at) <= sameMinutes))
      files.set(key.path, [...(files.get(key.path) ?? []), key])
  }
  return [...files].sort(byPath).map(([path, keys]) => {
    const names = keys.map(one => `line ${one.line} ${one.comment || one.fingerprint}`).join(', ')
    return {
      path,
      text: `${path} was changed in the same minutes. Whose keys are these: ${names}?`,
      unexplained: !accused.some(one => one.path === path),
    }
  })
}

const sameMinutes = 10 * 60 * 1000

/** When the intruder touched it. A command that was renamed kept the birth and modification times of its installation. */
function momentOf(fact: IdentifiedFact): number | undefined {
  return fact.kind === 'file' ? Date.parse(fact.changed) : hardTimeOf(fact)
}

function byPath([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1
}
