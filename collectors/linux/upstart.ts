import type { Collector } from '../collector.ts'
import { autostartFact } from './autostart-fact.ts'
import { baseName, glob } from './directory.ts'
import { type HostLine, linesOf } from './host-lines.ts'
import { homesOf } from './people.ts'
import { commandsRun } from './shell-lines.ts'

/** Jobs of upstart (init(5) of Ubuntu 6.10–14.10, RHEL 6): each `exec` and each active line of a `script` section. */
export const upstart: Collector = {
  name: 'upstart',
  collects: ['autostart'],
  os: ['linux'],
  stage: 'first',
  *collect(survey) {
    const { target } = survey
    const jobs = glob(target, '/etc/init/*.conf').map(path => ({
      path,
      user: 'root',
      home: undefined as string | undefined,
    }))
    for (const { user, home } of homesOf(target, survey.people)) {
      const folders = [`${home}/.config/upstart/*.conf`, `${home}/.init/*.conf`]
      for (const path of folders.flatMap(folder => glob(target, folder))) jobs.push({ path, user, home })
    }
    for (const { path, user, home } of jobs) {
      const name = baseName(path).replace(/\.conf$/, '')
      const job = parseUpstartJob(target.files.text(path, 1 << 20) ?? '')
      const override = parseUpstartJob(target.files.text(path.replace(/\.conf$/, '.override'), 1 << 16) ?? '')
      const startOn = override.startOn ?? job.startOn
      const enabled = startOn !== undefined && !job.manual && !override.manual
      for (const { line, text, joined } of job.commands) {
        const settings = job.respawn ? ['respawn'] : []
        const common = {
          mechanism: 'upstart' as const,
          path,
          line,
          text,
          name,
          command: joined,
          user: job.setuid ?? user,
          home,
        }
        yield autostartFact(survey, { ...common, schedule: startOn, enabled, settings })
      }
    }
  },
}

interface UpstartJob {
  startOn: string | undefined
  manual: boolean
  respawn: boolean
  setuid: string | undefined
  commands: HostLine[]
}

/** What a job starts and when. */
export function parseUpstartJob(text: string): UpstartJob {
  const job: UpstartJob = { startOn: undefined, manual: false, respawn: false, setuid: undefined, commands: [] }
  let inScript = false
  for (const line of linesOf(text)) {
    const words = line.joined.trim()
    if (inScript) {
      if (/^end\s+script\b/.test(words)) inScript = false
      else if (!words.startsWith('#') && commandsRun(words).length > 0) job.commands.push({ ...line, joined: words })
      continue
    }
    const [, executed] = /^(?:(?:pre|post)-(?:start|stop)\s+)?exec\s+(.*)$/s.exec(words) ?? []
    const [, startOn] = /^start\s+on\s+(.*)$/s.exec(words) ?? []
    if (executed) job.commands.push({ ...line, joined: executed })
    else if (/^(?:(?:pre|post)-(?:start|stop)\s+)?script\b/.test(words)) inScript = true
    else if (startOn !== undefined) job.startOn = startOn.slice(0, 200)
    else if (words === 'manual') job.manual = true
    else if (/^respawn$/.test(words)) job.respawn = true
    else job.setuid = /^setuid\s+(\S{1,64})/.exec(words)?.[1] ?? job.setuid
  }
  return job
}
