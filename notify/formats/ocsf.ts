import { type AlertDocument, documentOf, type EvidenceFact, evidenceOf } from '../alert-document.ts'
import { cleanText } from '../clean-text.ts'
import { type DetectionDocument, detectionOf, dispositionOf } from '../detection-document.ts'
import type { Level, Notice } from '../message.ts'
import { product } from '../product.ts'

/** OCSF 1.5 Detection Finding (class 2004): https://schema.ocsf.io/1.5.0/classes/detection_finding */
export interface DetectionFinding {
  readonly class_uid: 2004
  readonly [name: string]: unknown
}

const severities: Readonly<Record<Level, readonly [number, string]>> = {
  informational: [1, 'Informational'],
  low: [2, 'Low'],
  medium: [3, 'Medium'],
  high: [4, 'High'],
  critical: [5, 'Critical'],
}
const activities = { created: [1, 'Create'], updated: [2, 'Update'], closed: [3, 'Close'] } as const
const statuses: Readonly<Record<string, readonly [number, string]>> = {
  open: [1, 'New'],
  handling: [2, 'In Progress'],
  ignored: [3, 'Suppressed'],
  allowed: [3, 'Suppressed'],
  handled: [4, 'Resolved'],
}
const confidences: Readonly<Record<string, readonly [number, string]>> = {
  confirmed: [3, 'High'],
  suspected: [2, 'Medium'],
  exposure: [2, 'Medium'],
}

export function detectionFinding(notice: Notice): DetectionFinding {
  const document = cleanDocument(documentOf(notice.document))
  const [activity_id, activity_name] = activities[document?.activity ?? 'created']
  const [severity_id, severity] = severities[notice.level]
  const [status_id, status] = statuses[document?.status ?? 'open'] ?? [99, document?.status ?? 'Other']
  const [confidence_id, confidence] = confidences[document?.verdict ?? ''] ?? [0, 'Unknown']
  const text = cleanText(notice.title, 1_000)
  const detection = detectionOf(document?.body)
  const parent = detection === undefined ? undefined : chainOf(detection)
  const evidences = evidenceOf(document).flatMap(fact => evidence(fact, parent))
  return withoutAbsent({
    class_uid: 2004,
    class_name: 'Detection Finding',
    category_uid: 2,
    category_name: 'Findings',
    activity_id,
    activity_name,
    type_uid: 200_400 + activity_id,
    type_name: `Detection Finding: ${activity_name}`,
    time: milliseconds(notice.at) ?? 0,
    severity_id,
    severity,
    status_id,
    status,
    status_detail: document?.handledAs,
    confidence_id,
    confidence,
    is_alert: activity_id !== 3,
    ...(detection === undefined ? {} : disposed(detection)),
    message: text,
    metadata: {
      version: '1.5.0',
      uid: cleanText(notice.id, 200),
      product: { name: product.name, vendor_name: product.vendor, version: product.version },
      profiles: detection === undefined ? ['host'] : ['host', 'security_control'],
    },
    finding_info: withoutAbsent({
      uid: document?.alert ?? cleanText(notice.id, 200),
      title: text,
      desc: notice.lines.length === 0 ? undefined : notice.lines.map(line => cleanText(line)).join('\n'),
      types: [cleanText(notice.type ?? notice.what, 100)],
      src_url: notice.link === undefined ? undefined : cleanText(notice.link, 2_000),
      first_seen_time: milliseconds(document?.firstSeen),
      last_seen_time: milliseconds(document?.lastSeen),
      created_time: milliseconds(document?.firstSeen),
      analytic:
        notice.rule === undefined
          ? undefined
          : { type_id: 1, type: 'Rule', uid: cleanText(notice.rule, 200), name: cleanText(notice.rule, 200) },
      attacks:
        notice.attack.length === 0
          ? undefined
          : notice.attack.map(id => ({ version: '17.1', technique: { uid: cleanText(id, 20) } })),
    }),
    device:
      notice.host === undefined
        ? undefined
        : withoutAbsent({
            type_id: 1,
            type: 'Server',
            uid: cleanText(notice.host.id, 200),
            hostname: cleanText(notice.host.name, 253),
            name: cleanText(notice.host.name, 253),
            groups: notice.host.group === undefined ? undefined : [{ name: cleanText(notice.host.group, 200) }],
          }),
    evidences: evidences.length === 0 ? undefined : evidences,
    malware:
      notice.families.length === 0
        ? undefined
        : notice.families.map(family => ({
            // The enumeration of OCSF has no miner; 99 (Other) names it in `classifications`.
            classification_ids: [99],
            classifications: ['Cryptominer'],
            name: cleanText(family, 100),
          })),
    unmapped: withoutAbsent({ what: notice.what, verdict: document?.verdict, seen_times: document?.seenTimes }),
  }) as DetectionFinding
}

function cleanDocument(document: AlertDocument | undefined): AlertDocument | undefined {
  if (document === undefined) return undefined
  const { alert, status, handledAs, verdict } = document
  return {
    ...document,
    alert: cleanText(alert, 200),
    status: cleanText(status, 40),
    ...(handledAs === undefined ? {} : { handledAs: cleanText(handledAs, 100) }),
    ...(verdict === undefined ? {} : { verdict: cleanText(verdict, 40) }),
  }
}

function disposed(detection: DetectionDocument): object {
  const { action, disposition } = dispositionOf(detection)
  return { action_id: action[0], action: action[1], disposition_id: disposition[0], disposition: disposition[1] }
}

const mostParents = 10

/** What started it, with what started that within. */
function chainOf({ chain }: DetectionDocument): object | undefined {
  return chain.slice(0, mostParents).reduceRight<object | undefined>(
    (parent, { pid, name, path, command }) =>
      withoutAbsent({
        pid,
        name: name === undefined ? undefined : cleanText(name, 200),
        cmd_line: command === undefined ? undefined : cleanText(command, 2_000),
        file: path === undefined ? undefined : fileOf({ kind: 'process' }, path),
        parent_process: parent,
      }),
    undefined,
  )
}

function evidence(fact: EvidenceFact, parent: object | undefined): object[] {
  const file = fact.path === undefined ? undefined : fileOf(fact, fact.path)
  if (fact.kind === 'process' && fact.pid !== undefined)
    return [
      {
        name: fact.kind,
        process: withoutAbsent({
          pid: fact.pid,
          name: fact.name === undefined ? undefined : cleanText(fact.name, 200),
          cmd_line: fact.command === undefined ? undefined : cleanText(fact.command, 2_000),
          file,
          user: userOf(fact),
          created_time: milliseconds(fact.startedAt),
          parent_process: parent,
        }),
      },
    ]
  if (fact.kind === 'socket' && fact.address !== undefined)
    return [{ name: fact.kind, dst_endpoint: withoutAbsent({ ip: cleanText(fact.address, 64), port: fact.port }) }]
  if (file !== undefined)
    return [withoutAbsent({ name: cleanText(fact.mechanism ?? fact.kind, 60), file, user: userOf(fact) })]
  return []
}

function fileOf(fact: EvidenceFact, path: string): object {
  const clean = cleanText(path, 4_096)
  return withoutAbsent({
    name: clean.split('/').at(-1) || clean,
    path: clean,
    type_id: 1,
    size: fact.kind === 'file' ? fact.size : undefined,
    hashes:
      fact.sha256 === undefined
        ? undefined
        : [{ algorithm_id: 3, algorithm: 'SHA-256', value: cleanText(fact.sha256, 64) }],
  })
}

function userOf(fact: EvidenceFact): object | undefined {
  if (fact.user === undefined) return undefined
  return withoutAbsent({ name: cleanText(fact.user, 100), uid: fact.uid === undefined ? undefined : String(fact.uid) })
}

function milliseconds(at: string | undefined): number | undefined {
  const time = at === undefined ? Number.NaN : Date.parse(at)
  return Number.isNaN(time) ? undefined : time
}

function withoutAbsent<T extends object>(value: T): object {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined))
}
