import type { Fact } from '../../model/index.ts'
import type { Collector, Survey } from '../collector.ts'
import { isStock } from './autostart-fact.ts'
import { distinct, glob } from './directory.ts'
import { readLines } from './host-lines.ts'
import { homesOf } from './people.ts'
import { shellActions } from './shell-lines.ts'
import { variableFacts } from './start-variables.ts'

/**
 * Variables that make programs load or run something, where services and logins get them: environment(5), pam_env.conf(5),
 * /etc/default, /etc/sysconfig, ~/.ssh/environment. All other variables are left out.
 */
export const environment: Collector = {
  name: 'environment',
  collects: ['autostart', 'preload'],
  os: ['linux'],
  stage: 'first',
  *collect(survey) {
    survey.progress('environment files')
    const { target } = survey
    for (const path of distinct(
      target,
      sourced.flatMap(pattern => glob(target, pattern)),
    )) {
      if (target.files.stat(path)?.type === 'file' && !isStock(survey, path)) yield* sourcedFacts(survey, path)
    }
    for (const path of plain) yield* plainFacts(survey, path, {})
    for (const path of pamFiles) yield* pamFacts(survey, path, {})
    for (const person of homesOf(target, survey.people)) {
      yield* pamFacts(survey, `${person.home}/.pam_environment`, person)
      yield* plainFacts(survey, `${person.home}/.ssh/environment`, person)
      yield* plainFacts(survey, `${person.home}/.npmrc`, person, npmOptions)
    }
  },
}

/** Read by shell scripts or by systemd's EnvironmentFile=. */
const sourced = [
  '/etc/default/*',
  '/etc/default/*/*',
  '/etc/sysconfig/*',
  '/etc/sysconfig/*/*',
  '/etc/conf.d/*',
  '/etc/rc.conf',
  '/etc/rc.conf.d/*',
]
const plain = ['/etc/environment', '/etc/locale.conf', '/etc/login.environment', '/etc/cloud/environment']
const pamFiles = ['/etc/security/pam_env.conf', '/usr/lib/security/pam_env.conf']

interface Whose {
  readonly user?: string
  readonly home?: string
}

function* sourcedFacts(survey: Survey, path: string): Generator<Fact> {
  const text = survey.target.files.text(path, 256 * 1024)
  if (text === undefined || text.includes('\0')) return
  for (const { kind, line, text: exact, name, value } of shellActions(text)) {
    if (kind === 'variable') {
      yield* variableFacts(survey, {
        mechanism: 'environment',
        path,
        line,
        text: exact,
        name,
        value,
        schedule: 'service start',
      })
    }
  }
}

/** `NAME=value` lines; `export` and quotes are taken off as pam_env does. */
function* plainFacts(
  survey: Survey,
  path: string,
  whose: Whose,
  rename: Readonly<Record<string, string>> = {},
): Generator<Fact> {
  for (const { line, text, joined } of readLines(survey.target, path)) {
    const match = /^\s*(?:export\s+)?([\w-]+)\s*=\s*(.*?)\s*$/.exec(joined.slice(0, 32_768))
    if (!match) continue
    const name = rename[match[1] ?? ''] ?? match[1] ?? ''
    const value = unquoted(match[2] ?? '')
    yield* variableFacts(survey, {
      mechanism: 'environment',
      path,
      line,
      text,
      name,
      value,
      ...whose,
      schedule: 'login',
    })
  }
}

/** npm's own name for NODE_OPTIONS of every script it runs (npm-config(7)). */
const npmOptions = { 'node-options': 'NODE_OPTIONS' }

/** `NAME DEFAULT=value OVERRIDE=value`, or the plain form. */
function* pamFacts(survey: Survey, path: string, whose: Whose): Generator<Fact> {
  if (isStock(survey, path)) return
  for (const { line, text, joined } of readLines(survey.target, path)) {
    if (/^\s*#/.test(joined) || joined.length > 32_768) continue
    const [, plainName, plainValue] = /^\s*(\w+)\s*=\s*(.*?)\s*$/.exec(joined) ?? []
    const [, name = plainName] = /^\s*(\w+)\s+(?:DEFAULT|OVERRIDE)=/.exec(joined) ?? []
    if (name === undefined) continue
    const values = [...joined.matchAll(/\b(?:DEFAULT|OVERRIDE)=("[^"]*"|\S*)/g)].map(match => match[1] ?? '')
    for (const value of plainValue === undefined ? values : [plainValue]) {
      const given = { mechanism: 'environment' as const, path, line, text, name, value: unquoted(value), ...whose }
      yield* variableFacts(survey, { ...given, schedule: 'login' })
    }
  }
}

function unquoted(value: string): string {
  return value.replace(/^(["'])([\s\S]*)\1$/, '$2')
}
