import type { Fact } from '../../model/index.ts'
import type { Survey } from '../collector.ts'
import { autostartFact, isStock } from './autostart-fact.ts'
import { commandTargets } from './command.ts'
import { distinct, filesIn } from './directory.ts'
import { homesOf } from './people.ts'
import { decodeAnsi } from './shell-text.ts'

const directories = [
  '/etc/tmpfiles.d',
  '/run/tmpfiles.d',
  '/usr/local/lib/tmpfiles.d',
  '/usr/lib/tmpfiles.d',
  '/etc/user-tmpfiles.d',
  '/usr/share/user-tmpfiles.d',
] as const

/**
 * Lines of tmpfiles.d(5) that write, copy or link a file at every boot: a deleted file comes back. Files that are as their
 * package left them are passed over.
 */
export function* temporaryFileLines(survey: Survey): Generator<Fact> {
  const isConf = (name: string) => name.endsWith('.conf')
  const shared = directories
    .flatMap(directory => filesIn(survey.target, directory, isConf))
    .map(path => ({ path, user: 'root' }))
  const own = homesOf(survey.target, survey.people).flatMap(({ user, home }) =>
    ['.config/user-tmpfiles.d', '.local/share/user-tmpfiles.d']
      .flatMap(directory => filesIn(survey.target, `${home}/${directory}`, isConf))
      .map(path => ({ path, user })),
  )
  const users = new Map([...own, ...shared].map(({ path, user }) => [path, user]))
  for (const path of distinct(survey.target, [...users.keys()]))
    if (!isStock(survey, path)) yield* linesOf(survey, path, users.get(path))
}

const writing = /^([fFwCL])[-+!=~^?$]*$/

function* linesOf(survey: Survey, path: string, user: string | undefined): Generator<Fact> {
  const lines = (survey.target.files.text(path, 1 << 18) ?? '').split('\n', 2_000)
  for (const [index, text] of lines.entries()) {
    const words =
      text
        .trim()
        .slice(0, 16_384)
        .match(/"(?:\\.|[^"\\])*"?|'(?:\\.|[^'\\])*'?|\S+/gs) ?? []
    const [type = '', place = ''] = words.slice(0, 2).map(word => word.replace(/^["']|["']$/g, ''))
    const [, letter] = writing.exec(type) ?? []
    if (letter === undefined || !place.startsWith('/')) continue
    const argument = words.slice(6).join(' ')
    const source = letter === 'C' || letter === 'L' ? [argument] : commandTargets(decodeAnsi(argument))
    yield autostartFact(survey, {
      mechanism: 'tmpfiles',
      path,
      line: index + 1,
      text,
      name: type,
      command: decodeAnsi(argument),
      user,
      schedule: 'boot',
      targets: [place, ...source.filter(target => target.startsWith('/'))],
      settings: [`path=${place}`],
    })
  }
}
