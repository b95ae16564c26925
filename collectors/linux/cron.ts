import type { AutostartFact, Fact, Mechanism } from '../../model/index.ts'
import { displayBytes } from '../../target/index.ts'
import type { Collector, Person, Survey } from '../collector.ts'
import { autostartFact, isStock } from './autostart-fact.ts'
import { bounded } from './bounded.ts'
import { commandNames, commandTargets, unusualDirectories } from './command.ts'
import { type CrontabForm, type CrontabJob, type CrontabVariable, parseCrontab } from './crontab-file.ts'
import { baseName, distinct, filesIn, join } from './directory.ts'
import { personNamed } from './person-named.ts'
import { isPreloadVariable, preloadFacts } from './preload-fact.ts'
import { strayCommand } from './stray-command.ts'

/** Jobs of cron, anacron, fcron and incron, and the scripts of the periodic directories: the commonest way for a miner to come back. */
export const cron: Collector = {
  name: 'cron',
  collects: ['autostart', 'preload'],
  os: ['linux'],
  stage: 'first',
  *collect(survey) {
    survey.progress('cron jobs')
    const skips = nameRule(survey)
    const { target } = survey
    yield* bounded(target, 'cron jobs', allJobs(survey, skips), mostFacts)
    yield* bounded(target, 'periodic scripts', periodicScripts(survey, skips), mostFacts)
  },
}

const mostFacts = 10_000

function* allJobs(survey: Survey, skips: (name: string) => boolean): Generator<Fact> {
  for (const table of bounded(survey.target, 'crontabs', tables(survey, skips), mostTables))
    yield* readTable(survey, table)
}

interface Table {
  readonly path: string
  readonly form: CrontabForm
  readonly mechanism: Mechanism
  /** Whose table it is, where the file and not the line says so. */
  readonly user?: string | undefined
  readonly enabled: boolean
  readonly oddities: readonly string[]
}

function* tables(survey: Survey, skips: (name: string) => boolean): Generator<Table> {
  const { target } = survey
  const whole = { enabled: true, oddities: [] }
  if (target.files.stat('/etc/crontab')?.type === 'file')
    yield { path: '/etc/crontab', form: 'system', mechanism: 'cron-system', ...whole }
  for (const path of distinct(target, filesIn(target, '/etc/cron.d')))
    yield { path, form: 'system', mechanism: 'cron-d', ...skippedName(skips(baseName(path))) }
  for (const path of distinct(target, userTables(survey))) yield userTable(survey, path)
  if (target.files.stat('/etc/anacrontab')?.type === 'file')
    yield { path: '/etc/anacrontab', form: 'anacron', mechanism: 'anacron', user: 'root', ...whole }
  for (const path of filesIn(target, '/etc/incron.d'))
    yield { path, form: 'incron', mechanism: 'incron', user: 'root', ...whole }
}

function skippedName(skipped: boolean): { enabled: boolean; oddities: readonly string[] } {
  return skipped ? { enabled: false, oddities: ['skipped-name'] } : { enabled: true, oddities: [] }
}

// Debian, Alpine and busybox: crontabs/; SUSE: tabs/; cronie: the directory itself; FreeBSD's cron: /var/cron/tabs.
const userDirectories = [
  '/var/spool/cron',
  '/etc/crontabs',
  '/var/cron/tabs',
  '/usr/lib/cron/tabs',
  '/var/spool/fcron',
  '/var/spool/incron',
] as const
const deepest = 3
const mostTables = 2_000

/** Files of the spools at any depth: a worm writes to all the places it knows and does not ask which cron is installed. */
function userTables(survey: Survey): string[] {
  const { target } = survey
  const found: string[] = []
  const visit = (directory: string, depth: number): void => {
    for (const name of target.files.list(directory) ?? []) {
      const path = join(directory, name)
      const type = target.files.stat(path)?.type
      if (found.length > mostTables) return
      if (type === 'file' && !notTables.test(path)) found.push(path)
      // A link to a directory is followed only at the top, where Alpine has one.
      else if (type === 'directory' && depth < deepest && !notTables.test(`${path}/`)) {
        if (depth === 0 || target.files.lstat(path)?.type === 'directory') visit(path, depth + 1)
      }
    }
  }
  for (const directory of userDirectories) visit(directory, 0)
  return found
}

const notTables = /^\/var\/spool\/cron\/(?:at(?:jobs|spool)|lastrun)\/|\/\.(?:SEQ|lockfile)$/

function userTable(survey: Survey, path: string): Table {
  const file = baseName(path)
  const fcron = path.startsWith('/var/spool/fcron/')
  const user = fcron ? file.replace(/\.orig$/, '').replace(/^systab$/, 'root') : file
  const leftover = /^tmp\./.test(file)
  const unknown = !leftover && !hasAccount(survey, user)
  const mechanism = fcron ? 'fcron' : path.startsWith('/var/spool/incron/') ? 'incron' : 'cron-user'
  return {
    path,
    form: mechanism === 'cron-user' ? 'user' : mechanism,
    mechanism,
    user,
    enabled: !leftover && !unknown,
    oddities: leftover ? ['leftover'] : unknown ? ['unknown-user'] : [],
  }
}

function* readTable(survey: Survey, table: Table): Generator<Fact> {
  const text = survey.target.files.text(table.path, 1 << 20)
  if (text === undefined) return
  const { jobs, variables, cut } = parseCrontab(text, table.form)
  if (cut) survey.target.addGap({ what: displayBytes(table.path), why: 'more jobs than are read' })
  for (const variable of variables) {
    const { name, value, line, text: exact } = variable
    if (isPreloadVariable(name)) yield* preloadFacts(survey, name, value, { path: table.path, line, text: exact })
  }
  for (const job of jobs) yield jobFact(survey, table, job)
}

function jobFact(survey: Survey, table: Table, job: CrontabJob): AutostartFact {
  const user = job.user ?? table.user
  const person = user === undefined ? undefined : personNamed(survey.people, user)
  const oddities = [...table.oddities, ...job.oddities]
  const known = table.form !== 'system' || job.user === undefined || hasAccount(survey, job.user)
  // Not `unknown-user`, which says that nobody owns the whole table.
  if (!known) oddities.push('no-such-user')
  if (table.form === 'user' && namesUser(survey.people, job.command)) oddities.push('user-field')
  const enabled = table.enabled && job.valid && known
  return autostartFact(survey, {
    mechanism: table.mechanism,
    path: table.path,
    line: job.line,
    text: job.text,
    name: job.name,
    command: job.command,
    user: user && displayBytes(user),
    schedule: displayBytes(job.schedule),
    enabled,
    targets: [...jobTargets(job, person), ...strayCommands(survey, job)],
    settings: settingsOf(job.variables),
    oddities,
  })
}

/** Root is always there; a host whose accounts live elsewhere too, or whose passwd cannot be read, is not said to lack anybody. */
function hasAccount(survey: Survey, user: string): boolean {
  if (user === 'root' || survey.people.length === 0 || personNamed(survey.people, user) !== undefined) return true
  return asksElsewhere(survey)
}

const elsewhere = new WeakMap<Survey, boolean>()

/** True when nsswitch.conf(5) names a directory service for accounts. */
function asksElsewhere(survey: Survey): boolean {
  const known = elsewhere.get(survey)
  if (known !== undefined) return known
  const [, sources = ''] =
    /^[ \t]*passwd:([^\n#]{0,500})/m.exec(survey.target.files.text('/etc/nsswitch.conf', 1 << 16) ?? '') ?? []
  const found = /\b(?:sss|ldap|nis|nisplus|winbind|hesiod|extrausers)\b/.test(sources)
  elsewhere.set(survey, found)
  return found
}

/** A user's table with the user field of /etc/crontab: cron takes the name for a program. */
function namesUser(people: readonly Person[], command: string): boolean {
  const first = /^(\S+)\s+\S/.exec(command)?.[1]
  return first !== undefined && (first === 'root' || personNamed(people, first) !== undefined)
}

function jobTargets(job: CrontabJob, person: Person | undefined): string[] {
  const value = (name: string) => job.variables.findLast(variable => variable.name === name)?.value
  const home = value('HOME') ?? person?.home
  const place = { home, cwd: home, path: unusualDirectories(value('PATH') ?? '') }
  const loaded = ['LD_PRELOAD', 'LD_AUDIT', 'BASH_ENV', 'ENV'].flatMap(name => value(name)?.split(/[:\s]+/) ?? [])
  const shell = value('SHELL') ?? ''
  const own = [...loaded, ...(/^\/(?:usr\/)?bin\/\w*sh$/.test(shell) ? [] : [shell])].filter(path =>
    path.startsWith('/'),
  )
  const [command = ''] = job.input === undefined ? [job.command] : job.command.split('%', 1)
  return [...commandTargets(command, place), ...commandTargets(job.input ?? '', place), ...own]
}

function strayCommands(survey: Survey, job: CrontabJob): string[] {
  return commandNames(job.command).flatMap(name => strayCommand(survey, name) ?? [])
}

function settingsOf(variables: readonly CrontabVariable[]): string[] {
  return variables.slice(-20).map(({ name, value }) => `${name}=${value.slice(0, 1024)}`)
}

const periodic: readonly (readonly [directory: string, schedule: string])[] = [
  ['/etc/cron.hourly', '@hourly'],
  ['/etc/cron.daily', '@daily'],
  ['/etc/cron.weekly', '@weekly'],
  ['/etc/cron.monthly', '@monthly'],
  ['/etc/cron.yearly', '@yearly'],
  ['/etc/periodic/15min', '*/15 * * * *'],
  ['/etc/periodic/hourly', '@hourly'],
  ['/etc/periodic/daily', '@daily'],
  ['/etc/periodic/weekly', '@weekly'],
  ['/etc/periodic/monthly', '@monthly'],
]

/** The scripts that run-parts(8) runs; those it passes over are told too, unless they are as a package left them. */
function* periodicScripts(survey: Survey, skips: (name: string) => boolean): Generator<Fact> {
  for (const [directory, schedule] of periodic) {
    for (const path of filesIn(survey.target, directory)) {
      const executable = ((survey.target.files.stat(path)?.mode ?? 0) & 0o111) !== 0
      const skipped = skips(baseName(path))
      if ((skipped || !executable) && isStock(survey, path)) continue
      const real = survey.target.files.realPath(path) ?? path
      yield autostartFact(survey, {
        mechanism: 'cron-periodic',
        path,
        name: baseName(path),
        command: path,
        user: 'root',
        schedule,
        enabled: executable && !skipped,
        targets: [path, real],
        oddities: [...(skipped ? ['skipped-name'] : []), ...(executable ? [] : ['not-executable'])],
      })
    }
  }
}

/** Names in cron.d and in the periodic directories that are never run: Debian wants letters, digits, `_` and `-`; cronie passes over left-overs. */
function nameRule({ target }: Survey): (name: string) => boolean {
  const left = /^[.#]|[~,]$|\.(?:rpm(?:save|orig|new)|swp|cfsaved|dpkg-\w+)$/
  const debian = target.files.stat('/etc/debian_version') !== undefined
  const alpine = target.files.stat('/etc/alpine-release') !== undefined
  if (debian || alpine) return name => !/^[A-Za-z0-9_-]+$/.test(name)
  return name => left.test(name)
}
