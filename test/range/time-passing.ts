import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { quote, type Range } from './range.ts'

/** One thing that a clock would start. */
interface Job {
  readonly from: string
  readonly user: string
  readonly schedule: string
  readonly command: string
}

/**
 * Lets time pass as far as starting things goes: runs every job of cron once, `@reboot` among them, every script of the
 * periodic directories, every service of a timer, starts every enabled unit, and logs in every account that has a shell.
 * Gives what was run, so that a test can see that it was not nothing.
 */
export async function tick(range: Range): Promise<string[]> {
  return runAll(range, jobsOf(range.root))
}

/** What would have been started after so many days: `tick` without the jobs that are not due in that time. */
export async function advanceDays(range: Range, days: number): Promise<string[]> {
  return runAll(
    range,
    jobsOf(range.root).filter(job => isDue(job.schedule, days)),
  )
}

async function runAll(range: Range, jobs: readonly Job[]): Promise<string[]> {
  const lines = jobs.map(({ user, command }) => `timeout 20 runuser -u ${quote(user)} -- /bin/sh -c ${quote(command)}`)
  for (const period of ['hourly', 'daily', 'weekly', 'monthly', 'yearly'])
    lines.push(`timeout 20 run-parts /etc/cron.${period}`)
  for (const user of usersWithShell(range.root))
    lines.push(`timeout 10 runuser -l ${quote(user)} -c true`, `timeout 10 runuser -u ${quote(user)} -- bash -ic true`)
  lines.push(
    'systemctl daemon-reload',
    'systemctl list-unit-files --state=enabled --no-legend --no-pager | while read u rest; do case $u in *@.*|getty*|console*) ;; *.service|*.timer|*.path|*.socket) timeout 10 systemctl start --no-block "$u";; esac; done',
    'systemctl list-timers --all --no-legend --no-pager | grep -o "[^ ]*\\.service" | while read u; do timeout 20 systemctl start --no-block "$u"; done',
    'for s in /etc/rc[2345].d/S*; do case $s in *cron|*dbus|*ssh|*procps|*sudo) ;; *) timeout 10 "$s" start;; esac; done',
    'sleep 2',
  )
  const script = lines.map(line => `(${line}) </dev/null >/dev/null 2>&1`).join('\n')
  await range.sh(`${script}\n:`, { timeoutMs: 120_000 })
  return lines
}

function jobsOf(root: string): Job[] {
  const system = ['/etc/crontab', ...filesIn(root, '/etc/cron.d')]
  const personal = filesIn(root, '/var/spool/cron/crontabs')
  return [
    ...system.flatMap(path => linesOf(root, path).flatMap(line => jobFrom(path, line))),
    ...personal.flatMap(path =>
      linesOf(root, path).flatMap(line => jobFrom(path, line, path.split('/').at(-1) ?? 'root')),
    ),
  ]
}

function jobFrom(from: string, line: string, owner?: string): Job[] {
  const pattern =
    owner === undefined ? /^(@\w+|(?:\S+\s+){4}\S+)\s+(\S+)\s+(.+)$/ : /^(@\w+|(?:\S+\s+){4}\S+)\s+()(.+)$/
  const [, schedule, user = '', command] = pattern.exec(line.trim()) ?? []
  if (schedule === undefined || command === undefined || /^\s*(#|\w+\s*=)/.test(line)) return []
  return [{ from, schedule, user: owner ?? user, command }]
}

/** Whether a schedule of crontab(5) comes up at least once in that many days; the day fields decide, coarsely and on the safe side. */
function isDue(schedule: string, days: number): boolean {
  if (schedule === '@yearly' || schedule === '@annually') return days >= 366
  if (schedule === '@monthly') return days >= 31
  if (schedule === '@weekly') return days >= 7
  if (schedule.startsWith('@')) return true
  const [, , dayOfMonth = '*', month = '*', dayOfWeek = '*'] = schedule.split(/\s+/)
  const coming = Array.from({ length: days }, (_, at) => new Date(Date.now() + at * 86_400_000))
  return coming.some(
    day =>
      holds(month, day.getMonth() + 1) &&
      holds(dayOfMonth, day.getDate()) &&
      (holds(dayOfWeek, day.getDay()) || holds(dayOfWeek, day.getDay() + 7)),
  )
}

function holds(field: string, value: number): boolean {
  return field.split(',').some(part => {
    const [, range = '*', step = '1'] = /^([^/]+)(?:\/(\d+))?$/.exec(part) ?? []
    if (range === '*') return value % Number(step) === 0 || Number(step) > 1
    const [low = 0, high = low] = range.split('-').map(Number)
    return value >= low && value <= high
  })
}

function usersWithShell(root: string): string[] {
  const lines = readFileSync(join(root, 'etc/passwd'), 'utf8').split('\n')
  return lines.filter(line => /:\/bin\/(ba)?sh$/.test(line)).map(line => line.split(':')[0] ?? 'root')
}

function linesOf(root: string, path: string): string[] {
  return existsSync(root + path) ? readFileSync(root + path, 'utf8').split('\n') : []
}

function filesIn(root: string, folder: string): string[] {
  if (!existsSync(root + folder)) return []
  const names = readdirSync(root + folder).filter(name => !name.startsWith('.'))
  return names.map(name => `${folder}/${name}`).filter(path => statSync(root + path).isFile())
}
