import { isIP } from 'node:net'
import type { IdentifiedFact, Incident, ProcessFact, ProcessName } from '../model/index.ts'
import { actionsForAutostart } from './actions-for-autostart.ts'
import type { Judged } from './judge.ts'
import { isShared, isSharedTool } from './places.ts'
import type { Advice, PlanOptions, Skipped, Wanted, Wishes } from './wanted.ts'
import { timeOf } from './since.ts'
import { quarantine, type Wishing } from './wishing.ts'
import { isOwned, type Known, type World } from './world.ts'

/** What an incident asks for: the kind of each member knows its remedy. */
export function actionsFor(incident: Incident, world: World, judged: readonly Judged[], options: PlanOptions): Wishes {
  const actions: Wanted[] = []
  const skipped: Skipped[] = []
  const advice: Advice[] = []
  const remedies = new Map(
    judged.flatMap(one =>
      one.rule.meaning.remedy === undefined ? [] : [[one.finding.fact.id, one.rule.meaning.remedy] as const],
    ),
  )
  const wishing: Wishing = {
    world,
    incident,
    options,
    ids: new Set(incident.members.map(one => one.id)),
    remedyFor: id => remedies.get(id),
    want: (phase, rank, action, reason, fact) => actions.push({ phase, rank, action, reason, fact }),
    unlock: (path, pathBytes, flags, fact) => unlock(wishing, path, pathBytes, flags, fact),
    skip: one => skipped.push(one),
    advise: one => advice.push(one),
  }
  freezeAll(wishing)
  for (const member of incident.members) if (remedies.get(member.id) !== 'none') wish(member, wishing)
  blockNamedAddresses(wishing)
  adviseAfterwards(wishing)
  return { actions, skipped, advice }
}

function wish(fact: IdentifiedFact, wishing: Wishing): void {
  switch (fact.kind) {
    case 'process':
      wishing.want(
        'preserve',
        1,
        { kind: 'preserve-process', process: nameOfProcess(fact) },
        `killing pid ${fact.pid} would destroy it`,
        fact.id,
      )
      wishing.want(
        'remove',
        2,
        { kind: 'kill-process', process: nameOfProcess(fact) },
        `${fact.path ?? fact.name} belongs to the intrusion`,
        fact.id,
      )
      return
    case 'socket':
      if (isBlockable(fact.address))
        wishing.want(
          'contain',
          1,
          { kind: 'block-address', address: fact.address, seconds: wishing.options.blockSeconds },
          `${fact.name ?? 'a member'} talks to ${fact.address}:${fact.port}`,
          fact.id,
        )
      return
    case 'autostart':
      return actionsForAutostart(fact, wishing)
    case 'file':
      return wishFile(fact, wishing)
    case 'preload':
      return wishPreload(fact, wishing)
    case 'login-key':
    case 'sudo-rule':
    case 'hosts-entry':
    case 'resolver':
      return wishLine(fact, wishing)
    case 'account':
      return wishAccount(fact, wishing)
    case 'command-integrity':
      return wishCommand(fact, wishing)
    case 'mount':
      // A process below a mount can be neither stopped nor preserved before that is gone.
      wishing.want(
        fact.covers === 'process' ? 'freeze' : 'disarm',
        fact.covers === 'process' ? 0 : 3,
        { kind: 'unmount', path: fact.path, mountId: fact.mountId },
        `the mount over ${fact.path} hides what lies below`,
        fact.id,
      )
      return
    case 'sysctl':
      return wishSysctl(fact, wishing)
    case 'setting':
      return wishSetting(fact, wishing)
    case 'container':
      wishing.want(
        'disarm',
        7,
        {
          kind: 'stop-container',
          id: fact.id,
          runtime: fact.runtime,
          name: fact.name,
          path: fact.path,
          restartPolicy: fact.restartPolicy,
        },
        `container ${fact.name} (${fact.image}) belongs to the intrusion`,
        fact.id,
      )
      wishing.advise({ text: `Look at the image ${fact.image}: it would bring the program back.` })
      return
    case 'kernel-module':
      wishing.skip({
        what: `kernel module ${fact.name}`,
        why: 'a kernel cannot be cleaned from inside; rebuild the host',
        fact: fact.id,
      })
      return
    default:
      wishing.skip({ what: fact.kind, why: 'report only', fact: fact.id })
  }
}

function freezeAll(wishing: Wishing): void {
  const processes = wishing.incident.members.filter((one): one is Known<'process'> => one.kind === 'process')
  if (processes.length === 0) return
  const files = wishing.incident.members.filter((one): one is Known<'file'> => one.kind === 'file')
  const paths = files.filter(one => one.type === 'file').map(one => one.path)
  const running = processes.flatMap(one => [one.path, one.script]).filter((one): one is string => one !== undefined)
  // A program that only one of its processes is guilty with must not draw in the others.
  const own = running.filter(one => !isSharedTool(one) && !ownedAt(one, wishing.world) && isOurs(one, wishing))
  wishing.want(
    'freeze',
    1,
    {
      kind: 'freeze-processes',
      processes: processes.map(nameOfProcess),
      follow: {
        paths: [...new Set([...paths, ...own])].filter(one => !isShared(one)).sort(),
        sha256: [
          ...new Set(files.flatMap(one => (one.sha256 === undefined || one.size === 0 ? [] : [one.sha256]))),
        ].sort(),
      },
    },
    `${processes.length === 1 ? 'the process stops' : `all ${processes.length} processes stop`} at once, so that none can start another`,
    processes[0]?.id ?? '',
  )
}

function isOurs(path: string, { world, ids }: Wishing): boolean {
  const file = world.file(path)
  return file === undefined || ids.has(file.id)
}

function ownedAt(path: string, world: World): boolean {
  return (
    isOwned(world.file(path)?.ownership) ||
    world.all('process').some(one => one.path === path && isOwned(one.ownership))
  )
}

function wishFile(fact: Known<'file'>, wishing: Wishing): void {
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
  const original = wishing.incident.members.some(
    one => one.kind === 'command-integrity' && one.originals.some(it => it.path === fact.path),
  )
  // A native program is no shared configuration, wherever it lies.
  const shared = isShared(fact.path) && !fact.traits.includes('elf')
  if (handled || original || shared || fact.type === 'device') return
  if (fact.ownership === 'modified') {
    wishing.skip({
      what: fact.path,
      why: `it belongs to package ${fact.package ?? ''} and was changed: reinstall the package`,
      fact: fact.id,
    })
    return
  }
  wishing.unlock(fact.path, fact.pathBytes, fact.attributes, fact.id)
  const depth = fact.path.split('/').length
  const rank = fact.type === 'directory' ? 900 - Math.min(depth, 400) : 1
  wishing.want('remove', rank, quarantine(fact), reasonFor(fact, wishing), fact.id)
}

function reasonFor(fact: Known<'file'>, wishing: Wishing): string {
  const edge = wishing.incident.edges.find(one => one.to === fact.id)
  if (edge !== undefined) return `it ${edge.reason}`
  return fact.type === 'directory' ? 'it held parts of the intrusion' : 'it belongs to the intrusion'
}

function wishPreload(fact: Known<'preload'>, wishing: Wishing): void {
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

function wishLine(
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

function wishAccount(fact: Known<'account'>, wishing: Wishing): void {
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

function flagsAt(path: string, world: World): ('immutable' | 'append')[] {
  return world
    .all('setting')
    .filter(one => one.name === 'immutable' && one.path === path)
    .flatMap(one => one.attributes)
}

function wishCommand(fact: Known<'command-integrity'>, wishing: Wishing): void {
  wishing.unlock(fact.path, undefined, fact.attributes, fact.id)
  const original = fact.originals.find(one => one.agrees)
  if (fact.state === 'shadowed') {
    const file = wishing.world.file(fact.path)
    if (file !== undefined)
      wishing.want('remove', 1, quarantine(file), `it stands before the system's ${fact.name}`, fact.id)
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

const defaults = new Map([
  ['vm.nr_hugepages', '0'],
  ['kernel.nmi_watchdog', '1'],
])

function wishSysctl(fact: Known<'sysctl'>, wishing: Wishing): void {
  if (fact.live) {
    const value = defaults.get(fact.name)
    if (value !== undefined)
      wishing.want(
        'repair',
        3,
        { kind: 'set-sysctl', name: fact.name, value, expected: fact.value },
        `${fact.name} was set for the miner`,
        fact.id,
      )
    return
  }
  if (fact.line === undefined || fact.text === undefined) return
  wishing.unlock(fact.path, undefined, fact.attributes, fact.id)
  wishing.want(
    'repair',
    3,
    { kind: 'remove-line', path: fact.path, line: fact.line, text: fact.text },
    `${fact.name} was set for the miner`,
    fact.id,
  )
}

function wishSetting(fact: Known<'setting'>, wishing: Wishing): void {
  if (fact.path === undefined) return
  switch (fact.name) {
    case 'immutable':
      wishing.unlock(fact.path, undefined, fact.attributes, fact.id)
      return
    case 'selinux':
      if (fact.line === undefined || fact.text === undefined) return
      wishing.want(
        'repair',
        4,
        { kind: 'replace-line', path: fact.path, line: fact.line, text: fact.text, replacement: 'SELINUX=permissive' },
        'SELinux was switched off',
        fact.id,
      )
      wishing.advise({ text: 'Set SELINUX=enforcing after the next boot has relabelled the files.' })
      return
    case 'log-file':
    case 'history': {
      wishing.unlock(fact.path, undefined, fact.attributes, fact.id)
      if (fact.value.startsWith('/dev/null'))
        wishing.want(
          'repair',
          4,
          { kind: 'quarantine-file', path: fact.path, linkTarget: '/dev/null' },
          'what is written there is thrown away',
          fact.id,
        )
      return
    }
    case 'setuid': {
      const file = wishing.world.file(fact.path)
      if (file !== undefined) wishFile(file, wishing)
      return
    }
    default:
      wishing.skip({ what: `${fact.name} ${fact.path}`, why: 'report only', fact: fact.id })
  }
}

function blockNamedAddresses(wishing: Wishing): void {
  for (const member of wishing.incident.members) {
    const named =
      member.kind === 'file'
        ? member.endpoints.map(one => one.replace(/:\d+$/, '').replace(/^\[|\]$/g, ''))
        : member.kind === 'autostart'
          ? addressesIn(member.command)
          : member.kind === 'process'
            ? addressesIn(member.command)
            : []
    for (const address of new Set(named))
      if (isPublic(address))
        wishing.want(
          'contain',
          2,
          { kind: 'block-address', address, seconds: wishing.options.blockSeconds },
          `${'path' in member ? member.path : 'a member'} names ${address}`,
          member.id,
        )
  }
}

function addressesIn(text: string): string[] {
  return text.match(/\b\d{1,3}(?:\.\d{1,3}){3}\b/g) ?? []
}

/** Any address that is not this host's own loopback; what must never be blocked the remedy refuses itself. */
function isBlockable(address: string): boolean {
  return isIP(address) !== 0 && !/^(127\.|0\.|::1$|::$|fe80:|22[4-9]\.|23\d\.|255\.)/.test(address)
}

function isPublic(address: string): boolean {
  return (
    isIP(address) === 4 &&
    isBlockable(address) &&
    !/^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)/.test(address)
  )
}

function adviseAfterwards(wishing: Wishing): void {
  const { incident } = wishing
  for (const way of incident.entryPoints) wishing.advise({ text: way.advice })
  const accounts = new Set(incident.members.flatMap(one => (one.kind === 'login-key' ? [one.user] : [])))
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

function nameOfProcess(fact: ProcessFact): ProcessName {
  return { pid: fact.pid, startTime: fact.startTime, path: fact.path, command: fact.command }
}

function unlock(
  wishing: Wishing,
  path: string,
  pathBytes: string | undefined,
  flags: readonly ('immutable' | 'append')[],
  fact: string,
): void {
  const own = [...new Set([...flags, ...flagsAt(path, wishing.world)])].sort()
  if (own.length > 0)
    wishing.want(
      'disarm',
      1,
      { kind: 'clear-attributes', path, pathBytes, flags: own, acl: false },
      `${path} is ${own.join(' and ')}`,
      fact,
    )
  const directory = path.slice(0, path.lastIndexOf('/')) || '/'
  const above = flagsAt(directory, wishing.world)
  if (above.length > 0)
    wishing.want(
      'disarm',
      0,
      { kind: 'clear-attributes', path: directory, flags: [...new Set(above)].sort(), acl: false },
      `${directory} is ${above.join(' and ')}`,
      fact,
    )
}
