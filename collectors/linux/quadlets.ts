import type { Fact } from '../../model/index.ts'
import type { Collector, Survey } from '../collector.ts'
import { autostartFact } from './autostart-fact.ts'
import { baseName, glob } from './directory.ts'
import { type IniEntry, iniEntries } from './ini-file.ts'
import { homesOf } from './people.ts'

/** Containers that systemd starts through podman-systemd.unit(5): `.container` and `.kube` files of the system and of users. */
export const quadlets: Collector = {
  name: 'quadlets',
  collects: ['autostart'],
  os: ['linux'],
  stage: 'first',
  *collect(survey) {
    const homes = homesOf(survey.target, survey.people)
    const places = [
      '/etc/containers/systemd',
      '/usr/share/containers/systemd',
      '/run/containers/systemd',
      '/usr/local/share/containers/systemd',
    ]
    for (const place of places) yield* placeFacts(survey, place, 'root')
    for (const { user, home } of homes) yield* placeFacts(survey, `${home}/.config/containers/systemd`, user)
  },
}

const told = new Set([
  'Image',
  'Volume',
  'Network',
  'PodmanArgs',
  'Restart',
  'WantedBy',
  'User',
  'ContainerName',
  'Yaml',
  'Pull',
  'AutoUpdate',
])

function* placeFacts(survey: Survey, place: string, user: string): Generator<Fact> {
  const patterns = ['*.container', '*/*.container', '*/*/*.container', '*.kube', '*/*.kube']
  for (const path of patterns.flatMap(pattern => glob(survey.target, `${place}/${pattern}`))) {
    const entries = iniEntries(survey.target.files.text(path, 256 * 1024) ?? '')
    const main = first(entries, 'Exec') ?? first(entries, 'Image') ?? first(entries, 'Yaml')
    if (!main) continue
    const command = first(entries, 'Exec')?.value ?? first(entries, 'Entrypoint')?.value ?? ''
    const settings = entries.filter(({ key }) => told.has(key)).map(({ key, value }) => `${key}=${value}`)
    const wanted = first(entries, 'WantedBy') !== undefined
    yield autostartFact(survey, {
      mechanism: 'quadlet',
      path,
      line: main.line,
      text: main.text,
      name: baseName(path),
      command,
      targets: [],
      user,
      enabled: wanted,
      settings,
      schedule: 'boot',
    })
  }
}

function first(entries: readonly IniEntry[], key: string): IniEntry | undefined {
  return entries.find(entry => entry.key === key)
}
