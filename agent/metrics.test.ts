import assert from 'node:assert/strict'
import { test } from 'node:test'
import { metricsText } from './metrics.ts'
import { someStatus } from '../test/agent-status.ts'

/** https://prometheus.io/docs/instrumenting/exposition_formats: a sample's name, labels and value. */
const sample =
  /^([a-z_]+)(?:\{([a-z_]+="(?:[^"\\\n]|\\[\\"n])*"(?:,[a-z_]+="(?:[^"\\\n]|\\[\\"n])*")*)\})? (-?\d+(?:\.\d+)?(?:e[+-]\d+)?|NaN)$/

/** Fails where the text breaks the format; gives its samples. */
function read(text: string): Record<string, number> {
  assert.ok(text.endsWith('\n'))
  const found: Record<string, number> = {}
  let [helped, typed, kind] = ['', '', '']
  for (const line of text.slice(0, -1).split('\n')) {
    const [, help] = /^# HELP (davylamp_[a-z_]+) \S.*$/.exec(line) ?? []
    const [, type, is = ''] = /^# TYPE (davylamp_[a-z_]+) (gauge|counter)$/.exec(line) ?? []
    if (help !== undefined) helped = help
    else if (type !== undefined) {
      assert.equal(type, helped)
      ;[typed, kind] = [type, is]
    } else {
      const [, name = '', labels, value] = sample.exec(line) ?? assert.fail(line)
      assert.equal(name, typed)
      assert.equal(name.endsWith('_total'), kind === 'counter', name)
      const key = labels === undefined ? name : `${name}{${labels}}`
      assert.ok(!(key in found), key)
      found[key] = Number(value)
    }
  }
  return found
}

test('an agent in numbers', () => {
  const found = read(metricsText(someStatus()))
  assert.deepEqual(
    Object.entries(found).map(([name, value]) => `${name.replace(/^davylamp_/, '')} ${value}`),
    [
      'agent_running 1',
      'agent_build_info{version="0.1.0"} 1',
      'agent_start_time_seconds 1795345200',
      'agent_status_time_seconds 1795348800',
      'cpu_seconds_total{process="agent"} 12.5',
      'cpu_seconds_total{process="guard"} 3',
      'cpu_seconds_total{process="work"} 99',
      'processes{process="agent"} 1',
      'processes{process="guard"} 1',
      'processes{process="work"} 0',
      ...['agent', 'guard', 'work'].map(one => `resident_memory_bytes{process="${one}"} 80000000`),
      ...['agent', 'guard', 'work'].map(one => `anonymous_memory_bytes{process="${one}"} 20000000`),
      'last_scan_time_seconds 1795347000',
      'last_scan_duration_seconds 2.5',
      'last_scan_incidents 0',
      'last_scan_gaps 2',
      'last_scan_verdict{verdict="nothing"} 1',
      'last_scan_verdict{verdict="exposure"} 0',
      'last_scan_verdict{verdict="suspected"} 0',
      'last_scan_verdict{verdict="confirmed"} 0',
      'next_scan_time_seconds 1795350600',
      'spool_reports 3',
      'spool_bytes 4096',
      'spool_oldest_time_seconds 1795348740',
      'lost_reports_total{reason="spool-full:health"} 4',
      'center_connected 1',
      'center_clock_ahead_seconds 0.5',
      'certificate_end_time_seconds 1798761600',
      'policy_version 7',
      'tampering_total 1',
      'tampering_last_time_seconds 1795161600',
      'sensor_listening{sensor="exec",source="tracepoint"} 1',
      'sensor_listening{sensor="gate",source="off"} 0',
      'sensor_problem{sensor="exec"} 0',
      'sensor_problem{sensor="gate"} 0',
      'sensor_events_total{sensor="exec"} 512',
      'sensor_events_total{sensor="gate"} 0',
      'sensor_lost_total{sensor="exec"} 0',
      'sensor_lost_total{sensor="gate"} 0',
      'event_rules 40',
      'detections_total 5',
      'prevention_mode{mode="off"} 0',
      'prevention_mode{mode="observe"} 1',
      'prevention_mode{mode="block"} 0',
      'prevention_problem 0',
      'prevention_asked_total 9',
      'prevention_allowed_total 8',
      'prevention_denied_total 1',
      'prevention_late_total 0',
      'prevention_killed_total 2',
      'prevention_would_have_total 3',
    ],
  )
})

test('an agent that is small, alone or was never there', () => {
  const { watch: _, rules: __, lastScan: ___, connection: ____, cost: _____, ...small } = someStatus({ running: false })
  const found = read(metricsText(small))
  assert.equal(found['davylamp_agent_running'], 0)
  assert.ok(!Object.keys(found).some(name => /sensor|prevention|last_scan|cpu|connected/.test(name)))
  assert.deepEqual(read(metricsText(undefined)), { davylamp_agent_running: 0 })
})

test('whatever a label holds, the format holds', () => {
  const odd = 'a"b\\c\nd'
  const found = read(metricsText(someStatus({ losses: { [odd]: 1 } })))
  assert.equal(found['davylamp_lost_reports_total{reason="a\\"b\\\\c\\nd"}'], 1)
})
