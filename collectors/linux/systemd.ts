import type { Fact } from '../../model/index.ts'
import type { Target } from '../../target/index.ts'
import type { Collector, Survey } from '../collector.ts'
import { bounded } from './bounded.ts'
import { filesIn } from './directory.ts'
import { homesOf } from './people.ts'
import { systemdEnvironments } from './systemd-environment.ts'
import { systemdPrograms } from './systemd-programs.ts'
import { temporaryFileLines } from './tmpfiles.ts'
import { activationOf } from './unit-activation.ts'
import { unitFacts } from './unit-facts.ts'
import { readUnitTree } from './unit-tree.ts'

/** Units of the system's and of users' managers in every directory they are read from, and the programs that systemd runs beside them. */
export const systemd: Collector = {
  name: 'systemd',
  collects: ['autostart', 'preload'],
  os: ['linux'],
  stage: 'first',
  *collect(survey) {
    survey.progress('systemd units')
    yield* bounded(survey.target, 'units of systemd', distinctFacts(all(survey)), 50_000)
  },
}

function* all(survey: Survey): Generator<Fact> {
  yield* systemUnits(survey)
  yield* userUnits(survey)
  yield* systemdPrograms(survey)
  yield* systemdEnvironments(survey)
  yield* temporaryFileLines(survey)
}

// systemd.unit(5), UNIT FILE LOAD PATH, highest priority first.
const systemDirectories = [
  '/etc/systemd/system.control',
  '/run/systemd/system.control',
  '/run/systemd/transient',
  '/run/systemd/generator.early',
  '/etc/systemd/system',
  '/etc/systemd/system.attached',
  '/run/systemd/system',
  '/run/systemd/system.attached',
  '/run/systemd/generator',
  '/usr/local/lib/systemd/system',
  '/usr/lib/systemd/system',
  '/lib/systemd/system',
  '/run/systemd/generator.late',
] as const

function* systemUnits(survey: Survey): Generator<Fact> {
  const { target } = survey
  const tree = readUnitTree(target, systemDirectories)
  const activation = activationOf(tree, busActivated(target))
  yield* unitFacts(survey, { tree, activation, userUnits: false, pidsOf: target.live ? pidsIn(target) : undefined })
}

const everyUsersDirectories = [
  '/etc/systemd/user',
  '/run/systemd/user',
  '/usr/local/share/systemd/user',
  '/usr/share/systemd/user',
  '/usr/local/lib/systemd/user',
  '/usr/lib/systemd/user',
  '/lib/systemd/user',
] as const

function* userUnits(survey: Survey): Generator<Fact> {
  const { target } = survey
  const shared = readUnitTree(target, everyUsersDirectories)
  for (const { user, home } of homesOf(target, survey.people)) {
    const uid = survey.people.find(({ name }) => name === user)?.uid
    const runtime = `/run/user/${uid ?? user}`
    const tree = readUnitTree(target, [
      `${home}/.config/systemd/user.control`,
      `${runtime}/systemd/user.control`,
      `${runtime}/systemd/transient`,
      `${runtime}/systemd/generator.early`,
      `${home}/.config/systemd/user`,
      `${runtime}/systemd/user`,
      `${runtime}/systemd/generator`,
      `${home}/.local/share/systemd/user`,
      `${runtime}/systemd/generator.late`,
    ])
    const activation = activationOf({ ...tree, pulls: [...tree.pulls, ...shared.pulls] })
    yield* unitFacts(survey, { tree, activation, owner: { user, home, runtime }, userUnits: true })
  }
  // Last, so that a shared unit which somebody's own link starts is told as theirs.
  yield* unitFacts(survey, { tree: shared, activation: activationOf(shared), userUnits: true })
}

/** Units that a call on the bus starts: `SystemdService=` of the service files of dbus-daemon(1). */
function busActivated(target: Target): Set<string> {
  const names = new Set<string>()
  for (const path of filesIn(target, '/usr/share/dbus-1/system-services', name => name.endsWith('.service'))) {
    const [, unit] = /^SystemdService=(\S{1,255})$/m.exec(target.files.text(path, 1 << 16) ?? '') ?? []
    if (unit !== undefined) names.add(unit)
  }
  return names
}

/** The processes in a service's own cgroup, where the unit runs in system.slice. */
function pidsIn({ files }: Target): (unit: string) => number[] {
  const slice = [
    '/sys/fs/cgroup/system.slice',
    '/sys/fs/cgroup/systemd/system.slice',
    '/sys/fs/cgroup/unified/system.slice',
  ].find(path => files.stat(path)?.type === 'directory')
  return unit => {
    const listed = slice && unit.endsWith('.service') ? files.text(`${slice}/${unit}/cgroup.procs`, 1 << 16) : undefined
    return (listed ?? '')
      .split('\n')
      .filter(pid => /^\d{1,10}$/.test(pid))
      .map(Number)
  }
}

/** A file may be reached as the unit of several managers; each line is told once. */
function* distinctFacts(facts: Iterable<Fact>): Generator<Fact> {
  const seen = new Set<string>()
  for (const fact of facts) {
    const key =
      fact.kind === 'autostart'
        ? `${fact.mechanism}\0${fact.path}\0${fact.line}\0${fact.name}`
        : fact.kind === 'preload'
          ? `preload\0${fact.path}\0${fact.line}\0${fact.variable}\0${fact.library}`
          : undefined
    if (key !== undefined && seen.has(key)) continue
    if (key !== undefined) seen.add(key)
    yield fact
  }
}
