import type { Fact } from '../../model/index.ts'
import type { Collector, Survey } from '../collector.ts'
import { type Autostart, autostartFact, isStock } from './autostart-fact.ts'
import { distinct, glob } from './directory.ts'
import { type HostLine, readLines } from './host-lines.ts'

/**
 * What the kernel loads or runs by itself: modules-load.d(5), `install` lines of modprobe.d(5), binfmt.d(5) and binfmt_misc,
 * the pipe of core(5), the helpers it calls for modules, hot-plug and power-off, and another `init=`. Files that are as
 * their package left them are left out.
 */
export const kernelStart: Collector = {
  name: 'kernel-start',
  collects: ['autostart'],
  os: ['linux'],
  stage: 'first',
  *collect(survey) {
    survey.progress('kernel start')
    yield* modulesToLoad(survey)
    yield* lineFacts(survey, modprobePlaces, modprobeLine)
    yield* lineFacts(survey, binfmtPlaces, binfmtLine)
    yield* registeredFormats(survey)
    yield* lineFacts(survey, sysctlPlaces, helperLine)
    yield* helpersInForce(survey)
    yield* commandLines(survey)
  },
}

type Found = Omit<Autostart, 'path' | 'line' | 'text'> | undefined

const modulePlaces = [
  '/etc/modules',
  '/etc/modules-load.d/*',
  '/usr/local/lib/modules-load.d/*',
  '/usr/lib/modules-load.d/*',
  '/lib/modules-load.d/*',
  '/run/modules-load.d/*',
]
const modprobePlaces = [
  '/etc/modprobe.conf',
  '/etc/modprobe.d/*',
  '/usr/local/lib/modprobe.d/*',
  '/usr/lib/modprobe.d/*',
  '/lib/modprobe.d/*',
  '/run/modprobe.d/*',
]
const binfmtPlaces = ['/etc/binfmt.d/*', '/usr/local/lib/binfmt.d/*', '/usr/lib/binfmt.d/*', '/run/binfmt.d/*']
const sysctlPlaces = [
  '/etc/sysctl.conf',
  '/etc/sysctl.d/*',
  '/usr/local/lib/sysctl.d/*',
  '/usr/lib/sysctl.d/*',
  '/lib/sysctl.d/*',
  '/run/sysctl.d/*',
]

/** The facts that `parse` makes of the lines of those files. */
function* lineFacts(survey: Survey, places: readonly string[], parse: (line: HostLine) => Found): Generator<Fact> {
  for (const path of ownFiles(survey, places)) {
    for (const entry of readLines(survey.target, path)) {
      const found = /^\s*[#;]/.test(entry.joined) ? undefined : parse(entry)
      if (found) yield autostartFact(survey, { ...found, path, line: entry.line, text: entry.text })
    }
  }
}

function ownFiles(survey: Survey, places: readonly string[]): string[] {
  const { target } = survey
  const paths = distinct(
    target,
    places.flatMap(pattern => glob(target, pattern)),
  )
  return paths.filter(path => target.files.stat(path)?.type === 'file' && !isStock(survey, path))
}

function* modulesToLoad(survey: Survey): Generator<Fact> {
  for (const path of ownFiles(survey, modulePlaces)) {
    for (const { line, text, joined } of readLines(survey.target, path)) {
      const [name] = joined.trim().split(/\s+/)
      if (name === undefined || name === '' || /^[#;]/.test(name)) continue
      const targets = moduleFiles(survey, name)
      yield autostartFact(survey, {
        mechanism: 'modules-load',
        path,
        line,
        text,
        name,
        command: `modprobe ${name}`,
        targets,
        schedule: 'boot',
        user: 'root',
      })
    }
  }
}

/** Files of a module that modules.dep lists and no package owns, in every kernel's directory. */
function moduleFiles(survey: Survey, name: string): string[] {
  const found: string[] = []
  const wanted = `/${name.replaceAll('-', '_')}.ko`
  for (const list of glob(survey.target, '/lib/modules/*/modules.dep').slice(0, 10)) {
    const folder = list.slice(0, list.lastIndexOf('/'))
    for (const line of (survey.target.files.text(list, 8 << 20) ?? '').split('\n', 50_000)) {
      const [file = ''] = line.split(':', 1)
      if (!`/${file}`.replaceAll('-', '_').includes(wanted)) continue
      const path = file.startsWith('/') ? file : `${folder}/${file}`
      if (!isStock(survey, path)) found.push(path)
    }
  }
  return found.slice(0, 16)
}

/** `install NAME COMMAND` and `remove NAME COMMAND`; /bin/true and /bin/false only keep a module out. */
export function modprobeLine({ joined }: HostLine): Found {
  const [, verb, name, command = ''] = /^\s*(install|remove)\s+(\S{1,200})\s+(.*?)\s*$/s.exec(joined) ?? []
  if (verb === undefined || /^(?:\/usr)?(?:\/bin\/)?(?:true|false)$/.test(command)) return undefined
  return { mechanism: 'modprobe', name, command, user: 'root', schedule: `${verb} ${name ?? ''}` }
}

/** `:NAME:TYPE:OFFSET:MAGIC:MASK:INTERPRETER:FLAGS`, with any character in the place of `:`. */
export function binfmtLine({ joined }: HostLine): Found {
  const text = joined.trim()
  const [name = '', type = '', , , , interpreter = '', flags = ''] = text.slice(1).split(text.charAt(0))
  if (!/^[EM]$/.test(type) || interpreter === '') return undefined
  return {
    mechanism: 'binfmt',
    name,
    command: interpreter,
    targets: [interpreter],
    settings: [`flags=${flags}`],
    schedule: 'program start',
  }
}

function* registeredFormats(survey: Survey): Generator<Fact> {
  const directory = '/proc/sys/fs/binfmt_misc'
  for (const name of survey.target.files.list(directory) ?? []) {
    if (name === 'register' || name === 'status') continue
    const text = survey.target.files.text(`${directory}/${name}`, 4_096) ?? ''
    const [, interpreter] = /^interpreter (\/.*)$/m.exec(text) ?? []
    if (interpreter === undefined) continue
    const enabled = text.startsWith('enabled')
    yield autostartFact(survey, {
      mechanism: 'binfmt',
      path: `${directory}/${name}`,
      name,
      command: interpreter,
      targets: [interpreter],
      enabled,
      schedule: 'program start',
    })
  }
}

/** sysctl names of programs that the kernel runs, with what is usual. */
const helpers: Readonly<Record<string, RegExp>> = {
  'kernel.core_pattern': /^(?!\s*\|)/,
  'kernel.modprobe': /^(?:\/usr)?\/sbin\/modprobe$|^$/,
  'kernel.hotplug': /^$/,
  'kernel.poweroff_cmd': /^(?:\/usr)?\/sbin\/poweroff$|^$/,
}

export function helperLine({ joined }: HostLine): Found {
  const [, name = '', value = ''] = /^\s*-?([\w./-]{1,100})\s*=\s*(.*?)\s*$/s.exec(joined) ?? []
  return helper(name.replaceAll('/', '.'), value)
}

function helper(name: string, value: string): Found {
  const usual = Object.hasOwn(helpers, name) ? helpers[name] : undefined
  if (usual === undefined || usual.test(value)) return undefined
  const command = value.replace(/^\s*\|\s*/, '')
  return {
    mechanism: 'core-pattern',
    name,
    command,
    user: 'root',
    schedule: name === 'kernel.core_pattern' ? 'crash' : 'kernel event',
  }
}

function* helpersInForce(survey: Survey): Generator<Fact> {
  for (const name of Object.keys(helpers)) {
    const path = `/proc/sys/${name.replaceAll('.', '/')}`
    const found = helper(name, (survey.target.files.text(path, 4_096) ?? '').trim())
    if (found) yield autostartFact(survey, { ...found, path })
  }
  const path = '/sys/kernel/uevent_helper'
  const command = (survey.target.files.text(path, 4_096) ?? '').trim()
  if (command !== '')
    yield autostartFact(survey, {
      mechanism: 'core-pattern',
      path,
      name: 'uevent_helper',
      command,
      user: 'root',
      schedule: 'kernel event',
    })
}

/** `init=` and `rdinit=` of the kernel's command line, where it is not the usual init. */
function* commandLines(survey: Survey): Generator<Fact> {
  for (const path of [
    '/proc/cmdline',
    '/etc/default/grub',
    '/etc/kernel/cmdline',
    '/boot/grub/grub.cfg',
    '/boot/grub2/grub.cfg',
    ...glob(survey.target, '/boot/loader/entries/*.conf'),
  ]) {
    for (const { line, text, joined } of readLines(survey.target, path)) {
      if (/^\s*#/.test(joined)) continue
      for (const match of joined.matchAll(/(?:^|[\s"'])(rdinit|init)=([^\s"']{1,400})/g)) {
        const [, name, command = ''] = match
        if (/^(?:\/usr)?(?:\/sbin\/init|\/lib\/systemd\/systemd|\/bin\/systemd)$/.test(command)) continue
        yield autostartFact(survey, {
          mechanism: 'initramfs',
          path,
          line,
          text,
          name,
          command,
          targets: [command],
          user: 'root',
          schedule: 'boot',
        })
      }
    }
  }
}
