import type { Fact } from '../../model/index.ts'
import { displayBytes } from '../../target/index.ts'
import type { Collector, Survey } from '../collector.ts'
import { autostartFact } from './autostart-fact.ts'
import { bounded } from './bounded.ts'
import { commandTargets, unusualDirectories } from './command.ts'
import { baseName, distinct, filesIn } from './directory.ts'
import { isPreloadVariable, preloadFacts } from './preload-fact.ts'

/** Jobs of at(1) and batch(1): run once, but a job may file the next one. */
export const at: Collector = {
  name: 'at',
  collects: ['autostart', 'preload'],
  os: ['linux'],
  stage: 'first',
  *collect(survey) {
    const paths = spools.flatMap(directory => filesIn(survey.target, directory, name => /^[a-zA-Z=]/.test(name)))
    for (const path of bounded(survey.target, 'jobs of at', distinct(survey.target, paths), 2_000))
      yield* jobFacts(survey, path)
  },
}

const spools = ['/var/spool/at', '/var/spool/cron/atjobs', '/var/spool/atjobs', '/var/at/jobs'] as const

function* jobFacts(survey: Survey, path: string): Generator<Fact> {
  const text = survey.target.files.text(path, 1 << 20)
  if (text === undefined) return
  const job = parseAtJob(text)
  const uid = job.uid ?? survey.target.files.stat(path)?.uid
  const person = survey.people.find(one => one.uid === uid)
  const value = (name: string) => job.variables.find(variable => variable.name === name)?.value
  for (const { name, value: said, line, text: exact } of job.variables)
    if (isPreloadVariable(name)) yield* preloadFacts(survey, name, said, { path, line, text: exact })
  const place = { home: person?.home, cwd: job.directory, path: unusualDirectories(value('PATH') ?? '') }
  yield autostartFact(survey, {
    mechanism: 'at',
    path,
    name: baseName(path),
    command: job.command,
    user: person ? displayBytes(person.name) : uid === undefined ? undefined : String(uid),
    schedule: scheduleOf(baseName(path)),
    targets: commandTargets(job.command, place),
    settings: job.variables
      .filter(({ name }) => isPreloadVariable(name) || telling.test(name))
      .map(variable => `${variable.name}=${variable.value}`),
    oddities: person === undefined && survey.people.length > 0 ? ['unknown-user'] : [],
  })
}

const telling = /^(?:BASH_ENV|ENV|PATH|SHELL|HTTPS?_PROXY|HISTFILE)$/i

/** `a0000101c2d3e4`: queue, five hexadecimal digits of the job's number, eight of the minute since 1970 in which it is due. */
function scheduleOf(name: string): string {
  const [, queue, minutes] = /^([a-zA-Z=])[0-9a-f]{5}([0-9a-f]{8})/.exec(name) ?? []
  if (minutes === undefined) return 'at'
  const due = new Date(Number.parseInt(minutes, 16) * 60_000)
  return `${queue === 'b' ? 'batch' : 'at'} ${Number.isNaN(due.getTime()) ? displayBytes(minutes) : due.toISOString()}`
}

interface AtJob {
  readonly uid: number | undefined
  readonly directory: string | undefined
  readonly variables: readonly {
    readonly name: string
    readonly value: string
    readonly line: number
    readonly text: string
  }[]
  /** The body, after the environment that at(1) wrote down. */
  readonly command: string
}

const mostPreamble = 2_000

/** The script that at(1) writes: `# atrun uid=…`, the environment of whoever called it, `cd`, then what was asked for. */
export function parseAtJob(text: string): AtJob {
  const lines = text.split('\n')
  const variables: { name: string; value: string; line: number; text: string }[] = []
  let uid: number | undefined
  let directory: string | undefined
  let bodyStart = 0
  for (const [index, line] of lines.slice(0, mostPreamble).entries()) {
    const header = /^#!|^# (?:mail|atrun)\b|^umask \d+\s*$/.test(line)
    const [, id] = /^# atrun uid=(\d{1,10})\b/.exec(line) ?? []
    if (id !== undefined) uid = Number(id)
    const [, name, value] = /^([A-Za-z_]\w{0,127})=(.*); export \1\s*$/s.exec(line.slice(0, 65_536)) ?? []
    if (name !== undefined) variables.push({ name, value: unquoted(value ?? ''), line: index + 1, text: line })
    const [, changed] = /^cd (.+) \|\| \{\s*$/.exec(line.slice(0, 8_192)) ?? []
    if (changed !== undefined) {
      directory = unquoted(changed)
      const close = lines.findIndex((later, at) => at > index && later === '}')
      bodyStart = close < 0 ? index + 1 : close + 1
      break
    }
    if (header || name !== undefined) bodyStart = index + 1
  }
  return { uid, directory, variables, command: withoutDelimiter(lines.slice(bodyStart)).trim() }
}

function unquoted(text: string): string {
  return text.replace(/\\(.)|["']/gs, '$1')
}

/** Debian's at hands the body to the shell in a here-document: `${SHELL:-/bin/sh} << 'marcinDELIMITER…'`. */
function withoutDelimiter(lines: readonly string[]): string {
  const start = lines.findIndex(line => line.trim() !== '')
  const [, delimiter] = /<<\s*'(marcinDELIMITER\w{1,40})'\s*$/.exec((lines[start] ?? '').slice(0, 200)) ?? []
  if (delimiter === undefined) return lines.join('\n')
  const end = lines.indexOf(delimiter)
  return lines.slice(start + 1, end < 0 ? undefined : end).join('\n')
}
