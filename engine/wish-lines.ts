import { quarantine, type Wishing } from './wishing.ts'
import { isOwned, type Known } from './world.ts'

/** The line of a preload list, or its guilty part. */
export function wishPreload(fact: Known<'preload'>, wishing: Wishing): void {
  // A unit's own setting goes with the unit or its drop-in.
  const unit = wishing.incident.members.some(
    one => one.kind === 'autostart' && one.path === fact.path && one.mechanism.startsWith('systemd-'),
  )
  if (unit || fact.line === undefined) return
  wishing.unlock(fact.path, undefined, fact.attributes, fact.id)
  const others = wishing.world
    .all('preload')
    .filter(one => one.path === fact.path && one.line === fact.line && !wishing.ids.has(one.id))
    .map(one => one.library)
  const line = { path: fact.path, line: fact.line, text: fact.text, textBytes: fact.textBytes }
  const reason = `${fact.library} is loaded into every program`
  if (others.length === 0) wishing.want('disarm', 2, { kind: 'remove-line', ...line }, reason, fact.id)
  else {
    const prefix = /^(\s*(?:export\s+)?(?:LD_\w+=)?["']?)/.exec(fact.text)?.[1] ?? ''
    wishing.want(
      'disarm',
      2,
      { kind: 'replace-line', ...line, replacement: `${prefix}${others.join(' ')}` },
      reason,
      fact.id,
    )
  }
}

/** A key, a sudo rule, a hosts entry: its line goes. */
export function wishLine(
  fact: Known<'login-key'> | Known<'sudo-rule'> | Known<'hosts-entry'> | Known<'resolver'>,
  wishing: Wishing,
): void {
  wishing.unlock(fact.path, 'pathBytes' in fact ? fact.pathBytes : undefined, fact.attributes, fact.id)
  if (fact.kind === 'sudo-rule' && fact.path.startsWith('/etc/sudoers.d/') && allRulesOf(fact, wishing)) {
    const file = wishing.world.file(fact.path)
    if (file !== undefined && !isOwned(file.ownership)) {
      wishing.want('disarm', 6, quarantine(file), `it lets ${fact.user} become another user`, fact.id)
      return
    }
  }
  const reason = {
    'login-key': `this key opens the account ${'user' in fact ? fact.user : ''}`,
    'sudo-rule': `it lets ${'user' in fact ? fact.user : ''} become another user`,
    'hosts-entry': 'it sends names of updates or security services nowhere',
    resolver: 'it sends name look-ups to a foreign server',
  }[fact.kind]
  const exact = 'textBytes' in fact ? fact.textBytes : undefined
  const bytes = 'pathBytes' in fact ? fact.pathBytes : undefined
  const rank = fact.kind === 'login-key' ? 5 : 6
  wishing.want(
    fact.kind === 'hosts-entry' || fact.kind === 'resolver' ? 'repair' : 'disarm',
    rank,
    { kind: 'remove-line', path: fact.path, pathBytes: bytes, line: fact.line, text: fact.text, textBytes: exact },
    reason,
    fact.id,
  )
}

function allRulesOf(fact: Known<'sudo-rule'>, wishing: Wishing): boolean {
  return wishing.world.all('sudo-rule').every(one => one.path !== fact.path || wishing.ids.has(one.id))
}
