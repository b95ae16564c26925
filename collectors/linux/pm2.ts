import type { Fact } from '../../model/index.ts'
import type { Collector, Survey } from '../collector.ts'
import { autostartFact } from './autostart-fact.ts'
import { glob } from './directory.ts'
import { listOf, objectOf, readJson, stringOf, stringsOf } from './json-text.ts'
import { homesOf } from './people.ts'

/** What the node process managers pm2 and forever bring back: ~/.pm2/dump.pm2 and ~/.forever/*.fvr of every home. */
export const pm2: Collector = {
  name: 'pm2',
  collects: ['autostart'],
  os: ['linux'],
  stage: 'first',
  *collect(survey) {
    const { target } = survey
    for (const { user, home } of homesOf(target, survey.people)) {
      const saved = [`${home}/.pm2/dump.pm2`, `${home}/.pm2/dump.pm2.bak`, ...glob(target, `${home}/.forever/*.fvr`)]
      for (const path of saved) {
        if (target.files.stat(path)?.type === 'file') yield* savedApps(survey, path, user, home)
      }
    }
  },
}

function* savedApps(survey: Survey, path: string, user: string, home: string): Generator<Fact> {
  const document = readJson(survey.target, path)
  for (const item of Array.isArray(document) ? listOf(document) : [document]) {
    const app = objectOf(item)
    const cwd = stringOf(app['pm_cwd']) || stringOf(app['cwd']) || home
    const file = stringOf(app['pm_exec_path']) || stringOf(app['script']) || stringOf(app['file'])
    if (file === '') continue
    const interpreter = stringOf(app['exec_interpreter'])
    const program = interpreter === '' || interpreter === 'none' ? [] : [interpreter]
    const words = [...program, ...stringsOf(app['node_args']), file, ...stringsOf(app['args'])]
    const full = file.startsWith('/') ? file : `${cwd}/${file}`
    yield autostartFact(survey, {
      mechanism: 'pm2',
      path,
      name: stringOf(app['name']) || file,
      command: words.join(' '),
      user: stringOf(app['username']) || user,
      schedule: 'always',
      enabled: !path.endsWith('.bak'),
      targets: [full, ...stringsOf(app['args']).filter(argument => argument.startsWith('/'))],
      settings: [`autorestart=${String(app['autorestart'] ?? true)}`, `cwd=${cwd}`],
    })
  }
}
