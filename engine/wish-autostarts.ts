import type { Action } from '../model/index.ts'
import { mechanismWords } from './mechanism-words.ts'
import type { Known } from './world.ts'
import { isOwned } from './world.ts'
import { isUnit, isWholeFile } from './autostart-kinds.ts'
import { quarantine, type Wishing } from './wishing.ts'

/** Places where each file is a job of its own: a file that holds nothing but guilty lines goes as a whole. */
const dropIns =
  /^\/(etc\/(cron\.d|profile\.d|modules-load\.d|modprobe\.d|udev\/rules\.d|binfmt\.d|ld\.so\.conf\.d|apt\/apt\.conf\.d|dpkg\/dpkg\.cfg\.d|logrotate\.d|rsyslog\.d|supervisor\/conf\.d|supervisord\.d|xinetd\.d|monit\/conf\.d|tmpfiles\.d|ssh\/sshd_config\.d|sudoers\.d|NetworkManager\/\S+|init|sysctl\.d|xdg\/autostart)|(root|home\/[^/]+)\/\.config\/autostart|usr\/lib\/(tmpfiles|modules-load|modprobe)\.d|usr\/lib\/udev\/rules\.d|lib\/udev\/rules\.d|run\/udev\/rules\.d|run\/tmpfiles\.d)\/[^/]+$/

/** What an autostart asks for: its line, its file or its unit is taken away; nothing else of the file is touched. */
export function wishAutostart(fact: Known<'autostart'>, wishing: Wishing): void {
  wishing.unlock(fact.path, fact.pathBytes, fact.attributes, fact.id)
  const reason = `${mechanismWords(fact.mechanism)}${fact.name === undefined ? '' : ` ${fact.name}`} starts it again`
  if (fact.mechanism === 'container') return
  if (fact.mechanism === 'core-pattern') {
    wishing.want(
      'repair',
      3,
      { kind: 'set-sysctl', name: 'kernel.core_pattern', value: 'core', expected: fact.command },
      reason,
      fact.id,
    )
    return
  }
  if (fact.ownership === 'owned' || fact.ownership === 'verified') {
    wishing.skip({
      what: `${fact.mechanism} ${fact.path}`,
      why: `package ${fact.package ?? ''} put it there and it is unchanged`,
      fact: fact.id,
    })
    return
  }
  const replaced = wishing.world.filesAt(fact.targets).find(one => one.ownership === 'modified')
  if (fact.mechanism === 'pam' && replaced !== undefined) {
    // Without its line nobody could log in; the module behind it is what has to be put right.
    wishing.skip({
      what: `pam ${fact.path}`,
      why: `${replaced.path} was changed: reinstall its package`,
      fact: fact.id,
    })
    return
  }
  if (isUnit(fact)) return unit(fact, wishing, reason)
  const whole =
    isWholeFile(fact) ||
    (dropIns.test(fact.path) && allOf(fact, wishing)) ||
    fact.oddities.includes('rdb-wrapped') ||
    fact.oddities.includes('unknown-user')
  if (whole && !isOwned(fact.ownership) && fact.ownership !== 'modified') return file(fact, wishing, reason)
  if (fact.line !== undefined && fact.text !== undefined) {
    wishing.want('disarm', 4, lineOf(fact, fact.line, fact.text), reason, fact.id)
    return
  }
  wishing.skip({
    what: `${fact.mechanism} ${fact.path}`,
    why: 'it belongs to a package or has no line of its own: reinstall or edit it by hand',
    fact: fact.id,
  })
}

function unit(fact: Known<'autostart'>, wishing: Wishing, reason: string): void {
  if (isOwned(fact.ownership) || fact.ownership === 'modified') {
    wishing.skip({
      what: fact.path,
      why: `it belongs to package ${fact.package ?? ''}: reinstall the package`,
      fact: fact.id,
    })
    return
  }
  if (fact.line !== undefined && fact.text !== undefined && !allOf(fact, wishing)) {
    // Somebody's own unit to which a line was added: only that goes.
    wishing.want('disarm', 4, lineOf(fact, fact.line, fact.text), reason, fact.id)
    wishing.advise({ text: `Have systemd read ${fact.path} again.`, command: 'systemctl daemon-reload' })
    return
  }
  const name = fact.name ?? fact.path.slice(fact.path.lastIndexOf('/') + 1)
  const user = fact.mechanism === 'systemd-user-unit' ? fact.user : undefined
  const file = wishing.world.file(fact.path)
  // A drop-in belongs to a unit that is somebody's own: masking that would stop an innocent service.
  if (fact.mechanism !== 'systemd-drop-in' && user === undefined)
    wishing.want('disarm', 3, { kind: 'mask-unit', name }, reason, fact.id)
  wishing.want(
    'remove',
    3,
    {
      kind: 'remove-unit',
      name,
      path: fact.path,
      pathBytes: fact.pathBytes,
      sha256: file?.sha256,
      links: [...fact.links].sort(),
      user,
    },
    reason,
    fact.id,
  )
}

function file(fact: Known<'autostart'>, wishing: Wishing, reason: string): void {
  const seen = wishing.world.file(fact.path)
  wishing.want(
    'disarm',
    4,
    seen === undefined ? { kind: 'quarantine-file', path: fact.path, pathBytes: fact.pathBytes } : quarantine(seen),
    reason,
    fact.id,
  )
  for (const link of [...fact.links].sort()) {
    const target = wishing.world.file(link)
    wishing.want(
      'disarm',
      4,
      target === undefined ? { kind: 'quarantine-file', path: link } : quarantine(target),
      `the link ${link} starts it at boot`,
      fact.id,
    )
  }
}

/** True when every autostart of the file belongs to the incident. */
function allOf(fact: Known<'autostart'>, wishing: Wishing): boolean {
  return wishing.world.all('autostart').every(one => one.path !== fact.path || wishing.ids.has(one.id))
}

function lineOf(fact: Known<'autostart'>, line: number, text: string): Action {
  const { path, pathBytes, textBytes } = fact
  return { kind: 'remove-line', path, pathBytes, line, text, textBytes }
}
