import { isShared, twinPath } from './places.ts'
import { flagsAt } from './unlock.ts'
import { quarantine, type Wishing } from './wishing.ts'
import type { Known, World } from './world.ts'

/** A file goes into quarantine unless something else takes it away, or nothing may. */
export function wishFile(fact: Known<'file'>, wishing: Wishing): void {
  // What has a remedy of its own as unit, command or whole autostart is taken away by that one.
  const handled = wishing.incident.members.some(
    one =>
      (one.kind === 'command-integrity' && one.path === fact.path && one.state === 'replaced') ||
      (one.kind === 'autostart' &&
        one.path === fact.path &&
        one.mechanism.startsWith('systemd-') &&
        one.mechanism !== 'systemd-generator' &&
        one.mechanism !== 'systemd-hook'),
  )
  const original = wishing.incident.members.some(one => one.kind === 'command-integrity' && isKept(fact, one))
  // A native program is no shared configuration, wherever it lies.
  const shared = isShared(fact.path) && !fact.traits.includes('elf')
  if (handled || original || shared || fact.type === 'device' || isTwinOfMember(fact, wishing)) return
  if (fact.injected !== undefined) return wishInjected(fact, wishing)
  if (fact.ownership === 'modified') {
    wishing.skip({
      what: fact.path,
      why: `it belongs to package ${fact.package ?? ''} and was changed: reinstall the package`,
      fact: fact.id,
    })
    return
  }
  wishing.unlock(fact.path, fact.pathBytes, fact.attributes, fact.id)
  adviseOwner(fact, wishing)
  const depth = fact.path.split('/').length
  const rank = fact.type === 'directory' ? 900 - Math.min(depth, 400) : 1
  wishing.want('remove', rank, quarantine(fact), reasonFor(fact, wishing), fact.id)
}

/** Whether a command is put back from this file, or may have to be by a person: a second copy of what comes back is neither. */
function isKept(fact: Known<'file'>, command: Known<'command-integrity'>): boolean {
  const original = command.originals.find(one => one.path === fact.path)
  return original !== undefined && (!original.agrees || original === soundOriginalOf(command))
}

function soundOriginalOf({ originals }: Known<'command-integrity'>) {
  return originals.find(one => one.agrees)
}

/** The same file by way of /bin, /sbin or /lib, which are links today: it goes under its own path. */
function isTwinOfMember(fact: Known<'file'>, wishing: Wishing): boolean {
  if (fact.type !== 'symlink' || fact.linkTarget === undefined || twinPath(fact.path) !== fact.linkTarget) return false
  const twin = wishing.world.file(fact.linkTarget)
  return twin !== undefined && twin.id !== fact.id && wishing.ids.has(twin.id)
}

/** A page of the site stays: only what was put into it goes. */
function wishInjected(fact: Known<'file'>, wishing: Wishing): void {
  const lines = fact.injected ?? []
  if (lines.length === 0) {
    wishing.skip({
      what: fact.path,
      why: 'where the foreign part of this page ends cannot be told: edit it by hand',
      fact: fact.id,
    })
    wishing.advise({ text: `Compare ${fact.path} with the site's own copy and take out what does not belong there.` })
    return
  }
  wishing.unlock(fact.path, fact.pathBytes, fact.attributes, fact.id)
  adviseOwner(fact, wishing)
  for (const { line, text, textBytes, replacement } of lines) {
    const where = { path: fact.path, pathBytes: fact.pathBytes, line, text, textBytes }
    const action =
      replacement === undefined
        ? { kind: 'remove-line' as const, ...where }
        : { kind: 'replace-line' as const, ...where, replacement }
    wishing.want('remove', 1, action, 'it was put into a page of the site', fact.id)
  }
}

/** Whoever keeps the whole of it elsewhere can compare, and would bring back what was taken with the next release. */
function adviseOwner(fact: Known<'file'>, wishing: Wishing): void {
  if (fact.package !== undefined && fact.ownership === 'modified')
    wishing.advise({
      text: `${fact.path} belongs to package ${fact.package} and was changed: put it back from there, since other changes may not be seen.`,
      command: reinstallCommand(fact.package, wishing.world),
    })
  if (fact.workTree === undefined) return
  const inside = fact.path.startsWith(`${fact.workTree}/`) ? fact.path.slice(fact.workTree.length + 1) : fact.path
  wishing.advise({
    text: `${fact.path} lies in the git work tree ${fact.workTree}: see who brought it and what else was changed, and take it out of the repository too if it is there.`,
    command: `git -C ${quoted(fact.workTree)} log -- ${quoted(inside)}; git -C ${quoted(fact.workTree)} status --short`,
  })
}

function quoted(word: string): string {
  return /^[\w./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}

function reasonFor(fact: Known<'file'>, wishing: Wishing): string {
  const edge = wishing.incident.edges.find(one => one.to === fact.id)
  if (edge !== undefined) return `it ${edge.reason}`
  return fact.type === 'directory' ? 'it held parts of the intrusion' : 'it belongs to the intrusion'
}

/** A replaced command is put back from a sound original, else from its package. */
export function wishCommand(fact: Known<'command-integrity'>, wishing: Wishing): void {
  wishing.unlock(fact.path, undefined, fact.attributes, fact.id)
  const original = soundOriginalOf(fact)
  // A wrapper of no package outside the command directories: the system's own command is where it was.
  const isBeside =
    fact.package === undefined && fact.ownership === 'unowned' && !/^\/(?:usr\/)?s?bin\/[^/]+$/.test(fact.path)
  if (fact.state === 'shadowed' || (isBeside && original === undefined)) {
    const file = wishing.world.file(fact.path)
    if (file !== undefined)
      wishing.want('remove', 1, quarantine(file), `it stands before the system's ${fact.name}`, fact.id)
    else wishing.skip({ what: fact.path, why: 'no file was seen there: remove it by hand', fact: fact.id })
    return
  }
  if (original !== undefined && fact.recordedDigest !== undefined) {
    wishing.unlock(original.path, undefined, flagsAt(original.path, wishing.world), fact.id)
    wishing.want(
      'repair',
      1,
      {
        kind: 'restore-command',
        path: fact.path,
        sha256: fact.sha256,
        from: original.path,
        fromSha256: original.sha256,
        recordedDigest: fact.recordedDigest,
      },
      `${original.path} has the checksum that package ${fact.package ?? ''} recorded`,
      fact.id,
    )
    return
  }
  if (fact.state === 'not-executable' && isMendable(fact)) {
    const { path, sha256, recordedDigest } = fact
    wishing.want(
      'repair',
      1,
      { kind: 'restore-command', path, sha256, from: path, fromSha256: sha256, recordedDigest },
      `${path} is what package ${fact.package ?? ''} installed, but nobody may run it`,
      fact.id,
    )
    return
  }
  const command = reinstallCommand(fact.package, wishing.world)
  if (fact.package !== undefined && wishing.options.reinstall) {
    wishing.want(
      'repair',
      2,
      { kind: 'reinstall-package', package: fact.package, paths: [fact.path], command },
      `${fact.path} was ${fact.state} and no sound original lies beside it`,
      fact.id,
    )
    return
  }
  wishing.skip({
    what: fact.path,
    why: `it was ${fact.state} and no original with the package's checksum was found`,
    fact: fact.id,
  })
  wishing.advise({ text: `Put ${fact.path} back from its package.`, command })
}

/** These have rights of their own that no list of Debian's records: only their package knows them. */
const privileged = new Set(['su', 'sudo', 'passwd', 'mount', 'umount', 'crontab', 'at'])

function isMendable(
  fact: Known<'command-integrity'>,
): fact is Known<'command-integrity'> & { readonly sha256: string; readonly recordedDigest: string } {
  return fact.sha256 !== undefined && fact.recordedDigest !== undefined && !privileged.has(fact.name)
}

function reinstallCommand(name: string | undefined, world: World): string {
  const rpm = world.all('package').some(one => one.manager === 'rpm')
  const apk = world.all('package').some(one => one.manager === 'apk')
  const what = name ?? 'PACKAGE'
  return rpm
    ? `dnf reinstall -y ${what}`
    : apk
      ? `apk fix --reinstall ${what}`
      : `apt-get install --reinstall -y ${what}`
}
