import type { AutostartFact, Fact } from '../../model/index.ts'
import type { Collector, Survey } from '../collector.ts'
import { autostartFact, isStock } from './autostart-fact.ts'
import { homesOf } from './people.ts'
import { commandsRun, shellLines } from './shell-lines.ts'
import { type SshDirective, sshDirectives } from './ssh-configuration.ts'

/**
 * What sshd(8) runs or trusts at a login, and what ssh(1) runs when somebody uses it: commands and key sources of sshd_config,
 * /etc/ssh/sshrc and ~/.ssh/rc, commands of ssh_config. Usual values are left out.
 */
export const sshd: Collector = {
  name: 'sshd',
  collects: ['autostart'],
  os: ['linux'],
  stage: 'first',
  *collect(survey) {
    survey.progress('ssh')
    const { target } = survey
    for (const path of [
      '/etc/ssh/sshd_config',
      '/usr/etc/ssh/sshd_config',
      '/usr/local/etc/sshd_config',
      '/usr/local/etc/ssh/sshd_config',
    ]) {
      const directives = sshDirectives(target, path, path.slice(0, path.lastIndexOf('/')))
      for (const directive of directives) yield* serverFacts(survey, directive, directives)
    }
    yield* loginScript(survey, '/etc/ssh/sshrc', undefined, undefined)
    yield* clientFacts(survey, '/etc/ssh/ssh_config', '/etc/ssh', undefined, undefined)
    for (const { user, home } of homesOf(target, survey.people)) {
      yield* loginScript(survey, `${home}/.ssh/rc`, user, home)
      yield* clientFacts(survey, `${home}/.ssh/config`, `${home}/.ssh`, user, home)
    }
  },
}

type Way = 'command' | 'file' | 'switch'

/** What is worth telling of a directive of sshd_config(5): what it holds, and which values are usual. */
const serverDirectives: Readonly<Record<string, { way: Way; usual: RegExp }>> = {
  forcecommand: { way: 'command', usual: /^(?:none|internal-sftp.*)$/ },
  authorizedkeyscommand: { way: 'command', usual: /^none$/ },
  authorizedprincipalscommand: { way: 'command', usual: /^none$/ },
  subsystem: {
    way: 'command',
    usual:
      /^sftp\s+(?:internal-sftp|\/usr\/(?:lib|libexec|lib64)(?:\/(?:openssh|ssh|misc))?\/sftp-server)(?:\s+-\w(?:\s+\w+)?)*$/,
  },
  authorizedkeysfile: { way: 'file', usual: /^(?:none|(?:(?:%h\/)?\.ssh\/authorized_keys2?(?:\s+|$))+)$/ },
  trustedusercakeys: { way: 'file', usual: /^none$/ },
  authorizedprincipalsfile: { way: 'file', usual: /^none$/ },
  permituserenvironment: { way: 'switch', usual: /^no$/i },
  acceptenv: { way: 'switch', usual: /^(?!.*(?:\bLD_|BASH_ENV|(?:^|\s)\*|\bENV\b|PYTHON|PERL|NODE_OPTIONS))/ },
  setenv: { way: 'switch', usual: /^(?!.*(?:\bLD_|BASH_ENV|\bENV=|PYTHON|PERL|NODE_OPTIONS))/ },
}

function* serverFacts(survey: Survey, directive: SshDirective, all: readonly SshDirective[]): Generator<AutostartFact> {
  const { keyword, value, path, line, text, scope } = directive
  const known = Object.hasOwn(serverDirectives, keyword) ? serverDirectives[keyword] : undefined
  if (known === undefined || value === '' || known.usual.test(value)) return
  const command = known.way !== 'command' ? '' : keyword === 'subsystem' ? value.replace(/^\S+\s+/, '') : value
  const files =
    known.way === 'file' ? value.split(/\s+/).filter(file => file.startsWith('/') && !file.includes('%')) : undefined
  const user = all.find(other => other.keyword === `${keyword}user`)?.value
  const name = /^\s*([A-Za-z]+)/.exec(text)?.[1] ?? keyword
  yield autostartFact(survey, {
    mechanism: 'sshd',
    path,
    line,
    text,
    name,
    command,
    user,
    targets: known.way === 'switch' ? [] : files,
    schedule: 'login',
    settings: [`${name}=${value}`, ...(scope === '' ? [] : [scope])],
  })
}

/** sshd runs ~/.ssh/rc, or /etc/ssh/sshrc where there is none, with /bin/sh at each login. */
function* loginScript(
  survey: Survey,
  path: string,
  user: string | undefined,
  home: string | undefined,
): Generator<Fact> {
  if (survey.target.files.stat(path)?.type !== 'file' || isStock(survey, path)) return
  for (const { line, text, joined } of shellLines(survey.target.files.text(path, 1 << 20) ?? '')) {
    if (commandsRun(joined).length > 0)
      yield autostartFact(survey, {
        mechanism: 'ssh-rc',
        path,
        line,
        text,
        command: joined,
        user,
        home,
        schedule: 'login',
      })
  }
}

const clientCommands = new Set([
  'proxycommand',
  'localcommand',
  'knownhostscommand',
  'remotecommand',
  'pkcs11provider',
  'securitykeyprovider',
])

function* clientFacts(
  survey: Survey,
  path: string,
  base: string,
  user: string | undefined,
  home: string | undefined,
): Generator<Fact> {
  for (const { keyword, value, path: file, line, text, scope } of sshDirectives(survey.target, path, base)) {
    const exec = keyword === 'match' ? /\bexec\s+("[^"]*"|\S+)/i.exec(value)?.[1]?.replaceAll('"', '') : undefined
    const command = exec ?? (clientCommands.has(keyword) ? value : '')
    if (command === '' || /^(?:none|internal)$/i.test(command) || isStock(survey, file)) continue
    const settings = scope === '' ? [] : [scope]
    yield autostartFact(survey, {
      mechanism: 'ssh-config',
      path: file,
      line,
      text,
      name: keyword,
      command,
      user,
      home,
      settings,
      schedule: 'ssh',
    })
  }
}
