import type { Fact } from '../../model/index.ts'
import type { Collector, Survey } from '../collector.ts'
import { autostartFact } from './autostart-fact.ts'
import { distinct, glob } from './directory.ts'
import { type IniEntry, iniEntries } from './ini-file.ts'
import { variableFacts } from './start-variables.ts'

/** Programs of supervisord.conf: `[program:x] command=`, restarted by default; files of `[include]` are followed. */
export const supervisor: Collector = {
  name: 'supervisor',
  collects: ['autostart', 'preload'],
  os: ['linux'],
  stage: 'first',
  *collect(survey) {
    for (const { path, entries } of configurations(survey)) yield* programs(survey, path, entries)
  },
}

const wellKnown = [
  ...['/etc/supervisord.conf', '/etc/supervisor/supervisord.conf', '/etc/supervisor.conf', '/usr/etc/supervisord.conf'],
  ...[
    '/usr/local/etc/supervisord.conf',
    '/opt/supervisor/supervisord.conf',
    '/etc/supervisor/conf.d/*',
    '/etc/supervisor.d/*',
  ],
  ...['/etc/supervisord.d/*', '/etc/supervisor/conf-enabled/*', '/www/server/panel/plugin/supervisor/profile/*'],
]

function configurations(survey: Survey): { path: string; entries: IniEntry[] }[] {
  const { target } = survey
  const queue = distinct(
    target,
    wellKnown.flatMap(pattern => glob(target, pattern)),
  )
  const found: { path: string; entries: IniEntry[] }[] = []
  const seen = new Set<string>()
  while (queue.length > 0 && seen.size < 500) {
    const path = queue.shift() ?? ''
    const real = target.files.realPath(path) ?? path
    if (seen.has(real) || target.files.stat(path)?.type !== 'file') continue
    seen.add(real)
    const entries = iniEntries(target.files.text(path, 1 << 20) ?? '')
    found.push({ path, entries })
    const base = path.slice(0, path.lastIndexOf('/'))
    const includes = entries.filter(({ section, key }) => section === 'include' && key === 'files')
    for (const pattern of includes.flatMap(entry => entry.value.split(/\s+/)).slice(0, 50)) {
      queue.push(...glob(target, pattern.startsWith('/') ? pattern : `${base}/${pattern}`))
    }
  }
  return found
}

const told = ['user', 'directory', 'autostart', 'autorestart', 'startretries']

function* programs(survey: Survey, path: string, entries: readonly IniEntry[]): Generator<Fact> {
  for (const { section, key, value, line, text } of entries) {
    const [, name] = /^(?:program|eventlistener|fcgi-program):(.*)$/s.exec(section) ?? []
    const place = { mechanism: 'supervisor' as const, path, line, text }
    if (key === 'environment') {
      for (const [variable, content] of variablesOf(value))
        yield* variableFacts(survey, { ...place, name: variable, value: content })
    }
    if (name === undefined || key !== 'command') continue
    const options = entries.filter(entry => entry.section === section)
    const option = (wanted: string): string | undefined => options.find(entry => entry.key === wanted)?.value
    yield autostartFact(survey, {
      ...place,
      name,
      command: value,
      user: option('user') ?? 'root',
      cwd: option('directory'),
      schedule: 'always',
      enabled: option('autostart')?.toLowerCase() !== 'false',
      settings: options.filter(entry => told.includes(entry.key)).map(entry => `${entry.key}=${entry.value}`),
    })
  }
}

/** `A="x",B='y'`. */
function variablesOf(value: string): [string, string][] {
  const pairs = value.matchAll(/(\w+)\s*=\s*("[^"]*"|'[^']*'|[^,]*)/g)
  return [...pairs].slice(0, 100).map(pair => [pair[1] ?? '', (pair[2] ?? '').replace(/^(["'])(.*)\1$/s, '$2')])
}
