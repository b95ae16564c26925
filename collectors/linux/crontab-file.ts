import { trimmedEnd } from './trim.ts'

/** `user`: five fields and a command. `system`: a user between them. `anacron`, `incron`, `fcron`: anacrontab(5), incrontab(5), fcrontab(5). */
export type CrontabForm = 'user' | 'system' | 'anacron' | 'incron' | 'fcron'

export interface CrontabVariable {
  readonly line: number
  readonly text: string
  readonly name: string
  readonly value: string
}

export interface CrontabJob {
  /** 1-based. */
  readonly line: number
  /** The line exactly as it is in the file, without its line feed. */
  readonly text: string
  readonly schedule: string
  readonly user?: string | undefined
  /** Job identifier of anacron. */
  readonly name?: string | undefined
  /** As it stands in the file with `\%` resolved; an unescaped `%` still divides it from its standard input. */
  readonly command: string
  /** What the shell is given as standard input, where the line has an unescaped `%`. */
  readonly input?: string | undefined
  /** The environment lines before it; a later one of the same name wins. */
  readonly variables: readonly CrontabVariable[]
  /** False for what a daemon that reads the file would refuse. */
  readonly valid: boolean
  readonly oddities: readonly string[]
}

export interface Crontab {
  readonly jobs: readonly CrontabJob[]
  readonly variables: readonly CrontabVariable[]
  /** More lines or jobs than are read. */
  readonly cut: boolean
}

const mostLines = 50_000
const mostJobs = 2_000
const mostVariables = 100

/**
 * The jobs of a crontab (crontab(5) of Debian, cronie and FreeBSD). A file that a Redis server was made to write has binary
 * data around its lines; cron skips that and runs the rest, so it is skipped here too.
 */
export function parseCrontab(text: string, form: CrontabForm): Crontab {
  const lines = text.split('\n', mostLines + 1)
  const fileOddities = /^REDIS\d{4}/.test(text) ? ['rdb-wrapped'] : []
  const jobs: CrontabJob[] = []
  const variables: CrontabVariable[] = []
  for (const [index, exact] of lines.slice(0, mostLines).entries()) {
    if (jobs.length >= mostJobs) break
    const place = { line: index + 1, text: exact }
    const content = exact.replace(/^[ \t\f\v\r]+/, '')
    if (content === '' || content.startsWith('#')) continue
    const variable = readVariable(content)
    if (variable !== undefined) {
      if (variables.length < mostVariables) variables.push({ ...place, ...variable })
      continue
    }
    const direct = readJob(content, form)
    const job = direct ?? readBuriedJob(exact, form)
    if (job === undefined) continue
    const oddities = [...fileOddities, ...(direct === undefined ? ['inside-binary'] : []), ...job.oddities]
    jobs.push({ ...place, ...job, variables: [...variables], oddities })
  }
  return { jobs, variables, cut: lines.length > mostLines || jobs.length >= mostJobs }
}

type Job = Omit<CrontabJob, 'line' | 'text' | 'variables'>

function readVariable(content: string): { name: string; value: string } | undefined {
  const match = /^(?:([A-Za-z_]\w{0,127})|"([^"=]{1,128})"|'([^'=]{1,128})')[ \t]*=[ \t]*(.*)$/s.exec(
    content.slice(0, 8192),
  )
  if (match === null) return undefined
  const value = (match[4] ?? '').trimEnd()
  const [, , inner] = /^(["'])(.*)\1$/s.exec(value) ?? []
  return { name: match[1] ?? match[2] ?? match[3] ?? '', value: inner ?? value }
}

function readJob(content: string, form: CrontabForm): Job | undefined {
  if (form === 'anacron') return readAnacronJob(content)
  if (form === 'incron') return readIncronJob(content)
  if (form === 'fcron') return readFcronJob(content)
  return readCronJob(content, form)
}

/** One `-` before the schedule tells cronie and FreeBSD not to log the job. */
const nickname =
  /^-?(@(?:reboot|yearly|annually|monthly|weekly|daily|midnight|hourly|every_minute|every_second|\d{1,9}))[ \t]+(\S.*)$/is
const fiveFields = /^-?(\S{1,500})[ \t]+(\S{1,500})[ \t]+(\S{1,500})[ \t]+(\S{1,500})[ \t]+(\S{1,500})[ \t]+(\S.*)$/s

function readCronJob(content: string, form: CrontabForm): Job | undefined {
  const [, special, afterSpecial = ''] = nickname.exec(content) ?? []
  if (special !== undefined) return withUser({ schedule: special, valid: true }, afterSpecial, form)
  const match = fiveFields.exec(content)
  if (match === null) return undefined
  const fields = match.slice(1, 6)
  if (!fields.every((field, at) => fieldShape(at).test(field))) return undefined
  const valid = fields.every((field, at) => inRange(field, at))
  return withUser({ schedule: fields.join(' '), valid }, match[6] ?? '', form)
}

function withUser(
  { schedule, valid }: { schedule: string; valid: boolean },
  rest: string,
  form: CrontabForm,
): Job | undefined {
  const oddities = valid ? [] : ['invalid-schedule']
  if (form !== 'system') return { schedule, ...commandOf(rest), valid, oddities }
  const [, user = '', command] = /^(\S+)(?:[ \t]+(.*))?$/s.exec(rest) ?? []
  // FreeBSD and cronie let a class and options follow the name.
  const name = user.replace(/[:/(].*$/s, '')
  const looksLikeUser = command !== undefined && command.trim() !== '' && name !== '' && name.length <= 64
  if (looksLikeUser) return { schedule, user: name, ...commandOf(command), valid, oddities }
  return { schedule, ...commandOf(rest), valid: false, oddities: [...oddities, 'no-user'] }
}

/** `%` ends the command and what follows is its input, line by line; `\%` is a percent sign. */
function commandOf(rest: string): { command: string; input?: string } {
  const raw = trimmedEnd(rest, '\r\n \t')
  const command = raw.replaceAll('\\%', '%')
  const split = /(?<!\\)%/.exec(raw)?.index
  if (split === undefined) return { command }
  const input = raw.slice(split + 1).replace(/\\?%/g, found => (found === '%' ? '\n' : '%'))
  return { command, input }
}

const names = 'jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|sun|mon|tue|wed|thu|fri|sat'
const ranges = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 7],
] as const
const numeric = /^[\d*][\d*,/~-]*$/
const named = new RegExp(`^(?:${names}|[\\d*,/~-])+$`, 'i')

function fieldShape(at: number): RegExp {
  return at < 3 ? numeric : named
}

function inRange(field: string, at: number): boolean {
  const [low, high] = ranges[at] ?? [0, 59]
  return field.split(',').every(part => {
    const match = /^(?:\*|(\w{1,4})(?:[-~](\w{1,4}))?|(\w{0,4})~(\w{0,4}))(?:\/(\d{1,4}))?$/.exec(part)
    if (match === null || match[5] === '0') return false
    return match.slice(1, 5).every(value => {
      if (value === undefined || value === '' || !/^\d/.test(value)) return true
      return /^\d+$/.test(value) && Number(value) >= low && Number(value) <= high
    })
  })
}

/** A job that stands in a line after bytes no crontab has: visible to whoever looks for it, not to cron. */
function readBuriedJob(exact: string, form: CrontabForm): Job | undefined {
  if (form !== 'user' && form !== 'system') return undefined
  const line = exact.slice(0, 65_536)
  if (!/[\u0000-\u0008\u000e-\u001f\udc80-\udcff]/.test(line)) return undefined
  const found =
    /[^\x20-\x7e\t]((?:[\d*][\d*,/~-]{0,60}[ \t]{1,200}){5}|@(?:reboot|hourly|daily|weekly|monthly)[ \t]{1,200})(?=\S)/.exec(
      line,
    )
  if (found === null) return undefined
  const start = found.index + 1
  const end = /[\u0000-\u0008\u000e-\u001f\udc80-\udcff]/.exec(line.slice(start))?.index
  const job = readCronJob(line.slice(start, end === undefined ? undefined : start + end), form)
  return job && { ...job, valid: false }
}

/** `period delay job-identifier command`; the period may be `@daily`, `@weekly`, `@monthly`. */
function readAnacronJob(content: string): Job | undefined {
  const [, period, delay, name, command] =
    /^(\d{1,9}|@\w{1,20})[ \t]+(\d{1,9})[ \t]+(\S{1,500})[ \t]+(\S.*)$/s.exec(content) ?? []
  if (period === undefined || command === undefined) return undefined
  const schedule = `${/^\d/.test(period) ? `every ${period} days` : period}, delay ${delay} min`
  return { schedule, name, command: command.trimEnd(), valid: true, oddities: [] }
}

const incronLine =
  /^((?:\\.|[^\s\\]){1,4096})[ \t]+((?:\w{1,40}(?:=\w{1,9})?)(?:,\w{1,40}(?:=\w{1,9})?){0,30})[ \t]+(\S.*)$/s

/** `path mask command`, where blanks in the path are escaped. */
function readIncronJob(content: string): Job | undefined {
  const [, path, mask, command] = incronLine.exec(content) ?? []
  if (path === undefined || mask === undefined || command === undefined) return undefined
  return { schedule: `${mask} ${path}`, command: command.trimEnd(), valid: true, oddities: [] }
}

/** `@options interval command`, `&options five-fields command`, `%period,options fields command` or a line of cron. */
function readFcronJob(content: string): Job | undefined {
  const [, optionsAt, interval, byInterval] =
    /^@([\w(),:./=-]{0,200})[ \t]+(\d[\dsmhdwS]{0,20})[ \t]+(\S.*)$/s.exec(content) ?? []
  const user = /\brunas\(([\w.-]{1,64})\)/.exec(content.slice(0, 300))?.[1]
  if (interval !== undefined && byInterval !== undefined)
    return { schedule: `@${optionsAt} ${interval}`, user, command: byInterval.trimEnd(), valid: true, oddities: [] }
  const [, option = '', fields] = /^([&%][\w(),:./=-]{0,200})[ \t]+(\S.*)$/s.exec(content) ?? []
  if (option.startsWith('%')) {
    const [, schedule, command] = /^((?:[\d*,/~-]{1,60}[ \t]+){1,5})(\S.*)$/s.exec(fields ?? '') ?? []
    if (schedule === undefined || command === undefined) return undefined
    return { schedule: `${option} ${schedule.trim()}`, user, command: command.trimEnd(), valid: true, oddities: [] }
  }
  const job = readCronJob(fields ?? content, 'user')
  return job && { ...job, user: user ?? job.user }
}
