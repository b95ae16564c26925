import type { Fact, Mechanism } from '../../model/index.ts'
import { displayBytes } from '../../target/index.ts'
import type { Survey } from '../collector.ts'
import { autostartFact } from './autostart-fact.ts'
import { baseName, distinct, filesIn, join } from './directory.ts'

const prefixes = ['/run', '/etc', '/usr/local/lib', '/usr/lib', '/lib'] as const

// systemd.generator(7), systemd.environment-generator(7), systemd-suspend.service(8), systemd-halt.service(8).
const places: readonly (readonly [name: string, mechanism: Mechanism, schedule: string])[] = [
  ['system-generators', 'systemd-generator', 'boot'],
  ['user-generators', 'systemd-generator', 'login'],
  ['system-environment-generators', 'systemd-environment', 'boot'],
  ['user-environment-generators', 'systemd-environment', 'login'],
  ['system-shutdown', 'systemd-hook', 'shutdown'],
  ['system-sleep', 'systemd-hook', 'sleep'],
  ['user-sleep', 'systemd-hook', 'sleep'],
]

/** Programs that systemd itself runs: generators before any unit, hooks at sleep and shutdown; and who may run without login. */
export function* systemdPrograms(survey: Survey): Generator<Fact> {
  for (const [place, mechanism, schedule] of places) yield* programsOf(survey, place, mechanism, schedule)
  for (const path of filesIn(survey.target, '/var/lib/systemd/linger'))
    yield autostartFact(survey, {
      mechanism: 'linger',
      path,
      name: baseName(path),
      command: '',
      user: displayBytes(baseName(path)),
      schedule: 'boot',
      targets: [],
      oddities:
        survey.people.length > 0 && !survey.people.some(({ name }) => name === baseName(path)) ? ['unknown-user'] : [],
    })
}

function* programsOf(survey: Survey, place: string, mechanism: Mechanism, schedule: string): Generator<Fact> {
  const { files } = survey.target
  const inForce = new Set<string>()
  const directories = distinct(
    survey.target,
    prefixes.map(prefix => `${prefix}/systemd/${place}`),
  )
  for (const directory of directories) {
    for (const name of files.list(directory) ?? []) {
      const path = join(directory, name)
      const overridden = inForce.has(name)
      inForce.add(name)
      const stat = files.stat(path)
      if (stat?.type !== 'file' || stat.size === 0) continue
      const executable = (stat.mode & 0o111) !== 0
      yield autostartFact(survey, {
        mechanism,
        path,
        name,
        command: path,
        user: place.startsWith('user') ? undefined : 'root',
        schedule,
        enabled: executable && !overridden,
        targets: [path, files.realPath(path) ?? path],
        oddities: [...(overridden ? ['overridden'] : []), ...(executable ? [] : ['not-executable'])],
      })
    }
  }
}
