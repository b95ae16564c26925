import type { AutostartFact, Fact, Mechanism } from '../../model/index.ts'
import { displayBytes } from '../../target/index.ts'
import type { Survey } from '../collector.ts'
import { autostartFact, isStock } from './autostart-fact.ts'
import { commandTargets } from './command.ts'
import { glob } from './directory.ts'
import { isPreloadVariable, preloadFacts } from './preload-fact.ts'
import { type Activation, triggeredBy } from './unit-activation.ts'
import { environmentWords, execCommand, resolveSpecifiers, type UnitDirective } from './unit-file.ts'
import { type DropIn, dropInsOf, knownName, lastValue, type UnitFile, type UnitTree } from './unit-tree.ts'

/** Whose manager it is. */
export interface UnitScope {
  readonly tree: UnitTree
  readonly activation: Activation
  /** Absent for the system's manager; then units say themselves as whom they run. */
  readonly owner?: { readonly user: string; readonly home?: string | undefined; readonly runtime: string } | undefined
  readonly userUnits: boolean
  /** The pids of a running unit. */
  readonly pidsOf?: ((unit: string) => number[]) | undefined
}

/** Every command that a manager's units and drop-ins start, one fact each, and the libraries they preload. */
export function* unitFacts(survey: Survey, scope: UnitScope): Generator<Fact> {
  for (const [name, files] of scope.tree.units)
    for (const [rank, file] of files.entries()) {
      yield* commandFacts(survey, scope, file, oddityOf(scope.tree, name, rank))
      yield* preloadsOf(survey, file.path, file.directives, specifiersOf(survey, scope, name, file.directives))
    }
  for (const dropIn of scope.tree.dropIns) yield* dropInFacts(survey, scope, dropIn)
}

function oddityOf(tree: UnitTree, name: string, rank: number): 'masked' | 'overridden' | undefined {
  if (tree.masked.has(name)) return 'masked'
  return rank > 0 ? 'overridden' : undefined
}

const starting = /^Exec(?:Start|StartPre|StartPost|Stop|StopPost|Reload|Condition|StopPre)$/

function* commandFacts(
  survey: Survey,
  scope: UnitScope,
  file: UnitFile,
  oddity: 'masked' | 'overridden' | undefined,
): Generator<AutostartFact> {
  const { name } = file
  const { tree, activation } = scope
  const on = oddity === undefined && activation.started.has(name)
  const oddities = oddity === undefined ? [] : [oddity]
  const about = {
    name: displayBytes(name),
    user: userOf(scope, file.directives),
    enabled: on,
    path: file.path,
    links: linksOf(tree, file),
  }
  const execs = file.directives.filter(directive => starting.test(directive.name) && directive.value !== '')
  const pids = on ? scope.pidsOf?.(name) : undefined
  for (const exec of execs) {
    const replaced = isReplaced(tree, file, exec)
    const fact = autostartFact(survey, {
      ...about,
      mechanism: commandMechanism(scope, file),
      line: exec.line,
      text: exec.text,
      command: execCommand(exec.value),
      targets: execTargets(survey, scope, name, file.directives, exec),
      schedule: exec.name.startsWith('ExecStop') ? 'stop' : activation.started.get(name),
      enabled: on && !replaced,
      settings: [exec.name, ...settingsOf(file.directives)],
      oddities: replaced ? [...oddities, 'overridden'] : oddities,
    })
    yield pids === undefined || pids.length === 0 ? fact : { ...fact, pids }
  }
  const trigger = triggerMechanism(name)
  if (trigger !== undefined) yield triggerFact(survey, scope, file, { ...about, mechanism: trigger, oddities })
}

function commandMechanism(scope: UnitScope, { name, directory }: UnitFile): Mechanism {
  if (/\/transient$/.test(directory)) return 'systemd-transient'
  if (scope.userUnits) return 'systemd-user-unit'
  if (name.endsWith('.socket')) return 'systemd-socket'
  return /\.(?:auto)?mount$/.test(name) ? 'systemd-mount' : 'systemd-unit'
}

function triggerMechanism(name: string): Mechanism | undefined {
  if (name.endsWith('.timer')) return 'systemd-timer'
  if (name.endsWith('.path')) return 'systemd-path'
  if (name.endsWith('.socket')) return 'systemd-socket'
  return /\.(?:auto)?mount$/.test(name) ? 'systemd-mount' : undefined
}

const triggerDirectives = /^On[A-Z]\w*Sec$|^OnCalendar$|^Path\w+$|^DirectoryNotEmpty$|^Listen\w+$|^Where$/

/** A timer, path or socket says when; the command and its files are those of the unit it starts. */
function triggerFact(
  survey: Survey,
  scope: UnitScope,
  file: UnitFile,
  about: Omit<Parameters<typeof autostartFact>[1], 'command'>,
): AutostartFact {
  const when = file.directives.filter(({ name, value }) => triggerDirectives.test(name) && value !== '')
  const [first] = when
  const place = {
    schedule: when
      .map(({ name, value }) => `${name}=${value}`)
      .join(' ')
      .slice(0, 500),
    line: first?.line,
    text: first?.text,
  }
  const unit = triggeredBy(file)
  const own = settingsOf(file.directives).filter(setting => !setting.startsWith('Unit='))
  if (unit === undefined) {
    const what = lastValue(file.directives, 'What') ?? ''
    const command = `mount ${what} ${lastValue(file.directives, 'Where') ?? ''}`.trim()
    const targets = /^\/(?!dev\/)/.test(what) ? [what] : []
    return autostartFact(survey, { ...about, ...place, command, targets, settings: own })
  }
  const { command, targets } = commandOfUnit(survey, scope, unit)
  return autostartFact(survey, { ...about, ...place, command, targets, settings: [`Unit=${unit}`, ...own] })
}

/**
 * What the file of a unit runs. Drop-ins are told by themselves: where one of them changes the command, it is to be removed and
 * not the timer of a service that a package owns.
 */
function commandOfUnit(survey: Survey, scope: UnitScope, unit: string): { command: string; targets: string[] } {
  const directives = scope.tree.units.get(knownName(scope.tree, unit))?.[0]?.directives ?? []
  const starts = directives.filter(({ name }) => name === 'ExecStart')
  const live = starts.slice(starts.findLastIndex(({ value }) => value === '') + 1)
  const targets = live.flatMap(exec => execTargets(survey, scope, unit, directives, exec))
  return {
    command: live.map(({ value }) => execCommand(value)).join('; '),
    targets: [...new Set(targets)].slice(0, 64),
  }
}

/** An empty assignment later in the file or in a drop-in takes the earlier ones of its name back. */
function isReplaced(tree: UnitTree, file: UnitFile, exec: UnitDirective): boolean {
  const resets = ({ name, value }: UnitDirective) => name === exec.name && value === ''
  if (file.directives.some(directive => resets(directive) && directive.line > exec.line)) return true
  return dropInsOf(tree, file.name).some(({ directives }) => directives.some(resets))
}

function* dropInFacts(survey: Survey, scope: UnitScope, dropIn: DropIn): Generator<Fact> {
  const { tree, activation } = scope
  const wide = !dropIn.unit.includes('.') || /-\.\w+$/.test(dropIn.unit)
  const place = wide ? dropIn.unit : knownName(tree, dropIn.unit)
  const unit = dropIn.unit
  const on = !dropIn.overridden && (wide || activation.started.has(place))
  const base = tree.units.get(place)?.[0]?.directives ?? []
  const all = [...base, ...dropIn.directives]
  const about = {
    mechanism: 'systemd-drop-in' as const,
    path: dropIn.path,
    name: displayBytes(unit),
    user: userOf(scope, all),
    oddities: dropIn.overridden ? ['overridden'] : [],
  }
  const execs = dropIn.directives.filter(({ name, value }) => starting.test(name) && value !== '')
  for (const exec of execs) {
    const replaced = dropIn.directives.some(
      ({ name, value, line }) => name === exec.name && value === '' && line > exec.line,
    )
    yield autostartFact(survey, {
      ...about,
      line: exec.line,
      text: exec.text,
      command: execCommand(exec.value),
      targets: execTargets(survey, scope, place, all, exec),
      schedule: activation.started.get(place) ?? 'with its unit',
      enabled: on && !replaced,
      settings: [exec.name, ...settingsOf(all)],
    })
  }
  if (execs.length === 0 && !isStock(survey, dropIn.path))
    yield autostartFact(survey, {
      ...about,
      command: '',
      targets: environmentTargets(dropIn.directives),
      enabled: on,
      settings: settingsOf(dropIn.directives),
    })
  yield* preloadsOf(survey, dropIn.path, dropIn.directives, specifiersOf(survey, scope, place, all))
}

function userOf(scope: UnitScope, directives: readonly UnitDirective[]): string | undefined {
  if (scope.userUnits) return scope.owner?.user
  return displayBytes(lastValue(directives, 'User') ?? 'root')
}

function specifiersOf(
  survey: Survey,
  scope: UnitScope,
  unit: string,
  directives: readonly UnitDirective[],
  instance?: string,
) {
  const user = userOf(scope, directives) ?? 'root'
  const home =
    scope.owner?.home ??
    survey.people.find(({ name }) => name === user)?.home ??
    (user === 'root' ? '/root' : undefined)
  return { unit, instance, user, home, runtime: scope.owner?.runtime ?? '/run' }
}

/** The files that one command names, for each instance of a template that is started. */
function execTargets(
  survey: Survey,
  scope: UnitScope,
  unit: string,
  directives: readonly UnitDirective[],
  exec: UnitDirective,
): string[] {
  const own = /@(.+)\.\w+$/s.exec(unit)?.[1]
  const instances = own === undefined ? (scope.activation.instances.get(unit) ?? []) : [own]
  const root = lastValue(directives, 'RootDirectory')
  const targets = new Set<string>()
  for (const instance of instances.length === 0 ? [undefined] : instances.slice(0, 8)) {
    const specifiers = specifiersOf(survey, scope, unit, directives, instance)
    const resolve = (text: string) => resolveSpecifiers(text, specifiers)
    const cwd = resolve(lastValue(directives, 'WorkingDirectory') ?? '')
      .replace(/^-/, '')
      .replace(/^~$/, specifiers.home ?? '')
    const place = {
      home: specifiers.home,
      cwd: cwd.startsWith('/') ? cwd : scope.userUnits ? specifiers.home : '/',
      path: resolve(lastValue(directives, 'ExecSearchPath') ?? '')
        .split(':')
        .filter(path => path.startsWith('/')),
    }
    const assignments = assignmentsOf(directives, resolve)
    const loaded = commandTargets(assignments, place)
    const all = commandTargets(`${assignments}${resolve(execCommand(exec.value))}`, place)
    for (const path of [...all.filter(named => !loaded.includes(named)), ...loaded])
      targets.add(root?.startsWith('/') && root !== '/' ? `${root}${path}` : path)
  }
  return [...targets].slice(0, 64)
}

/** `Environment=` as assignments of a shell, so that the command's variables are known. */
function assignmentsOf(directives: readonly UnitDirective[], resolve: (text: string) => string): string {
  const words = directives
    .filter(({ name }) => name === 'Environment')
    .flatMap(({ value }) => environmentWords(resolve(value)))
  return words
    .slice(0, 50)
    .filter(({ value }) => value.length < 4096)
    .map(({ name, value }) => `${name}='${value.replaceAll("'", `'\\''`)}'; `)
    .join('')
}

function environmentTargets(directives: readonly UnitDirective[]): string[] {
  return commandTargets(assignmentsOf(directives, text => text))
}

/** Libraries in `Environment=` and in the files that `EnvironmentFile=` names. */
function* preloadsOf(
  survey: Survey,
  path: string,
  directives: readonly UnitDirective[],
  specifiers: Parameters<typeof resolveSpecifiers>[1],
): Generator<Fact> {
  for (const { name, value, line, text } of directives) {
    if (name === 'Environment' || name === 'DefaultEnvironment' || name === 'ManagerEnvironment')
      for (const word of environmentWords(value))
        if (isPreloadVariable(word.name)) yield* preloadFacts(survey, word.name, word.value, { path, line, text })
    if (name === 'EnvironmentFile')
      yield* preloadsOfFile(survey, resolveSpecifiers(value.replace(/^-/, ''), specifiers))
  }
}

/** Files that the collector of environment files reads anyhow. */
const readElsewhere = /^\/etc\/(?:environment$|default\/|sysconfig\/)/

function* preloadsOfFile(survey: Survey, pattern: string): Generator<Fact> {
  if (!pattern.startsWith('/') || readElsewhere.test(pattern)) return
  for (const path of glob(survey.target, pattern).slice(0, 50)) yield* environmentFilePreloads(survey, path)
}

/** The preloads of a file of `NAME=value` lines. */
export function* environmentFilePreloads(survey: Survey, path: string): Generator<Fact> {
  const lines = (survey.target.files.text(path, 1 << 18) ?? '').split('\n', 5_000)
  for (const [index, text] of lines.entries()) {
    const [word] = environmentWords(text.replace(/^\s*(?:export\s+)?/, ''))
    if (word !== undefined && isPreloadVariable(word.name))
      yield* preloadFacts(survey, word.name, word.value, { path, line: index + 1, text })
  }
}

function linksOf(tree: UnitTree, { name, links, path }: UnitFile): string[] {
  const dropIns = (tree.dropInsByUnit.get(name) ?? []).map(dropIn => dropIn.path)
  const all = [...links, ...(tree.linksByUnit.get(name) ?? []), ...dropIns]
  return [...new Set(all)].filter(link => link !== path).slice(0, 64)
}

const told =
  /^(?:Description|Type|User|Group|DynamicUser|Restart|RestartSec|StartLimit\w+|WantedBy|RequiredBy|UpheldBy|Alias|Also|On\w+|Persistent|Unit|Service|Accept|Condition\w+|Assert\w+|WorkingDirectory|Root\w+|Environment|EnvironmentFile|Path\w+|DirectoryNotEmpty|Listen\w+|Nice|CPU\w+|IO\w+|StandardOutput|StandardError|KillMode|RefuseManualStop|What|Where|ExecSearchPath|Slice|After|PIDFile)$/

function settingsOf(directives: readonly UnitDirective[]): string[] {
  return directives
    .filter(({ name, value }) => told.test(name) && value !== '')
    .slice(0, 40)
    .map(({ name, value }) => `${name}=${value.slice(0, 500)}`)
}
