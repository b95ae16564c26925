import { setTimeout as sleep } from 'node:timers/promises'
import type { StatusOfAgents } from './agents-process.ts'
import type { Figures } from './figures.ts'
import { percentile, time } from './figures.ts'
import type { Fleet } from './fleet.ts'
import { prepareOutbreak } from './outbreak.ts'
import { costOf, costOfTree, loadAverage } from './process-cost.ts'
import { openBehind, serverPid, storedAlerts, storedSequences } from './store.ts'

export interface AlertLoad {
  readonly seconds: number
  /** New alerts each second: incidents and findings that the center did not have. */
  readonly perSecond: number
  /** Scans that each agent reports meanwhile. */
  readonly scans: number
}

/** How long what lies in spools at the end may take. */
const drainSeconds = 120

/** Agents report at a fixed rate, whether the center keeps up or not; then everything is compared with what the tables have. */
export async function loadWithAlerts(
  fleet: Fleet,
  { seconds, scans }: Omit<AlertLoad, 'perSecond'>,
  figures: Figures,
): Promise<void> {
  const outbreak = await prepareOutbreak(scans)
  const behind = await openBehind(fleet.state)
  try {
    const server = await serverPid(behind)
    const cost = () => ({
      center: costOf(fleet.center().pid).cpuSeconds,
      database: costOfTree(server).cpuSeconds,
      agents: fleet.agents.pids.reduce((sum, pid) => sum + costOf(pid).cpuSeconds, 0),
    })
    const before = cost()
    const from = Date.now() + 5_000
    const ticking = setInterval(() => void tell(fleet, figures), 10_000)
    await fleet.agents.all({ ask: 'load', from, seconds, scans })
    const offered = (Date.now() - from) / 1_000
    const parts = await drained(fleet)
    clearInterval(ticking)
    const took = (Date.now() - from) / 1_000
    const after = cost()
    const wanted = fleet.count * scans * outbreak.newAlerts
    const stored = await storedAlerts(behind)
    const rate = wanted / seconds
    figures.add(
      'new alerts offered',
      `${rate.toFixed(0)}/s for ${offered.toFixed(0)} s: ${wanted} in ${fleet.count * scans} scans of ${fleet.count} hosts (${fleet.count * scans * outbreak.newTopAlerts} of them at the top of the list), and ${(fleet.count * outbreak.newAlerts * scans * (scans - 1)) / 2} seen again`,
      '23/s, burst 1,160/s; the issue: 1,000/s for a minute',
    )
    figures.add(
      'new alerts stored',
      `${(wanted / took).toFixed(0)}/s: all after ${took.toFixed(1)} s`,
      `${rate.toFixed(0)}/s`,
      took < seconds * 1.05,
    )
    const latencies = parts.flatMap(one => one.latencies)
    figures.add(
      'from due to acknowledged',
      `p50 ${time(percentile(latencies, 50))}, p95 ${time(percentile(latencies, 95))}, longest ${time(percentile(latencies, 100))}`,
    )
    const kept = stored.alerts === wanted && stored.opened === wanted && stored.scans === fleet.count * scans
    figures.add(
      'alerts, first events and scans in the tables',
      `${stored.alerts}, ${stored.opened}, ${stored.scans}`,
      `${wanted}, ${wanted}, ${fleet.count * scans}: nothing lost`,
      kept,
    )
    const twice = stored.doubles + stored.doubleScans
    figures.add('stored twice; put aside', `${twice}; ${stored.deadLetters}`, '0; 0', twice + stored.deadLetters === 0)
    const wrong = wrongSequences(parts, await storedSequences(behind))
    figures.add('agents whose sequence is not that of the table', String(wrong), '0', wrong === 0)
    const spent = (what: keyof typeof before) => ((after[what] - before[what]) * 1_000) / wanted
    figures.add(
      'CPU for a new alert',
      `center ${spent('center').toFixed(2)} ms, database ${spent('database').toFixed(2)} ms, agents ${spent('agents').toFixed(2)} ms`,
    )
    figures.add('center after it (RSS)', `${costOf(fleet.center().pid).residentMegabytes.toFixed(0)} MB`)
    figures.add('load average after it', loadAverage())
  } finally {
    await behind.end()
  }
}

async function drained({ agents }: Fleet): Promise<StatusOfAgents[]> {
  const deadline = Date.now() + drainSeconds * 1_000
  for (;;) {
    const parts = await agents.status()
    if (parts.every(one => one.waiting === 0)) return parts
    if (Date.now() > deadline) {
      const rest = parts.map(({ waiting, waits, rejected, failures }) => ({ waiting, waits, rejected, failures }))
      throw new Error(`not everything was acknowledged: ${JSON.stringify(rest)}`)
    }
    await sleep(250)
  }
}

async function tell({ agents, center }: Fleet, figures: Figures): Promise<void> {
  const parts = await agents.status()
  const sum = (of: (part: StatusOfAgents) => number) => parts.reduce((all, one) => all + of(one), 0)
  const resident = costOf(center().pid).residentMegabytes.toFixed(0)
  figures.say(
    `${sum(one => one.made)} reports made, ${sum(one => one.acknowledged)} acknowledged; center ${resident} MB; load ${loadAverage()}`,
  )
}

function wrongSequences(parts: readonly StatusOfAgents[], stored: ReadonlyMap<string, number>): number {
  return parts
    .flatMap(one => Object.entries(one.sequences))
    .filter(([agent, [acknowledged, made]]) => acknowledged !== made || stored.get(agent) !== made).length
}
