import type { AgentStatus } from '../../agent/index.ts'
import { shownTime } from '../../engine/index.ts'
import type { Detection } from '../../model/index.ts'
import { bytesInWords } from '../bytes-in-words.ts'
import type { Page } from './page.ts'
import { styled } from './page.ts'
import { timeAndAge } from './time.ts'
import { count } from './verdict.ts'
import { safeText } from './text.ts'

const mostShown = 10

/** The status of the agent for people. All that came from the host is made harmless by the page. */
export function printStatus(status: AgentStatus, detections: readonly Detection[], page: Page, now: string): void {
  table(page, agentRows(status, now))
  if (status.watch !== undefined) printWatch(status, page)
  if (status.cost !== undefined) printCost(status.cost, page)
  const { tampering = [] } = status
  if (tampering.length > 0) {
    page.heading('Somebody touched the agent')
    table(
      page,
      tampering.map(one => [shownTime(one.at), one.what, one.detail]),
    )
  }
  if (status.watch !== undefined || detections.length > 0) printDetections(detections, page)
}

function agentRows(status: AgentStatus, now: string): string[][] {
  const { connection, spool, lastScan } = status
  return [
    ['agent', status.running ? `running since ${shownTime(status.startedAt)} (pid ${status.pid})` : 'not running'],
    ['program', status.program],
    ['center', status.center ?? 'none: works alone'],
    ...(status.agent === undefined ? [] : [['identity', status.agent]]),
    ...(status.keyFingerprint === undefined ? [] : [['key', status.keyFingerprint]]),
    ...(connection === undefined ? [] : [['connection', `${connection.state} (${connection.way})`]]),
    ...(status.certificateEndsAt === undefined
      ? []
      : [['certificate', `until ${shownTime(status.certificateEndsAt)}`]]),
    [
      'waiting',
      `${count(spool.items, 'report')}, ${bytesInWords(spool.bytes)}${spool.oldest === undefined ? '' : `, oldest ${shownTime(spool.oldest)}`}`,
    ],
    ['doing', status.doing ?? 'nothing'],
    ['last scan', lastScan === undefined ? 'none yet' : scanWords(lastScan, now)],
    ['next scan', status.nextScan === undefined ? 'none' : shownTime(status.nextScan)],
    ['policy', [`version ${status.policy.version}`, ...status.policy.tightened].join('; ')],
    ...Object.entries(status.losses).map(([reason, number]) => ['lost', `${number} × ${reason}`]),
  ]
}

function scanWords(
  { startedAt, durationMs, mode, verdict, incidents, gaps }: NonNullable<AgentStatus['lastScan']>,
  now: string,
): string {
  const found = verdict === 'nothing' ? 'nothing found' : `${verdict}, ${count(incidents, 'incident')}`
  const seconds = Math.round(durationMs / 1_000)
  return `${timeAndAge(startedAt, now)}: ${mode}, ${found}, ${count(gaps, 'gap')}, ${seconds} s`
}

function printWatch({ watch, rules }: AgentStatus, page: Page): void {
  if (watch === undefined) return
  page.heading('What it listens to')
  table(page, [
    ['sensor', 'source', 'events', 'lost', ''],
    ...watch.sensors.map(({ name, source, events, lost, problem }) => [
      name,
      source,
      `${events}`,
      `${lost}`,
      problem ?? '',
    ]),
  ])
  if (rules !== undefined) page.text(`${count(rules.count, 'rule')} over events (${rules.version.slice(0, 12)})`, 2)
  const { mode, problem, ...numbers } = watch.prevention
  page.heading(`Prevention: ${mode}`)
  if (problem !== undefined) page.text(styled(`Less than what was asked: ${safeText(problem, false)}`, 'yellow'), 2)
  page.text(
    `${numbers.asked} starts asked about: ${numbers.allowed} allowed, ${numbers.denied} denied, ${numbers.late} answered too late; ${count(numbers.killed, 'process', 'processes')} ended; ${numbers.wouldHave} more it would have, if it might`,
    2,
  )
}

function printCost(cost: NonNullable<AgentStatus['cost']>, page: Page): void {
  const rows = (['agent', 'guard', 'work'] as const)
    .filter(part => cost[part].processes > 0)
    .map(part => {
      const { processes, cpuPercent, residentBytes, anonymousBytes } = cost[part]
      const name = part === 'work' ? `scans and runs (${processes})` : part
      return [name, `${cpuPercent.toFixed(1)} %`, bytesInWords(residentBytes), bytesInWords(anonymousBytes)]
    })
  page.heading('What it takes')
  table(page, [['', 'of a core', 'memory', 'of it its own'], ...rows])
}

function printDetections(detections: readonly Detection[], page: Page): void {
  page.heading(`Noticed within the last day: ${detections.length}`)
  table(
    page,
    detections
      .slice(-mostShown)
      .map(one => [
        shownTime(one.at),
        one.verdict,
        [`${one.title}${subjectWords(one)}`, responseWords(one)].filter(Boolean).join('; '),
      ]),
  )
}

/** A title that names it already is not followed by the same once more. */
function subjectWords({ subject, title }: Detection): string {
  const { path, pid, address, account } = subject
  const name = path ?? address ?? account ?? ''
  const named = title.includes(name) ? '' : `; ${name}`
  return pid === undefined ? named : `${named} (pid ${pid})`
}

function responseWords({ responses }: Detection): string {
  return responses.map(({ kind, outcome }) => `${kind}: ${outcome}`).join(', ')
}

function table(page: Page, rows: readonly (readonly string[])[]): void {
  page.table(rows.map(row => row.map(cell => safeText(cell, false))))
}
