import type { Fact } from '../../model/index.ts'
import type { Survey } from '../collector.ts'
import { autostartFact, isStock } from './autostart-fact.ts'
import { commandTargets } from './command.ts'
import { distinct, filesIn } from './directory.ts'
import { homesOf } from './people.ts'
import { isPreloadVariable, preloadFacts } from './preload-fact.ts'
import { environmentFilePreloads } from './unit-preloads.ts'
import { environmentWords, parseUnit } from './unit-file.ts'

const prefixes = ['/etc', '/run', '/usr/local/lib', '/usr/lib', '/lib'] as const

/**
 * The environment that systemd gives to everything it starts: `DefaultEnvironment=` and `ManagerEnvironment=` of
 * systemd-system.conf(5), and the files of environment.d(5). Of the latter those that a package left as they are only tell preloads.
 */
export function* systemdEnvironments(survey: Survey): Generator<Fact> {
  const { target } = survey
  const isConf = (name: string) => name.endsWith('.conf')
  for (const manager of ['system', 'user']) {
    const paths = prefixes.flatMap(prefix => [
      `${prefix}/systemd/${manager}.conf`,
      ...filesIn(target, `${prefix}/systemd/${manager}.conf.d`, isConf),
    ])
    for (const path of distinct(target, paths)) yield* managerLines(survey, path)
  }
  const shared = prefixes.flatMap(prefix => filesIn(target, `${prefix}/environment.d`, isConf))
  // Debian links /etc/environment here; another collector reads it.
  const others = shared.filter(path => target.files.realPath(path) !== '/etc/environment')
  for (const path of distinct(target, others)) yield* variableFile(survey, path)
  for (const { user, home } of homesOf(target, survey.people))
    for (const path of filesIn(target, `${home}/.config/environment.d`, isConf)) yield* variableFile(survey, path, user)
}

function* managerLines(survey: Survey, path: string): Generator<Fact> {
  for (const { name, value, line, text } of parseUnit(survey.target.files.text(path, 1 << 18) ?? '')) {
    if (!/^(?:Default|Manager)Environment$/.test(name) || value === '') continue
    const words = environmentWords(value)
    yield autostartFact(survey, {
      mechanism: 'systemd-environment',
      path,
      line,
      text,
      name,
      command: '',
      user: 'root',
      schedule: 'boot',
      targets: words.flatMap(word => commandTargets(`${word.name}='${word.value.replaceAll("'", '')}'`)),
      settings: words.map(word => `${word.name}=${word.value}`),
    })
    for (const word of words)
      if (isPreloadVariable(word.name)) yield* preloadFacts(survey, word.name, word.value, { path, line, text })
  }
}

function* variableFile(survey: Survey, path: string, user?: string): Generator<Fact> {
  if (!isStock(survey, path)) {
    const lines = (survey.target.files.text(path, 1 << 18) ?? '').split('\n', 500)
    for (const [index, text] of lines.entries()) {
      const [, name, value] = /^\s*([A-Za-z_]\w{0,127})=(.*)$/s.exec(text) ?? []
      if (name === undefined || value === undefined) continue
      yield autostartFact(survey, {
        mechanism: 'systemd-environment',
        path,
        line: index + 1,
        text,
        name,
        command: '',
        user,
        schedule: 'login',
        targets: commandTargets(`${name}='${value.replaceAll(/["']/g, '')}'`),
        settings: [`${name}=${value}`],
      })
    }
  }
  yield* environmentFilePreloads(survey, path)
}
