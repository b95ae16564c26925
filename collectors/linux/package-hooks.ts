import type { Fact } from '../../model/index.ts'
import type { Collector, Survey } from '../collector.ts'
import { aptSettings } from './apt-configuration.ts'
import { autostartFact, isStock } from './autostart-fact.ts'
import { distinct, glob } from './directory.ts'
import { readLines } from './host-lines.ts'
import { scriptFact, scriptsOf } from './script.ts'
import { commandsRun, shellLines } from './shell-lines.ts'

/**
 * What runs when packages are installed or updated: hooks of apt.conf(5), dpkg.cfg(5), pacman and apk, plugins of yum and dnf,
 * and maintainer scripts that are not as their package brought them or that fetch something. Unmodified hooks of packages
 * are left out.
 */
export const packageHooks: Collector = {
  name: 'package-hooks',
  collects: ['autostart'],
  os: ['linux'],
  stage: 'first',
  *collect(survey) {
    survey.progress('package manager hooks')
    yield* aptHooks(survey)
    yield* dpkgHooks(survey)
    yield* maintainerScripts(survey)
    yield* plugins(survey)
    yield* pacmanHooks(survey)
    yield* scriptsOf(survey, {
      mechanism: 'package-script',
      directories: ['/etc/apk/commit_hooks.d', '/lib/apk/exec'],
      schedule: 'package installation',
      user: 'root',
      skipStock: true,
    })
    for (const path of glob(survey.target, '/etc/portage/bashrc'))
      yield scriptFact(survey, { mechanism: 'package-script', path, schedule: 'package installation', user: 'root' })
  },
}

const hookName =
  /(?:^|::)(?:(?:Pre|Post)-Invoke(?:-Success|-Stats)?|Pre-Install-Pkgs|Post-Install-Pkgs|ProxyAutoDetect|Proxy-Auto-Detect|Solver|Compressor::\w+::Binary|Planner|CommandLine::\w+)(?:::|$)/i
const helperName = /^Dir::(?:Bin|Bin::.*|RunTime::.*)$/i

function* aptHooks(survey: Survey): Generator<Fact> {
  for (const path of ownFiles(survey, [
    '/etc/apt/apt.conf',
    '/etc/apt/apt.conf.d/*',
    '/usr/share/apt/*.conf',
    '/etc/apt/apt.conf.d/.*',
  ])) {
    const text = survey.target.files.text(path, 1 << 20) ?? ''
    const lines = text.split('\n')
    for (const { name, value, line } of aptSettings(text)) {
      const isHook = hookName.test(name) || (helperName.test(name) && value.startsWith('/'))
      if (isHook && value !== '')
        yield autostartFact(survey, {
          mechanism: 'apt-hook',
          path,
          line,
          text: lines[line - 1] ?? '',
          name,
          command: value,
          user: 'root',
          schedule: 'package update',
        })
    }
  }
}

function* dpkgHooks(survey: Survey): Generator<Fact> {
  for (const path of ownFiles(survey, ['/etc/dpkg/dpkg.cfg', '/etc/dpkg/dpkg.cfg.d/*', '/root/.dpkg.cfg'])) {
    for (const { line, text, joined } of readLines(survey.target, path)) {
      const [, name, value] =
        /^\s*(?:--)?(pre-invoke|post-invoke|status-logger|instdir|admindir|root)[\s=]+["']?(.*?)["']?\s*$/.exec(
          joined,
        ) ?? []
      if (name !== undefined && value)
        yield autostartFact(survey, {
          mechanism: 'dpkg-hook',
          path,
          line,
          text,
          name,
          command: value,
          user: 'root',
          schedule: 'package installation',
        })
    }
  }
}

const scriptKinds = ['postinst', 'preinst', 'prerm', 'postrm', 'config'] as const

/**
 * No package records the checksum of its own scripts. Two things tell: dpkg writes the list of a package after its scripts,
 * so a script that is younger was changed; and a line that fetches something, or runs from where anybody may write.
 */
function* maintainerScripts(survey: Survey): Generator<Fact> {
  const { files } = survey.target
  const common = { mechanism: 'package-script' as const, user: 'root', schedule: 'package installation' }
  for (const name of files.list('/var/lib/dpkg/info') ?? []) {
    const kind = scriptKinds.find(ending => name.endsWith(`.${ending}`))
    if (kind === undefined) continue
    const path = `/var/lib/dpkg/info/${name}`
    const listed = files.lstat(path.replace(/\.\w+$/, '.list'))?.modifiedMs
    const changed = files.lstat(path)?.modifiedMs
    if (listed !== undefined && changed !== undefined && changed > listed + 3_600_000) {
      yield scriptFact(survey, { ...common, path, oddities: ['changed-after-installation'] })
    }
    const text = files.text(path, 512 * 1024)
    if (text === undefined || !suspicious.test(text)) continue
    for (const { line, text: exact, joined } of shellLines(text)) {
      if (suspicious.test(joined) && isOdd(joined)) {
        yield autostartFact(survey, { ...common, path, line, text: exact, name: kind, command: joined })
      }
    }
  }
}

const suspicious = /https?:\/\/|ftp:\/\/|\/dev\/tcp\/|base64|\/(?:tmp|dev\/shm|var\/tmp)\//
const runsOddly = /\/dev\/tcp\/\d|base64\s+(?:-d|--decode|-D)/
const fetchers =
  /(?:^|\/)(?:curl|wget|fetch|aria2c|axel|lynx|links|GET|lwp-\w+|busybox|ftp|tftp|perl|python[\d.]*|php|ruby|node)$/
const interpreters = /(?:^|\/)(?:sh|bash|dash|zsh|ksh|perl|python[\d.]*|php|node|ruby|eval)$/

function isOdd(joined: string): boolean {
  const commands = commandsRun(joined)
  if (commands.length === 0) return false
  if (runsOddly.test(joined) || commands.some(([first]) => /^\/(?:tmp|dev\/shm|var\/tmp)\//.test(first ?? '')))
    return true
  const fetches = commands.filter(words => words.some(word => /^["']?(?:https?|ftp):\/\//.test(word)))
  const feeds = commands.some(([first]) => interpreters.test(first ?? ''))
  return fetches.some(([first]) => feeds || fetchers.test(first ?? ''))
}

function* plugins(survey: Survey): Generator<Fact> {
  const folders = [
    '/usr/lib/yum-plugins/*.py',
    '/usr/share/yum-plugins/*.py',
    '/usr/lib/python*/site-packages/dnf-plugins/*.py',
    '/usr/lib/zypp/plugins/*/*',
    '/etc/dnf/plugins/*.py',
    '/etc/yum/pluginconf.d/*.py',
  ]
  for (const path of ownFiles(survey, folders)) {
    yield scriptFact(survey, { mechanism: 'dnf-plugin', path, schedule: 'package update', user: 'root' })
  }
  for (const path of ownFiles(survey, [
    '/etc/dnf/plugins/post-transaction-actions.d/*',
    '/etc/dnf/libdnf5-plugins/actions.d/*',
    '/etc/yum/post-actions/*',
  ])) {
    for (const { line, text, joined } of readLines(survey.target, path)) {
      const [, command] = /^\s*[^#:\s][^:]*:[^:]*:(?:[^:]*:[^:]*:)?\s*(.+)$/.exec(joined.slice(0, 4_096)) ?? []
      if (command)
        yield autostartFact(survey, {
          mechanism: 'dnf-plugin',
          path,
          line,
          text,
          command,
          user: 'root',
          schedule: 'package update',
        })
    }
  }
  for (const path of ownFiles(survey, ['/etc/dnf/dnf.conf', '/etc/yum.conf', '/etc/dnf/automatic.conf'])) {
    for (const { line, text, joined } of readLines(survey.target, path)) {
      const [, name, value] = /^\s*(pluginpath|plugin_path|command_format|reposdir)\s*=\s*(.+?)\s*$/.exec(joined) ?? []
      if (name !== undefined && value)
        yield autostartFact(survey, {
          mechanism: 'dnf-plugin',
          path,
          line,
          text,
          name,
          command: value,
          user: 'root',
          schedule: 'package update',
        })
    }
  }
}

function* pacmanHooks(survey: Survey): Generator<Fact> {
  for (const path of ownFiles(survey, ['/etc/pacman.d/hooks/*.hook', '/usr/share/libalpm/hooks/*.hook'])) {
    for (const { line, text, joined } of readLines(survey.target, path)) {
      const [, command] = /^\s*Exec\s*=\s*(.+?)\s*$/.exec(joined) ?? []
      if (command)
        yield autostartFact(survey, {
          mechanism: 'pacman-hook',
          path,
          line,
          text,
          command,
          user: 'root',
          schedule: 'package update',
        })
    }
  }
}

function ownFiles(survey: Survey, patterns: readonly string[]): string[] {
  const { target } = survey
  const paths = distinct(
    target,
    patterns.flatMap(pattern => glob(target, pattern)),
  )
  return paths.filter(path => target.files.stat(path)?.type === 'file' && !isStock(survey, path))
}
