import type { Fact } from '../../model/index.ts'
import type { Collector, Survey } from '../collector.ts'
import { autostartFact } from './autostart-fact.ts'
import { commandTargets } from './command.ts'
import { join } from './directory.ts'
import { gitSettings } from './git-configuration.ts'
import { homesOf } from './people.ts'
import { scriptsOf } from './script.ts'

/**
 * What git runs beside its own work (githooks(5), git-config(1)): hooks of repositories at most four directories below the
 * homes and the usual places of code, and settings that name a command. Samples are left out; programs named without a
 * path or shell character, such as `pager = less`, too.
 */
export const gitHooks: Collector = {
  name: 'git-hooks',
  collects: ['autostart'],
  os: ['linux'],
  stage: 'first',
  *collect(survey) {
    survey.progress('git hooks')
    const homes = homesOf(survey.target, survey.people)
    yield* settingFacts(survey, '/etc/gitconfig', undefined, undefined)
    for (const { user, home } of homes) {
      for (const name of ['.gitconfig', '.config/git/config'])
        yield* settingFacts(survey, `${home}/${name}`, user, home)
      yield* scriptsOf(survey, {
        mechanism: 'git-hook',
        directories: [`${home}/.git-templates/hooks`, `${home}/.config/git/hooks`],
        schedule: 'git',
        user,
        ignore: /\.sample$/,
      })
    }
    yield* scriptsOf(survey, {
      mechanism: 'git-hook',
      directories: ['/usr/share/git-core/templates/hooks'],
      schedule: 'git',
      ignore: /\.sample$/,
      skipStock: true,
    })
    for (const folder of repositories(survey, [...homes.map(({ home }) => home), ...codePlaces])) {
      yield* scriptsOf(survey, {
        mechanism: 'git-hook',
        directories: [`${folder}/hooks`],
        schedule: 'git',
        ignore: /\.sample$/,
      })
      yield* settingFacts(survey, `${folder}/config`, undefined, folder.replace(/\/\.git$/, ''))
    }
  },
}

const codePlaces = ['/root', '/srv', '/opt', '/var/www', '/etc', '/usr/local/src', '/var/lib/git', '/app', '/data']
const deepest = 4
const mostLooks = 6_000
const mostRepositories = 300
const neverCode = new Set([
  'node_modules',
  '__pycache__',
  'share',
  'include',
  'doc',
  'locale',
  '.cache',
  '.npm',
  '.cargo',
  '.rustup',
  'proc',
  'sys',
  '.local',
  'site-packages',
  '.m2',
  'ssl',
  'alternatives',
  'systemd',
  '.vscode-server',
  'vendor',
])

/** Git directories (`x/.git`, or a bare `x.git`) below the places; breadth first, and a gap when there is too much to look at. */
function repositories(survey: Survey, places: readonly string[]): string[] {
  const { target } = survey
  const found = new Set<string>()
  const seen = new Set<string>()
  let level = [...new Set(places)]
  let looks = 0
  for (let depth = 0; depth <= deepest && level.length > 0; depth++) {
    const next: string[] = []
    for (const directory of level) {
      if (seen.has(directory)) continue
      seen.add(directory)
      const names = target.files.list(directory, 2_000) ?? []
      if (names.includes('.git')) found.add(`${directory}/.git`)
      if (names.includes('HEAD') && names.includes('objects') && names.includes('refs')) {
        found.add(directory)
        continue
      }
      if (depth === deepest || names.length > 1_000) continue
      for (const name of names) {
        if (
          name === '.git' ||
          neverCode.has(name) ||
          /\.(?:conf|txt|md|js|ts|py|php|html|json|c|h|so|log|gz|sh|rb|go|css|png|svg|pem|crt)$/.test(name)
        )
          continue
        if (++looks > mostLooks || found.size > mostRepositories) {
          target.addGap({ what: 'git hooks', why: `more than ${mostLooks} entries below the places of code` })
          return [...found]
        }
        const path = join(directory, name)
        if (target.files.lstat(path)?.type === 'directory') next.push(path)
      }
    }
    level = next
  }
  return [...found]
}

const commandName =
  /^(?:core\.(?:hookspath|fsmonitor|pager|editor|sshcommand|askpass|gitproxy|alternaterefscommand)|alias\..+|pager\..+|(?:diff|merge|filter|difftool|mergetool|credential|gpg|sequence|uploadpack|interactive|web|browser|man|sendemail|trailer)(?:\..+)?\.(?:external|command|textconv|driver|clean|smudge|process|cmd|helper|program|editor|packobjectshook|difffilter|browser|smtpserver|path)|init\.templatedir|include(?:if\..+)?\.path|remote\..+\.(?:uploadpack|receivepack|vcs))$/

function* settingFacts(
  survey: Survey,
  path: string,
  user: string | undefined,
  cwd: string | undefined,
): Generator<Fact> {
  if (survey.target.files.stat(path)?.type !== 'file') return
  for (const { name, value, line, text } of gitSettings(survey.target.files.text(path, 1 << 20) ?? '')) {
    if (!commandName.test(name) || !runsCommand(name, value)) continue
    const command = value.replace(/^!\s*/, '')
    const place = { home: user === undefined ? undefined : cwd, cwd }
    const isPath = /^(?:core\.hookspath|init\.templatedir|include.*\.path)$/.test(name)
    const targets = isPath ? [absolute(command, cwd)] : commandTargets(command, place)
    yield autostartFact(survey, {
      mechanism: 'git-hook',
      path,
      line,
      text,
      name,
      command,
      user,
      targets,
      schedule: 'git',
    })
    if (name === 'core.hookspath')
      yield* scriptsOf(survey, { mechanism: 'git-hook', directories: [absolute(command, cwd)], schedule: 'git', user })
  }
}

function runsCommand(name: string, value: string): boolean {
  if (value === '' || value.startsWith('git-lfs ')) return false
  if (/^(?:alias\.|credential)/.test(name)) return /^[!/~]/.test(value)
  if (/^(?:core\.hookspath|init\.templatedir)$/.test(name)) return true
  if (/^include/.test(name)) return /\/(?:tmp|shm)\//.test(value)
  return /[/|;&$`~]/.test(value)
}

function absolute(path: string, cwd: string | undefined): string {
  if (path.startsWith('~/')) return `${cwd ?? ''}${path.slice(1)}`
  return path.startsWith('/') ? path : `${cwd ?? ''}/${path}`
}
