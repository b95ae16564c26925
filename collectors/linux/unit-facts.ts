import type { AutostartFact, Fact, Mechanism } from '../../model/index.ts'
import { displayBytes } from '../../target/index.ts'
import type { Survey } from '../collector.ts'
import { autostartFact, isStock } from './autostart-fact.ts'
import { triggeredBy } from './unit-activation.ts'
import { execCommand, type UnitDirective } from './unit-file.ts'
import { preloadsOf } from './unit-preloads.ts'
import { environmentTargets, execTargets, specifiersOf, type UnitScope, userOf } from './unit-targets.ts'
import { type DropIn, dropInsOf, knownName, lastValue, type UnitFile, type UnitTree } from './unit-tree.ts'

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
  const pids = oddity === undefined ? scope.pidsOf?.(name) : undefined
  for (const exec of execs) {
    const replaced = isReplaced(tree, file, exec)
    const fact = autostartFact(survey, {
      ...about,
      mechanism: commandMechanism(scope, file),
      line: exec.line,
      text: exec.text,
      command: execCommand(exec.value),
      targets: execTargets(survey, scope, name, file.directives, exec),
      schedule: exec.name.startsWith('ExecStop') ? 'stop' : shown(activation.started.get(name)),
      enabled: on && !replaced,
      settings: settingsOf(file.directives),
      oddities: replaced ? [...oddities, 'overridden'] : oddities,
    })
    yield pids === undefined || pids.length === 0 ? fact : { ...fact, pids }
  }
  const trigger = triggerMechanism(scope, name)
  if (trigger !== undefined) yield triggerFact(survey, scope, file, { ...about, mechanism: trigger, oddities })
}

function shown(text: string | undefined): string | undefined {
  return text === undefined ? undefined : displayBytes(text)
}

function commandMechanism(scope: UnitScope, { name, directory }: UnitFile): Mechanism {
  if (/\/transient$/.test(directory)) return 'systemd-transient'
  if (scope.userUnits) return 'systemd-user-unit'
  if (name.endsWith('.socket')) return 'systemd-socket'
  return /\.(?:auto)?mount$/.test(name) ? 'systemd-mount' : 'systemd-unit'
}

function triggerMechanism({ userUnits }: UnitScope, name: string): Mechanism | undefined {
  if (userUnits) return /\.(?:timer|path|socket|mount|automount)$/.test(name) ? 'systemd-user-unit' : undefined
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
    schedule: shown(
      when
        .map(({ name, value }) => `${name}=${value}`)
        .join(' ')
        .slice(0, 500),
    ),
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
      schedule: shown(activation.started.get(place)) ?? 'with its unit',
      enabled: on && !replaced,
      settings: settingsOf(all),
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
