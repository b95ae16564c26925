import type { IdentifiedFact } from '../model/index.ts'
import { executes } from './executes.ts'
import { isDropPlace, isHidingName, isOddDirectory, isShared, isSharedTool } from './places.ts'
import { isOwned, type Known, liesOddly, type World } from './world.ts'

/** A step of the walk: a fact that belongs to the same intrusion, and why. */
export interface Step {
  readonly to: IdentifiedFact
  readonly reason: string
  /** The account that is reached is the intruder's own: what it may do and who logs in to it goes along. */
  readonly own?: true
}

/** What the walk has to know besides the facts. */
export interface WalkLimits {
  /** Facts with findings of their own: those may be taken along where nothing else speaks for it. */
  readonly suspicious: ReadonlySet<string>
  /** Facts that somebody allowed: the walk ends there. */
  readonly trusted: ReadonlySet<string>
  /** The present session of whoever runs the program, and the program itself. */
  readonly protectedPids: ReadonlySet<number>
}

/**
 * Everything one step away from a guilty fact that is guilty with it. It never walks through what a package owns
 * unmodified, interpreters and shared tools, system and home directories, or the administrator's present session.
 */
export function stepsFrom(fact: IdentifiedFact, world: World, limits: WalkLimits): Step[] {
  return reach(fact, world, limits).filter(
    step => step.to.id !== fact.id && !limits.trusted.has(step.to.id) && mayBeTaken(step, limits),
  )
}

function reach(fact: IdentifiedFact, world: World, limits: WalkLimits): Step[] {
  switch (fact.kind) {
    case 'process':
      return fromProcess(fact, world, limits)
    case 'file':
      return fromFile(fact, world, limits)
    case 'autostart':
      return fromAutostart(fact, world, limits)
    case 'preload':
      return [...toFiles(fact.targets, world, 'is the library that it loads'), ...protections(fact.path, world)]
    case 'socket':
      return processStep(fact.pid, world, `holds the connection to ${fact.address}:${fact.port}`)
    case 'mount':
      return processStep(fact.pid, world, 'is hidden by this mount')
    case 'account':
      return fromAccount(fact, world)
    case 'command-integrity':
      return [
        ...toFiles([fact.path], world, 'stands in the place of the command'),
        ...toFiles(
          fact.originals.map(one => one.path),
          world,
          'is the original under another name',
        ),
        ...protections(fact.path, world),
      ]
    case 'kernel-module':
      return fact.path === undefined ? [] : toFiles([fact.path], world, 'is the file of the module')
    case 'sudo-rule':
      return [...toItsAccount(fact, world, limits), ...protections(fact.path, world)]
    case 'login-key':
    case 'hosts-entry':
      return protections(fact.path, world)
    default:
      return []
  }
}

function fromProcess(fact: Known<'process'>, world: World, limits: WalkLimits): Step[] {
  const program = [fact.path, fact.script]
    .filter((one): one is string => one !== undefined && !isSharedTool(one))
    .filter(path => world.filesAt([path]).every(one => mayAccuse(fact.uid, one, limits)))
  const steps: Step[] = [
    ...toFiles(program, world, 'is what the process runs'),
    ...world
      .filesAt(fact.targets)
      .filter(file => isBad(file, limits) || (liesOddly(file.path) && file.type === 'file'))
      .map(to => ({ to, reason: 'was given to the process' })),
    ...world
      .filesAt(fact.openFiles)
      .filter(file => liesOddly(file.path) && !isDropPlaceRoot(file.path))
      .map(to => ({ to, reason: 'is held open by the process' })),
  ]
  for (const one of world.all('process')) {
    if (one.pid === fact.pid) continue
    if (one.parentPid === fact.pid && !isPlainService(fact))
      steps.push({ to: one, reason: `was started by pid ${fact.pid}` })
    if (one.pid === fact.parentPid && startsIt(one, fact, world, limits))
      steps.push({ to: one, reason: `started pid ${fact.pid}` })
    if (sameProgram(fact, one, world) && (fact.uid === 0 || fact.uid === one.uid))
      steps.push({ to: one, reason: 'runs the same program' })
  }
  for (const path of program)
    for (const one of world.startersOf(path)) if (executes(one, path)) steps.push({ to: one, reason: `starts ${path}` })
  for (const one of world.all('socket'))
    if (one.pid === fact.pid && one.scope !== 'loopback')
      steps.push({ to: one, reason: 'is a connection of the process' })
  for (const one of world.all('mount'))
    if (one.pid === fact.pid && one.covers === 'process') steps.push({ to: one, reason: 'hides the process' })
  return steps
}

function fromFile(fact: Known<'file'>, world: World, limits: WalkLimits): Step[] {
  const steps: Step[] = []
  if (fact.sha256 !== undefined)
    for (const to of world.copiesOf(fact.sha256))
      if (mayAccuse(fact.uid, to, limits)) steps.push({ to, reason: 'has the same content' })
  for (const one of world.runnersOf(fact.path))
    if (one.path === fact.path || one.script === fact.path) steps.push({ to: one, reason: `runs ${fact.path}` })
  // What starts a package's program is not guilty of somebody having changed that program.
  if (fact.ownership !== 'modified')
    for (const one of world.startersOf(fact.path))
      if (executes(one, fact.path)) steps.push({ to: one, reason: `starts ${fact.path}` })
  for (const one of world.all('preload'))
    if (one.targets.includes(fact.path)) steps.push({ to: one, reason: `loads ${fact.path} into every program` })
  for (const one of world.all('command-integrity'))
    if (one.path === fact.path) steps.push({ to: one, reason: 'is the command that it replaced' })
  for (const one of world.all('sudo-rule'))
    if (one.command.includes(fact.path)) steps.push({ to: one, reason: `lets ${one.user} run it as another user` })
  for (const one of world.all('autostart'))
    if (one.path === fact.path && isWholeFile(one)) steps.push({ to: one, reason: 'is this autostart' })
  if (isBad(fact, limits)) {
    for (const to of world.scriptsRunning(fact.path))
      if (mayAccuse(fact.uid, to, limits)) steps.push({ to, reason: `runs ${fact.path}` })
    steps.push(...grantsOf(fact, world))
  }
  for (const to of mates(fact, world))
    if (hides(to.path) || mayAccuse(fact.uid, to, limits))
      steps.push({ to, reason: 'lies in the same hidden or volatile directory' })
  for (const to of world.filesAt(fact.targets))
    if (
      isBad(to, limits) ||
      (!isShared(to.path) && liesOddly(to.path) && !isDropPlaceRoot(to.path)) ||
      (bornTogether(fact, to) && mayAccuse(fact.uid, to, limits))
    )
      steps.push({ to, reason: `is named by ${fact.path}` })
  if (fact.type === 'symlink' && fact.linkTarget !== undefined)
    steps.push(
      ...toFiles([fact.linkTarget], world, 'is what the link points at').filter(
        ({ to }) => isBad(to, limits) || (to.kind === 'file' && !isShared(to.path) && liesOddly(to.path)),
      ),
    )
  return [...steps, ...protections(fact.path, world)]
}

function fromAutostart(fact: Known<'autostart'>, world: World, limits: WalkLimits): Step[] {
  const steps: Step[] = []
  for (const to of world.filesAt(fact.targets)) {
    if (to.path === fact.path && !isWholeFile(fact)) continue
    if (isBad(to, limits) || liesOddly(to.path) || standsOn(fact, to, world, limits))
      steps.push({ to, reason: `is named by ${fact.path}${fact.line === undefined ? '' : `:${fact.line}`}` })
  }
  if (isWholeFile(fact)) steps.push(...toFiles([fact.path], world, 'is the file of the autostart'))
  for (const one of world.all('autostart')) {
    if (one.id === fact.id) continue
    if (one.path === fact.path && isMainLine(fact)) steps.push({ to: one, reason: 'is another line of the same unit' })
    if (triggers(one, fact) || triggers(fact, one)) steps.push({ to: one, reason: 'is the unit that goes with it' })
  }
  for (const one of world.all('preload'))
    if (one.path === fact.path && isUnit(fact)) steps.push({ to: one, reason: 'is set by the same unit' })
  for (const pid of fact.mechanism === 'systemd-drop-in' || !isMainLine(fact) ? [] : (fact.pids ?? []))
    steps.push(...processStep(pid, world, `runs in ${fact.name ?? fact.path}`))
  return [...steps, ...protections(fact.path, world)]
}

/** Keys and accounts that a guilty script names as those it makes. Public keys are known to all: only who may write there is believed. */
function grantsOf(fact: Known<'file'>, world: World): Step[] {
  const grants = new Set(fact.grants)
  if (grants.size === 0) return []
  const keys = world
    .all('login-key')
    .filter(one => grants.has(one.fingerprint) && (fact.uid === 0 || world.account(one.user)?.uid === fact.uid))
  const accounts = world
    .all('account')
    .filter(one => fact.uid === 0 && grants.has(`account:${one.name}`) && isPersonal(one))
  return [
    ...keys.map(to => ({ to, reason: `is in the text of ${fact.path}` })),
    ...accounts.map(to => ({ to, reason: `is made by ${fact.path}`, own: true as const })),
  ]
}

/** The account that a guilty rule gives all rights to, where both came in the same minutes. */
function toItsAccount(fact: Known<'sudo-rule'>, world: World, limits: WalkLimits): Step[] {
  const to = world.account(fact.user)
  const made = to?.createdAt ?? to?.homeCreatedAt
  if (to === undefined || made === undefined || !isPersonal(to) || !isBad(fact, limits)) return []
  if (Math.abs(Date.parse(made) - Date.parse(fact.modified)) > together) return []
  return [{ to, reason: `was made in the minutes in which ${fact.path} gave it all rights`, own: true }]
}

/** No account of the system, and none that is needed to get in. */
function isPersonal(account: Known<'account'>): boolean {
  return !account.system && account.uid >= 1000 && account.loginShell
}

/** Only what an account that should not exist owns; the caller has made sure that it is such an account. */
function fromAccount(fact: Known<'account'>, world: World): Step[] {
  if (fact.name === 'root') return []
  const steps: Step[] = protections('/etc/passwd', world)
  for (const one of world.all('login-key'))
    if (one.user === fact.name) steps.push({ to: one, reason: `logs in as ${fact.name}` })
  for (const one of world.all('sudo-rule'))
    if (one.user === fact.name) steps.push({ to: one, reason: `is given to ${fact.name}` })
  for (const one of world.all('autostart'))
    if (one.user === fact.name && one.mechanism === 'cron-user')
      steps.push({ to: one, reason: `is a job of ${fact.name}` })
  return steps
}

/**
 * Whoever has no rights on a file cannot make it guilty: a copy of it, a process with false arguments or a script that
 * names it would be bait. Root may accuse everything, others only what is theirs, hidden, or suspicious in itself.
 */
function mayAccuse(uid: number | undefined, to: IdentifiedFact, limits: WalkLimits): boolean {
  if (to.kind !== 'file') return true
  return uid === 0 || uid === to.uid || isBad(to, limits) || liesOddly(to.path)
}

/**
 * An autostart is there for a file when it executes it and does nothing else that would be reason enough: a line that also
 * fetches something may have been put behind an administrator's own command.
 */
function standsOn(fact: Known<'autostart'>, to: Known<'file'>, world: World, limits: WalkLimits): boolean {
  if (!executes(fact, to.path) || /:\/\/|\/dev\/(tcp|udp)\//.test(fact.command)) return false
  const uid = fact.user === undefined ? 0 : (world.account(fact.user)?.uid ?? 0)
  return mayAccuse(uid, to, limits)
}

/** Of a service its ExecStart; a line before or after it may have been added to somebody's own unit. */
function isMainLine(fact: Known<'autostart'>): boolean {
  if (!isUnit(fact) || fact.mechanism === 'systemd-drop-in') return false
  return fact.text === undefined || !/^\s*Exec(StartPre|StartPost|Stop|StopPost|Reload|Condition)\s*=/.test(fact.text)
}

function isBad(fact: IdentifiedFact, limits: WalkLimits): boolean {
  return limits.suspicious.has(fact.id)
}

/** The last word on whether a reached fact may belong to an incident at all. */
function mayBeTaken({ to: fact, reason }: Step, limits: WalkLimits): boolean {
  switch (fact.kind) {
    case 'file':
      // What a link leads to says nothing about the link.
      if (fact.type === 'symlink') return isBad(fact, limits) || (!isShared(fact.path) && liesOddly(fact.path))
      if (isOwned(fact.ownership) || fact.type === 'device') return false
      if (isShared(fact.path)) return limits.suspicious.has(fact.id)
      // A command's original beside its impostor is the package's own file under another name.
      if (reason === 'is the original under another name') return true
      if (isBad(fact, limits)) return true
      // Without a package database nobody can say whether a program in a system directory belongs there.
      if (fact.ownership === 'unknown') return !isSystemProgram(fact.path)
      return fact.ownership !== 'modified'
    case 'process':
      return fact.pid > 1 && !fact.kernelThread && !limits.protectedPids.has(fact.pid)
    case 'autostart':
      return isBad(fact, limits) || (fact.ownership !== 'owned' && fact.ownership !== 'verified')
    default:
      return true
  }
}

function isSystemProgram(path: string): boolean {
  return /^\/(usr\/)?(s?bin|lib|lib64)\//.test(path) && !liesOddly(`${path}/`)
}

/** A program of a package that is no interpreter: its children are not guilty because it is. */
function isPlainService(fact: Known<'process'>): boolean {
  return isOwned(fact.ownership) && (fact.path === undefined || !isSharedTool(fact.path))
}

/**
 * The parent belongs to it when it is suspicious or hidden itself, or a shell that was told to run exactly this. A service
 * that was broken into started the miner too, and is not guilty of it.
 */
function startsIt(parent: Known<'process'>, child: Known<'process'>, world: World, limits: WalkLimits): boolean {
  if (parent.pid <= 1 || parent.kernelThread) return false
  const own = [parent.path, parent.script].filter((one): one is string => one !== undefined && !isSharedTool(one))
  if (own.some(liesOddly) || world.filesAt(own).some(one => isBad(one, limits))) return true
  const names = [child.path, child.script].filter((one): one is string => one !== undefined && !isSharedTool(one))
  return isShell(parent) && parent.argv.length > 1 && names.some(name => parent.command.includes(name))
}

function isShell(fact: Known<'process'>): boolean {
  return /\/(ba|da|z|k|a)?sh$|\/busybox$/.test(fact.path ?? '')
}

function sameProgram(a: Known<'process'>, b: Known<'process'>, world: World): boolean {
  if (a.kernelThread || b.kernelThread) return false
  if (a.script !== undefined || b.script !== undefined) return a.script !== undefined && a.script === b.script
  if (a.path === undefined || isOwned(a.ownership) || isSharedTool(a.path)) return false
  return a.path === b.path || (a.sha256 !== undefined && a.sha256 === b.sha256 && !isCopyOfPackaged(a, world))
}

function isCopyOfPackaged(fact: Known<'process'>, world: World): boolean {
  return fact.path !== undefined && world.file(fact.path)?.packagedCopy !== undefined
}

/** Below a name that hides; a mere drop place is shared by all users. */
function hides(path: string): boolean {
  return path.split('/').some(part => part !== '' && isHidingName(part))
}

function mates(fact: Known<'file'>, world: World): readonly Known<'file'>[] {
  const root = hidingRoot(fact.path)
  if (root === undefined) return []
  return world.all('file').filter(one => one.path === root || one.path.startsWith(`${root}/`))
}

/** The topmost directory on the way to a file that hides, or the file's own directory below a drop place. */
export function hidingRoot(path: string): string | undefined {
  const parts = path.split('/')
  for (let depth = 1; depth < parts.length - 1; depth++)
    if (isHidingName(parts[depth] ?? '')) return parts.slice(0, depth + 1).join('/')
  const directory = parts.slice(0, -1).join('/')
  const below = isDropPlace(directory) && !isShared(directory) && !/^\/run\/user\/\d+$/.test(directory)
  return below && isOddDirectory(directory) ? directory : undefined
}

function isDropPlaceRoot(path: string): boolean {
  return isShared(path)
}

/** Ten minutes: a dropper writes what it brings in one go. */
const together = 10 * 60 * 1000

function bornTogether(a: Known<'file'>, b: Known<'file'>): boolean {
  if (!b.executable || isShared(b.path)) return false
  return Math.abs(Date.parse(a.changed) - Date.parse(b.changed)) <= together
}

const wholeFiles = new Set([
  'cron-periodic',
  'at',
  'init-d',
  'systemd-generator',
  'systemd-hook',
  'network-manager',
  'networkd-dispatcher',
  'dhclient',
  'ifupdown',
  'ppp',
  'acpid',
  'dbus-service',
  'openrc',
  'upstart',
  'runit',
  'motd',
  'xdg-autostart',
  'x-session',
  'git-hook',
  'quadlet',
  'static-pod',
  'initramfs',
  'python-start',
  'dnf-plugin',
  'pacman-hook',
  'ssh-rc',
  'linger',
])

/** True where the file as a whole is the autostart, not one of its lines. */
export function isWholeFile(fact: Known<'autostart'>): boolean {
  return wholeFiles.has(fact.mechanism) && fact.line === undefined
}

/** True for the kinds of autostart that systemd calls a unit. */
export function isUnit(fact: Known<'autostart'>): boolean {
  return /^systemd-(unit|timer|path|socket|mount|user-unit|transient|drop-in)$/.test(fact.mechanism)
}

/** A timer, path or socket and the service that it starts. */
function triggers(trigger: Known<'autostart'>, service: Known<'autostart'>): boolean {
  if (!/^systemd-(timer|path|socket)$/.test(trigger.mechanism) && !/\.(timer|path|socket)$/.test(trigger.name ?? ''))
    return false
  if (service.name === undefined || trigger.name === undefined || !service.name.endsWith('.service')) return false
  const named = trigger.settings.find(one => one.startsWith('Unit='))?.slice('Unit='.length)
  return (named ?? `${trigger.name.replace(/\.\w+$/, '')}.service`) === service.name && !isOwned(trigger.ownership)
}

function protections(path: string, world: World): Step[] {
  return world
    .all('setting')
    .filter(
      one =>
        one.name === 'immutable' && one.path !== undefined && (one.path === path || path.startsWith(`${one.path}/`)),
    )
    .filter(one => one.path === path || path.slice((one.path?.length ?? 0) + 1).indexOf('/') < 0)
    .map(to => ({ to, reason: `keeps ${path} from being changed` }))
}

function processStep(pid: number | undefined, world: World, reason: string): Step[] {
  const to = pid === undefined ? undefined : world.process(pid)
  return to === undefined || isPlainService(to) ? [] : [{ to, reason }]
}

function toFiles(paths: readonly string[], world: World, reason: string): Step[] {
  return world.filesAt(paths).map(to => ({ to, reason }))
}
