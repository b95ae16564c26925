import type { Fact, Mechanism } from '../../model/index.ts'
import type { Collector, Survey } from '../collector.ts'
import { autostartFact, isStock } from './autostart-fact.ts'
import { baseName, distinct, filesIn, glob } from './directory.ts'
import { type Home, homesOf } from './people.ts'
import { type ShellAction, shellActions } from './shell-lines.ts'
import { variableFacts } from './start-variables.ts'
import { toolStartLines, toolStartPaths } from './tool-start.ts'

/**
 * What shells run when somebody logs in or opens one: bash(1), zsh(1), csh(1), fish(1), ksh(1), system-wide, in every home,
 * and in /etc/skel for the homes to come; and the start files of tools that can run commands (vim, screen, tmux, gdb …).
 * One autostart for each line that runs something, or changes what later commands mean. Files that are as their package
 * left them, and lines that stand in the shipped template of the file, are left out.
 */
export const shellStart: Collector = {
  name: 'shell-start',
  collects: ['autostart', 'preload'],
  os: ['linux'],
  stage: 'first',
  *collect(survey) {
    survey.progress('shell start files')
    const wide = distinct(
      survey.target,
      systemFiles.flatMap(pattern => glob(survey.target, pattern)),
    )
    for (const path of wide) yield* fileFacts(survey, { path, mechanism: 'profile', schedule: 'login' })
    for (const name of homeFiles)
      yield* fileFacts(survey, { path: `/etc/skel/${name}`, mechanism: mechanismOf(name), schedule: 'new account' })
    const known = new Set(survey.people.map(person => person.name))
    for (const home of homesOf(survey.target, survey.people)) yield* homeFacts(survey, home, known.has(home.user))
    for (const path of toolStartPaths.system) yield* toolFacts(survey, path, undefined)
  },
}

interface StartFile {
  readonly path: string
  readonly mechanism: Mechanism
  readonly schedule: string
  readonly user?: string | undefined
  readonly home?: string | undefined
  readonly oddities?: readonly string[]
}

const systemFiles = [
  '/etc/profile',
  '/etc/profile.d/*',
  '/etc/profile.d/.*',
  '/etc/bash.bashrc',
  '/etc/bash.bashrc.local',
  '/etc/bashrc',
  '/etc/bash/bashrc',
  '/etc/bash/bashrc.d/*',
  '/etc/bash.bash_logout',
  '/etc/zsh/*',
  '/etc/zshenv',
  '/etc/zprofile',
  '/etc/zshrc',
  '/etc/zlogin',
  '/etc/zlogout',
  '/etc/csh.cshrc',
  '/etc/csh.login',
  '/etc/csh.logout',
  '/etc/csh/login.d/*',
  '/etc/csh/cshrc.d/*',
  '/etc/kshrc',
  '/etc/ksh.kshrc',
  '/etc/mkshrc',
  '/etc/suid_profile',
  '/etc/fish/config.fish',
  '/etc/fish/conf.d/*',
  '/usr/share/fish/vendor_conf.d/*',
]

const bashFiles = ['.bashrc', '.bash_profile', '.bash_login', '.profile', '.bash_logout', '.bash_aliases']
const otherFiles = [
  ...['.zshrc', '.zshenv', '.zprofile', '.zlogin', '.zlogout', '.cshrc', '.tcshrc', '.login', '.logout', '.kshrc'],
  ...['.mkshrc', '.shrc', '.ashrc', '.shinit', '.config/fish/config.fish', '.envrc'],
]
const homeFiles = [...bashFiles, ...otherFiles]

function mechanismOf(name: string): Mechanism {
  return bashFiles.includes(name) ? 'bashrc' : 'shell-start'
}

function* homeFacts(survey: Survey, { user, home }: Home, hasAccount: boolean): Generator<Fact> {
  const oddities = hasAccount ? [] : ['unknown-user']
  const { target } = survey
  const folders = ['.bashrc.d', '.config/fish/conf.d', '.zshrc.d', '.profile.d']
  const files = [
    ...homeFiles.map(name => `${home}/${name}`),
    ...folders.flatMap(name => filesIn(target, `${home}/${name}`)),
  ]
  for (const path of files) {
    const mechanism = path.includes('/.bashrc.d/') ? 'bashrc' : mechanismOf(path.slice(home.length + 1))
    yield* fileFacts(survey, { path, mechanism, schedule: 'login', user, home, oddities })
  }
  for (const name of toolStartPaths.home) yield* toolFacts(survey, `${home}/${name}`, user)
}

function* fileFacts(survey: Survey, file: StartFile): Generator<Fact> {
  if (survey.target.files.stat(file.path)?.type !== 'file' || isStock(survey, file.path)) return
  const text = survey.target.files.text(file.path, 1 << 20)
  if (text === undefined) return
  const shipped = shippedLines(survey, file.path, text)
  if (shipped === 'same') return
  let count = 0
  for (const action of shellActions(text)) {
    if (shipped.has(action.joined)) continue
    if (++count > mostActions) {
      survey.target.addGap({ what: 'shell start file', why: `more than ${mostActions} active lines`, path: file.path })
      return
    }
    yield* actionFacts(survey, file, action)
  }
}

const mostActions = 600

function* actionFacts(survey: Survey, file: StartFile, action: ShellAction): Generator<Fact> {
  const { line, text, name, value } = action
  if (action.kind === 'variable') {
    yield* variableFacts(survey, { ...file, line, text, name, value })
    return
  }
  const command = action.kind === 'run' || action.kind === 'function' ? action.joined : value
  const settings = action.kind === 'run' ? [] : [`${action.kind}=${name}`]
  yield autostartFact(survey, { ...file, line, text, command, settings })
}

/** Where distributions keep what they put into a home or /etc at first; `*` stands for the file's name without its dot. */
const templates: readonly [RegExp, readonly string[]][] = [
  [/^\/etc\/profile$/, ['/usr/share/base-files/profile']],
  [/^\/etc\/bash\.bashrc$/, ['/usr/share/base-files/bash.bashrc']],
  [/^\/root\/\.(?:bashrc|profile)$/, ['/usr/share/base-files/dot.*', '/etc/skel/.*', '/usr/share/skel/.*']],
  [/\/\.[^/]+$/, ['/etc/skel/.*', '/usr/share/skel/.*', '/usr/etc/skel/.*']],
]

/** The logical lines that the shipped template of a file has; `same` when the file is the template. */
function shippedLines(survey: Survey, path: string, text: string): Set<string> | 'same' {
  const lines = new Set<string>()
  const name = baseName(path).replace(/^\./, '')
  for (const template of templates.find(([pattern]) => pattern.test(path))?.[1] ?? []) {
    const place = template.replace('*', name)
    if (place === path || !isStock(survey, place)) continue
    const shipped = survey.target.files.text(place, 1 << 20)
    if (shipped === text) return 'same'
    for (const action of shellActions(shipped ?? '')) lines.add(action.joined)
  }
  return lines
}

function* toolFacts(survey: Survey, path: string, user: string | undefined): Generator<Fact> {
  if (survey.target.files.stat(path)?.type !== 'file' || isStock(survey, path)) return
  const home = user === undefined ? undefined : path.slice(0, path.indexOf('/.'))
  for (const { line, text, command } of toolStartLines(baseName(path), survey.target.files.text(path, 1 << 20) ?? '')) {
    yield autostartFact(survey, {
      mechanism: 'shell-start',
      path,
      line,
      text,
      command,
      user,
      home,
      schedule: 'tool start',
    })
  }
}
