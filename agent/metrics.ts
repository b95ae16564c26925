import { costParts } from './own-cost.ts'
import type { AgentStatus } from './status.ts'

type Labels = Readonly<Record<string, string>>
type Sample = readonly [labels: Labels, value: number]

/** One metric with its samples; without samples it is left out. */
interface Metric {
  readonly name: string
  readonly type: 'gauge' | 'counter'
  readonly help: string
  readonly samples: readonly Sample[]
}

export const metricsType = 'text/plain; version=0.0.4; charset=utf-8'

/**
 * How an agent stands, in the text format 0.0.4 of Prometheus: base units, and labels whose values the program names, so that no host can make
 * them many. `undefined`: the agent never ran here.
 */
export function metricsText(status: AgentStatus | undefined): string {
  const metrics =
    status === undefined
      ? [one('agent_running', 'gauge', runningHelp, 0)]
      : [...aboutAgent(status), ...aboutWatch(status)]
  return metrics
    .filter(({ samples }) => samples.length > 0)
    .map(textOf)
    .join('')
}

const runningHelp = 'Whether the agent of this host runs.'

function aboutAgent(status: AgentStatus): Metric[] {
  const { spool, lastScan, connection } = status
  const seen = status.tampering?.at(-1)
  return [
    one('agent_running', 'gauge', runningHelp, status.running ? 1 : 0),
    labelled('agent_build_info', 'gauge', 'Version of the agent; always 1.', [
      [{ version: status.program.replace(/^davylamp /, '') }, 1],
    ]),
    time('agent_start_time_seconds', 'When the agent was started, as seconds since 1970.', status.startedAt),
    time('agent_status_time_seconds', 'When these numbers were made, as seconds since 1970.', status.at),
    ...aboutCost(status),
    ...(lastScan === undefined
      ? []
      : [
          time('last_scan_time_seconds', 'When the last scan began, as seconds since 1970.', lastScan.startedAt),
          one('last_scan_duration_seconds', 'gauge', 'How long the last scan took.', lastScan.durationMs / 1_000),
          one('last_scan_incidents', 'gauge', 'Incidents that the last scan found.', lastScan.incidents),
          one('last_scan_gaps', 'gauge', 'What the last scan could not look at.', lastScan.gaps),
          among(
            'last_scan_verdict',
            'Verdict of the last scan: 1 for the one that it is.',
            'verdict',
            verdicts,
            lastScan.verdict,
          ),
        ]),
    time('next_scan_time_seconds', 'When the next scan is due, as seconds since 1970.', status.nextScan),
    one('spool_reports', 'gauge', 'Reports that the center does not have yet.', spool.items),
    one('spool_bytes', 'gauge', 'Size of the reports that the center does not have yet.', spool.bytes),
    time('spool_oldest_time_seconds', 'From when the oldest of those reports is, as seconds since 1970.', spool.oldest),
    labelled(
      'lost_reports_total',
      'counter',
      'Reports that were dropped since the start of the agent, by reason.',
      Object.entries(status.losses).map(([reason, count]): Sample => [{ reason }, count]),
    ),
    ...(connection === undefined
      ? []
      : [
          one(
            'center_connected',
            'gauge',
            'Whether the agent is connected with its center.',
            connection.state === 'connected' ? 1 : 0,
          ),
          one(
            'center_clock_ahead_seconds',
            'gauge',
            "How far the host's clock is ahead of that of the center.",
            connection.clockAheadSeconds,
          ),
        ]),
    time(
      'certificate_end_time_seconds',
      'When the certificate of the agent ends, as seconds since 1970.',
      status.certificateEndsAt,
    ),
    one('policy_version', 'gauge', 'Version of the policy of the center that is in force.', status.policy.version),
    one('tampering_total', 'counter', 'How often somebody touched the agent since its start.', status.tamperingCount),
    time('tampering_last_time_seconds', 'When somebody last touched the agent, as seconds since 1970.', seen?.at),
  ]
}

const verdicts = ['nothing', 'exposure', 'suspected', 'confirmed']

function aboutCost({ cost }: AgentStatus): Metric[] {
  if (cost === undefined) return []
  const of = (value: (part: (typeof costParts)[number]) => number) =>
    costParts.map((part): Sample => [{ process: part }, value(part)])
  return [
    labelled(
      'cpu_seconds_total',
      'counter',
      'Processor time of the agent, of its guard, and of the scans and runs that it started.',
      of(part => cost[part].cpuSeconds),
    ),
    labelled(
      'processes',
      'gauge',
      'How many processes these are.',
      of(part => cost[part].processes),
    ),
    labelled(
      'resident_memory_bytes',
      'gauge',
      'Their memory, shared pages counted in each.',
      of(part => cost[part].residentBytes),
    ),
    labelled(
      'anonymous_memory_bytes',
      'gauge',
      'Their memory that no file backs.',
      of(part => cost[part].anonymousBytes),
    ),
  ]
}

function aboutWatch({ watch, rules }: AgentStatus): Metric[] {
  if (watch === undefined) return []
  const { sensors, prevention } = watch
  return [
    labelled(
      'sensor_listening',
      'gauge',
      'Whether a sensor listens, and with what.',
      sensors.map(({ name, source }): Sample => [{ sensor: name, source }, source === 'off' ? 0 : 1]),
    ),
    labelled(
      'sensor_problem',
      'gauge',
      'Whether a sensor has to do with less than the best source.',
      sensors.map(({ name, problem }): Sample => [{ sensor: name }, problem === undefined ? 0 : 1]),
    ),
    labelled(
      'sensor_events_total',
      'counter',
      'Events that a sensor told.',
      sensors.map(({ name, events }): Sample => [{ sensor: name }, events]),
    ),
    labelled(
      'sensor_lost_total',
      'counter',
      'Events that a sensor lost, or times at which it lost some.',
      sensors.map(({ name, lost }): Sample => [{ sensor: name }, lost]),
    ),
    one('event_rules', 'gauge', 'Rules over events that are in force.', rules?.count),
    one('detections_total', 'counter', 'What was noticed as it happened.', watch.detections),
    among(
      'prevention_mode',
      'How far the agent goes by itself: 1 for the mode that it is.',
      'mode',
      ['off', 'observe', 'block'],
      prevention.mode,
    ),
    one(
      'prevention_problem',
      'gauge',
      'Whether prevention is less than what was asked.',
      prevention.problem === undefined ? 0 : 1,
    ),
    one('prevention_asked_total', 'counter', 'Starts of programs about which the kernel asked.', prevention.asked),
    one('prevention_allowed_total', 'counter', 'Starts of programs that were allowed.', prevention.allowed),
    one('prevention_denied_total', 'counter', 'Starts of programs that were denied.', prevention.denied),
    one(
      'prevention_late_total',
      'counter',
      'Starts of programs that were allowed because the answer took too long.',
      prevention.late,
    ),
    one('prevention_killed_total', 'counter', 'Processes that were ended at once.', prevention.killed),
    one(
      'prevention_would_have_total',
      'counter',
      'What would have been denied or ended, and was only told.',
      prevention.wouldHave,
    ),
  ]
}

function labelled(name: string, type: Metric['type'], help: string, samples: readonly Sample[]): Metric {
  return { name, type, help, samples }
}

function one(name: string, type: Metric['type'], help: string, value: number | undefined): Metric {
  return { name, type, help, samples: value === undefined ? [] : [[{}, value]] }
}

function time(name: string, help: string, at: string | undefined): Metric {
  return one(name, 'gauge', help, at === undefined ? undefined : Date.parse(at) / 1_000)
}

/** 1 for one of a few values, 0 for the others. */
function among(name: string, help: string, label: string, values: readonly string[], value: string): Metric {
  return {
    name,
    type: 'gauge',
    help,
    samples: values.map((each): Sample => [{ [label]: each }, each === value ? 1 : 0]),
  }
}

/** https://prometheus.io/docs/instrumenting/exposition_formats/#text-format-details */
function textOf({ name, type, help, samples }: Metric): string {
  const lines = samples.map(([labels, value]) => `davylamp_${name}${labelText(labels)} ${numberText(value)}`)
  return `# HELP davylamp_${name} ${help}\n# TYPE davylamp_${name} ${type}\n${lines.join('\n')}\n`
}

function labelText(labels: Labels): string {
  const all = Object.entries(labels).map(
    ([name, value]) => `${name}="${value.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}"`,
  )
  return all.length === 0 ? '' : `{${all.join(',')}}`
}

function numberText(value: number): string {
  return Number.isFinite(value) ? String(value) : 'NaN'
}
