import { keysInQuestion } from './keys-in-question.ts'
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
  for (const { text } of keysInQuestion(incident.members, wishing.world)) wishing.advise({ text })
  const preloaded = incident.members.some(
    one => one.kind === 'preload' || (one.kind === 'autostart' && one.mechanism === 'pam'),
  )
  if (preloaded)
    wishing.advise({
      text: 'Change every password that was typed on this host: a preloaded library or login module can read them.',
    })
}
