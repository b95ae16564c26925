import type { IdentifiedFact } from '../model/index.ts'
import { isMainLine, isUnit, isWholeFile, triggers } from './autostart-kinds.ts'
import { executes } from './executes.ts'
import { isBad, mayAccuse, mayBeTaken, type Step, type WalkLimits } from './guilt.ts'
import { bornTogether, hides, mates, together } from './mates.ts'
import { isShared, isSharedTool } from './places.ts'
import { isPlainService, sameProgram, startsIt } from './process-kin.ts'
import { containerIdOf, isOwned, type Known, liesOddly, programsOf, type World } from './world.ts'

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
    case 'bpf-program':
      return fact.holders
        .filter(one => !isOwned(one.ownership))
        .flatMap(one => processStep(one.pid, world, 'holds the BPF program'))
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
  const program = programsOf(fact)
    .filter(one => !isSharedTool(one))
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
  // A container is there for its first program. Of one that was broken into only the program that was added goes.
  for (const one of world.all('container'))
    if (one.pid === fact.pid && fact.container !== undefined && containerIdOf(one).startsWith(fact.container))
      steps.push({ to: one, reason: 'is the container that runs it' })
  return steps
}

function fromFile(fact: Known<'file'>, world: World, limits: WalkLimits): Step[] {
  // Of a page of the site only the lines that were put into it are guilty: what else it names and starts is the site's.
  if (fact.injected !== undefined)
    return toFiles(fact.targets, world, `is named by ${fact.path}`).filter(({ to }) => isBad(to, limits))
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
  for (const to of world.minerConfigsFor(fact)) steps.push({ to, reason: 'is a configuration beside the program' })
  if (fact.traits.includes('miner-config'))
    for (const to of world.filesIn(fact.path.slice(0, fact.path.lastIndexOf('/'))))
      if (world.minerConfigsFor(to).includes(fact))
        steps.push({ to, reason: 'is the program beside the configuration' })
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
 * An autostart is there for a file when it executes it and does nothing else that would be reason enough: a line that also
 * fetches something may have been put behind an administrator's own command.
 */
function standsOn(fact: Known<'autostart'>, to: Known<'file'>, world: World, limits: WalkLimits): boolean {
  if (!executes(fact, to.path) || /:\/\/|\/dev\/(tcp|udp)\//.test(fact.command)) return false
  const uid = fact.user === undefined ? 0 : (world.account(fact.user)?.uid ?? 0)
  return mayAccuse(uid, to, limits)
}

function isDropPlaceRoot(path: string): boolean {
  return isShared(path)
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
