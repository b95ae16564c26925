import { displayBytes } from '../../target/index.ts'
import type { Survey } from '../collector.ts'
import { commandTargets } from './command.ts'
import { personNamed } from './person-named.ts'
import type { Activation } from './unit-activation.ts'
import { environmentWords, execCommand, resolveSpecifiers, type UnitDirective } from './unit-file.ts'
import { lastValue, type UnitTree } from './unit-tree.ts'

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

/** As whom the commands run. */
export function userOf(scope: UnitScope, directives: readonly UnitDirective[]): string | undefined {
  if (scope.userUnits) return scope.owner?.user
  return displayBytes(lastValue(directives, 'User') ?? 'root')
}

/** What stands for the specifiers of a unit. */
export function specifiersOf(
  survey: Survey,
  scope: UnitScope,
  unit: string,
  directives: readonly UnitDirective[],
  instance?: string,
) {
  const user = userOf(scope, directives) ?? 'root'
  const home = scope.owner?.home ?? personNamed(survey.people, user)?.home ?? (user === 'root' ? '/root' : undefined)
  return { unit, instance, user, home, runtime: scope.owner?.runtime ?? '/run' }
}

/** The files that one command names, for each instance of a template that is started. */
export function execTargets(
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

/** The files that `Environment=` names. */
export function environmentTargets(directives: readonly UnitDirective[]): string[] {
  return commandTargets(assignmentsOf(directives, text => text))
}
