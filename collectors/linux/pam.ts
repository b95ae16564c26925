import type { Fact } from '../../model/index.ts'
import type { Collector, Survey } from '../collector.ts'
import { aboutFile, autostartFact, isStock } from './autostart-fact.ts'
import { commandTargets } from './command.ts'
import { filesIn, glob } from './directory.ts'
import { readLines } from './host-lines.ts'

/**
 * Lines of pam.d(5) that run a program (pam_exec, pam_script, pam_python), let everybody in (pam_permit that suffices), or
 * load a module that is no package's, changed or missing – the place of master passwords and password thieves. All other
 * lines are left out.
 */
export const pam: Collector = {
  name: 'pam',
  collects: ['autostart'],
  os: ['linux'],
  stage: 'first',
  *collect(survey) {
    survey.progress('PAM')
    const { target } = survey
    const directories = moduleDirectories.flatMap(pattern => glob(target, pattern))
    const modules = new Map<string, string | undefined>()
    const find = (module: string): string | undefined => {
      if (module.startsWith('/')) return target.files.stat(module) ? module : undefined
      if (!modules.has(module))
        modules.set(
          module,
          directories.map(directory => `${directory}/${module}`).find(path => target.files.stat(path)),
        )
      return modules.get(module)
    }
    const files = [
      '/etc/pam.conf',
      ...filesIn(target, '/etc/pam.d'),
      ...filesIn(target, '/usr/lib/pam.d'),
      ...filesIn(target, '/usr/etc/pam.d'),
    ]
    for (const path of files) yield* fileFacts(survey, path, find)
  },
}

const moduleDirectories = [
  '/lib/*/security',
  '/lib/security',
  '/lib64/security',
  '/usr/lib/*/security',
  '/usr/lib/security',
  '/usr/lib64/security',
  '/usr/local/lib/security',
]

export interface PamRule {
  readonly type: string
  readonly control: string
  readonly module: string
  readonly args: readonly string[]
  /** The line begins with `-`: a missing module is passed over in silence. */
  readonly optional: boolean
}

/** One line of pam.d(5); `@include` and comments are no rule. */
export function parsePamLine(text: string, withService = false): PamRule | undefined {
  const line = withService ? text.trim().replace(/^\S+\s+/, '') : text.trim()
  const [, dash, type = '', control = '', module = '', rest = ''] =
    /^(-?)(auth|account|password|session)\s+(\[[^\]]{0,500}\]|\S{1,100})\s+(\S{1,1000})(?:\s+(.*))?$/is.exec(
      line.slice(0, 8_192),
    ) ?? []
  if (module === '' || /^(?:include|substack)$/i.test(control)) return undefined
  const args = [...rest.matchAll(/\[((?:[^\]\\]|\\.)*)\]|(\S+)/g)].map(match => match[1] ?? match[2] ?? '')
  const comment = args.findIndex(arg => arg.startsWith('#'))
  return {
    type: type.toLowerCase(),
    control,
    module,
    args: comment < 0 ? args : args.slice(0, comment),
    optional: dash === '-',
  }
}

function* fileFacts(survey: Survey, path: string, find: (module: string) => string | undefined): Generator<Fact> {
  const withService = path === '/etc/pam.conf'
  for (const { line, text, joined } of readLines(survey.target, path, 256 * 1024)) {
    const rule = parsePamLine(joined, withService)
    if (!rule) continue
    const module = find(rule.module)
    const oddities = odditiesOf(survey, rule, module)
    const command = commandOf(rule)
    if (oddities.length === 0 && (command === undefined || isStock(survey, path))) continue
    const modulePath = module ?? (rule.module.startsWith('/') ? rule.module : undefined)
    yield autostartFact(survey, {
      mechanism: 'pam',
      path,
      line,
      text,
      name: path.slice(path.lastIndexOf('/') + 1),
      command: command ?? modulePath ?? rule.module,
      targets: [
        ...(command === undefined ? [] : commandTargets(command)),
        ...(modulePath !== undefined && !isStock(survey, modulePath) ? [modulePath] : []),
      ],
      user: 'root',
      schedule: rule.type === 'session' ? 'login' : 'authentication',
      enabled: module !== undefined,
      settings: [
        `type=${rule.type}`,
        `control=${rule.control}`,
        `module=${rule.module}`,
        ...moduleOwnership(survey, module),
      ],
      oddities,
    })
  }
}

function odditiesOf(survey: Survey, rule: PamRule, module: string | undefined): string[] {
  const name = rule.module.slice(rule.module.lastIndexOf('/') + 1)
  const oddities: string[] = []
  if (module === undefined) {
    if (!rule.optional) oddities.push('missing-module')
  } else if (aboutFile(survey, module).ownership === 'modified') oddities.push('modified-module')
  else if (!isStock(survey, module)) oddities.push('unowned-module')
  const suffices = rule.control.toLowerCase() === 'sufficient' || /\bsuccess\s*=\s*(?:done|ok|\d)/i.test(rule.control)
  if (rule.type === 'auth' && suffices && name === 'pam_permit.so') oddities.push('permits-all')
  return oddities
}

/** What the module runs, for modules that run something. */
function commandOf({ module, args }: PamRule): string | undefined {
  const name = module.slice(module.lastIndexOf('/') + 1)
  if (name === 'pam_exec.so') {
    const first = args.findIndex(
      arg => !/^(?:debug|expose_authtok|quiet|quiet_log|seteuid|stdout|log=.*|type=.*)$/.test(arg),
    )
    return first < 0 ? '' : args.slice(first).join(' ')
  }
  if (name === 'pam_script.so') return args.find(arg => arg.startsWith('dir='))?.slice(4) ?? '/usr/share/libpam-script'
  if (/^pam_(?:python|lua|perl|ruby)\w*\.so$/.test(name)) return args.join(' ')
  return undefined
}

function moduleOwnership(survey: Survey, module: string | undefined): string[] {
  return module === undefined ? [] : [`moduleOwnership=${aboutFile(survey, module).ownership}`]
}
