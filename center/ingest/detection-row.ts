import { createHash } from 'node:crypto'
import type { DetectionOutcome } from '../../model/api/index.ts'
import { type Detection, levels, type Response, type ResponseKind } from '../../model/index.ts'
import type { AlertType } from './alert-type.ts'
import { shortText } from './clean-value.ts'
import { ReportRefused } from './report-refused.ts'

/** What an agent of ours would never reach: it cuts by itself. */
const mostText = 4_000
const mostItems = 200
const mostBytes = 512 * 1_024

/** Only what is no text is as the agent sent it: a hostile one could send megabytes, and each list shows some of it. */
export function boundedDetection(detection: Detection): Detection {
  const cut = bounded(detection) as Detection
  if (JSON.stringify(cut).length > mostBytes)
    throw new ReportRefused(`the detection has more than ${mostBytes >> 10} KiB`)
  return cut
}

function bounded(value: unknown): unknown {
  if (typeof value === 'string') return shortText(value, mostText)
  if (Array.isArray(value)) return value.slice(0, mostItems).map(bounded)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, bounded(one)]))
}

const doneAs: Readonly<Record<ResponseKind, DetectionOutcome>> = {
  prevented: 'prevented',
  'kill-process': 'ended',
  'block-address': 'blocked',
  'disarm-autostart': 'disarmed',
  'quarantine-file': 'quarantined',
  clean: 'cleaned',
}

/** Each once, in no order; never none. */
export function outcomesOf(responses: readonly Response[]): DetectionOutcome[] {
  if (responses.length === 0) return ['told']
  return [...new Set(responses.map(one => (one.outcome === 'done' ? doneAs[one.kind] : one.outcome)))]
}

/** Columns of the list, short. */
export function columnsOf(detection: Detection) {
  const { subject } = detection
  return {
    verdict: detection.verdict,
    level: levels.indexOf(detection.level),
    title: titleOf(detection),
    subject: subject.kind,
    pid: Number.isSafeInteger(subject.pid) ? (subject.pid ?? null) : null,
    start_time: subject.startTime ?? null,
    path: short(subject.path, 1_000),
    command: short(subject.command, 500),
    user_name: short(subject.user, 100),
    sha256: hashOf(detection) ?? null,
    address: short(subject.address, 100),
    account: short(subject.account, 200),
    families: few(detection.families),
    attack: few(detection.attack),
    outcomes: outcomesOf(detection.responses),
  }
}

export function titleOf({ title }: Detection): string {
  return shortText(title.replaceAll(/\s+/g, ' ').trim(), 500)
}

export function few(words: readonly string[]): string[] {
  return [...new Set(words.slice(0, 50).map(one => shortText(one, 100)))]
}

/** Of the subject, or of what was looked at more closely. */
export function hashOf({ subject, examination }: Detection): string | undefined {
  const hash = (subject.sha256 ?? examination?.sha256)?.toLowerCase()
  return hash !== undefined && /^[0-9a-f]{64}$/.test(hash) ? hash : undefined
}

const vouched = new Set(['verified', 'owned', 'conffile'])

/** A path that is its own: thousands of innocent processes run from that of an interpreter that a package owns. */
export function ownPathOf({ subject, examination }: Detection): string | undefined {
  if (subject.path === undefined) return undefined
  const known = examination?.ownership
  const ofSystem =
    known === undefined || known === 'unknown' ? /^\/(?:usr|bin|sbin|lib\w*)\//.test(subject.path) : vouched.has(known)
  return ofSystem && (subject.kind === 'process' || subject.kind === 'load') ? undefined : subject.path
}

/** The same for all detections of one thing on a host, however often it is started again: they are one alert. */
export function sameThing(detection: Detection): string {
  const { subject } = detection
  const hash = hashOf(detection)
  const path = ownPathOf(detection)
  const named =
    hash !== undefined && (path !== undefined || subject.path === undefined)
      ? ['content', hash]
      : path !== undefined
        ? ['path', path]
        : subject.address !== undefined
          ? ['address', subject.address, subject.port, subject.account]
          : [subject.kind, subject.path, subject.command, subject.account, titleOf(detection)]
  return createHash('sha256').update(JSON.stringify(named)).digest('hex').slice(0, 32)
}

/** What the alert of it is filed under: the same words as for what a scan finds. */
export function alertTypeOf(detection: Detection): AlertType {
  const { subject, examination, findings } = detection
  const mining =
    examination?.miningSession !== undefined || findings.some(one => one.specific === 'mining' || one.conclusive)
  switch (subject.kind) {
    case 'process':
      return mining ? 'mining' : 'suspicious-process'
    case 'load':
      return mining ? 'mining' : 'suspicious-process'
    case 'file':
      return mining ? 'malicious-file' : 'suspicious-file'
    case 'autostart':
      return 'autostart'
    case 'connection':
      return mining ? 'pool-traffic' : 'suspicious-connection'
    case 'login':
      return 'login'
  }
}

function short(text: string | undefined, most: number): string | null {
  return text === undefined ? null : shortText(text, most)
}
