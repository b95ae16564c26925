import { timeOf } from './since.ts'
import type { Wishing } from './wishing.ts'

/** What a person has to do when the plan has been carried out. */
export function adviseAfterwards(wishing: Wishing): void {
  const { incident } = wishing
  for (const way of incident.entryPoints) wishing.advise({ text: way.advice })
  const removed = new Set(incident.members.flatMap(one => (one.kind === 'account' ? [one.name] : [])))
  const keys = incident.members.flatMap(one => (one.kind === 'login-key' && one.user !== '*' ? [one.user] : []))
  const accounts = new Set(keys.filter(user => !removed.has(user)))
  for (const user of [...accounts].sort())
    wishing.advise({
      text: `Give ${user} a new password: whoever wrote a key there may know the old one.`,
      command: `passwd ${user}`,
    })
  adviseOnKeys(wishing)
  const preloaded = incident.members.some(
    one => one.kind === 'preload' || (one.kind === 'autostart' && one.mechanism === 'pam'),
  )
  if (preloaded)
    wishing.advise({
      text: 'Change every password that was typed on this host: a preloaded library or login module can read them.',
    })
}

/** Keys beside the intrusion that nothing accuses: a person knows whose they are. */
function adviseOnKeys(wishing: Wishing): void {
  const { incident, world } = wishing
  const times = incident.members.map(timeOf).filter((one): one is number => one !== undefined)
  const paths = new Set<string>()
  for (const key of world.all('login-key')) {
    const at = timeOf(key)
    if (wishing.ids.has(key.id) || at === undefined || paths.has(key.path)) continue
    if (times.some(time => Math.abs(time - at) <= sameMinutes)) paths.add(key.path)
  }
  for (const path of [...paths].sort()) {
    const keys = world.all('login-key').filter(one => one.path === path && !wishing.ids.has(one.id))
    const names = keys.map(one => `line ${one.line} ${one.comment || one.fingerprint}`).join(', ')
    wishing.advise({ text: `${path} was changed in the same minutes. Whose keys are these: ${names}?` })
  }
}

const sameMinutes = 10 * 60 * 1000
