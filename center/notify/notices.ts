import { z } from 'zod'
import { levels } from '../../model/index.ts'
import type { AlertDocument, Notice, Reason } from '../../notify/index.ts'
import { timeOfUuid7 } from '../uuid7.ts'

/** Columns of an alert and its host that a notice is made of. */
export interface AlertRow {
  readonly alert_id: string
  readonly host_id: string
  readonly host_name: string | null
  readonly group_name: string | null
  readonly about: string
  readonly type: string
  readonly rule_id: string
  readonly level: number
  readonly verdict: string
  readonly title: string
  readonly families: readonly string[]
  readonly attack: readonly string[]
  readonly hashes: readonly string[]
  readonly status: string
  readonly handled_as: string | null
  readonly first_seen: Date
  readonly last_seen: Date
  readonly seen_times: number
  readonly body: unknown
}

const closing = new Set(['handled', 'ignored', 'allowed', 'gone'])
const opening = new Set(['opened'])

/** A notice of something that happened to an alert. `id` is that of the event; the same event has the same notice. */
export function noticeOfAlert(
  row: AlertRow,
  event: { readonly id: string; readonly what: string; readonly at: Date },
  address: string,
): Notice {
  const host = row.host_name ?? row.host_id
  return {
    id: event.id,
    what: reasonOf(row, event.what),
    level: levels[row.level] ?? 'medium',
    at: event.at.toISOString(),
    ...(isMass(row)
      ? {}
      : { host: { id: row.host_id, name: host, ...(row.group_name === null ? {} : { group: row.group_name }) } }),
    title: row.title,
    lines: linesOf(row.body),
    families: [...row.families],
    attack: [...row.attack],
    link: `${address}/alerts/${row.alert_id}`,
    type: row.type,
    ...(row.rule_id === '' ? {} : { rule: row.rule_id }),
    document: documentOf(row, event.what),
  }
}

function reasonOf(row: AlertRow, what: string): Reason {
  if (row.type === 'agent-offline') {
    if (what === 'gone') return 'agent-back'
    return isMass(row) ? 'agents-offline' : 'agent-offline'
  }
  if (what === 'gone') return 'alert-gone'
  return row.type === 'agent-tampering' ? 'agent-tampered' : 'alert'
}

function documentOf(row: AlertRow, what: string): AlertDocument {
  return {
    alert: row.alert_id,
    activity: opening.has(what) ? 'created' : closing.has(what) ? 'closed' : 'updated',
    status: row.status,
    ...(row.handled_as === null ? {} : { handledAs: row.handled_as }),
    ...(row.verdict === '' ? {} : { verdict: row.verdict }),
    about: row.about,
    firstSeen: row.first_seen.toISOString(),
    lastSeen: row.last_seen.toISOString(),
    seenTimes: row.seen_times,
    hashes: [...row.hashes],
    body: row.body,
  }
}

const spoken = z.object({
  summary: z.array(z.string()).optional().catch(undefined),
  because: z
    .union([z.string(), z.array(z.string())])
    .optional()
    .catch(undefined),
  count: z.number().optional().catch(undefined),
  detail: z.string().optional().catch(undefined),
})

/** One alert stands for many silent agents. */
function isMass(row: AlertRow): boolean {
  return row.type === 'agent-offline' && (spoken.safeParse(row.body).data?.count ?? 1) > 1
}

function linesOf(body: unknown): string[] {
  const { summary, because, detail } = spoken.safeParse(body).data ?? {}
  const lines = summary ?? [
    ...(because === undefined ? [] : [because].flat()),
    ...(detail === undefined ? [] : [detail]),
  ]
  return lines.slice(0, 20).map(line => line.slice(0, 1_000))
}

/** Columns of a detection and its host, with what the agent sent. */
export interface DetectionRow {
  readonly detection_id: string
  readonly host_id: string
  readonly host_name: string | null
  readonly group_name: string | null
  readonly at: Date
  readonly verdict: string
  readonly level: number
  readonly title: string
  readonly families: readonly string[]
  readonly attack: readonly string[]
  readonly sha256: string | null
  readonly body: unknown
}

const firstRule = z.object({ findings: z.array(z.object({ rule: z.object({ id: z.string() }) })).min(1) })

/** A notice of something that was noticed as it happened, for machines. `id` is that of the change. */
export function noticeOfDetection(row: DetectionRow, change: { readonly id: string }, address: string): Notice {
  const rule = firstRule.safeParse(row.body).data?.findings[0]?.rule.id
  const heard = timeOfUuid7(row.detection_id)
  const changed = timeOfUuid7(change.id)
  return {
    id: change.id,
    what: 'alert',
    level: levels[row.level] ?? 'medium',
    at: row.at.toISOString(),
    host: {
      id: row.host_id,
      name: row.host_name ?? row.host_id,
      ...(row.group_name === null ? {} : { group: row.group_name }),
    },
    title: row.title,
    lines: linesOf(row.body),
    families: [...row.families],
    attack: [...row.attack],
    link: `${address}/prevention/detections?detection=${row.detection_id}`,
    type: 'detection',
    ...(rule === undefined ? {} : { rule }),
    document: {
      alert: row.detection_id,
      activity: changed.getTime() === heard.getTime() ? 'created' : 'updated',
      status: 'open',
      verdict: row.verdict,
      about: 'detection',
      firstSeen: row.at.toISOString(),
      lastSeen: changed.toISOString(),
      hashes: row.sha256 === null ? [] : [row.sha256],
      body: row.body,
    } satisfies AlertDocument,
  }
}

export interface OrderRow {
  readonly order_id: string
  readonly task_id: string
  readonly host_id: string
  readonly host_name: string | null
  readonly group_name: string | null
  readonly kind: string
  readonly task_title: string
  readonly refusal: string | null
  readonly reason: string | null
  readonly created_by: string
}

export function noticeOfOrder(
  row: OrderRow,
  item: { readonly id: string; readonly what: string; readonly at: Date },
  address: string,
): Notice {
  const refused = item.what === 'order-refused'
  return {
    id: item.id,
    what: refused ? 'order-refused' : 'approval-wanted',
    level: refused ? 'medium' : 'high',
    at: item.at.toISOString(),
    host: {
      id: row.host_id,
      name: row.host_name ?? row.host_id,
      ...(row.group_name === null ? {} : { group: row.group_name }),
    },
    title: row.task_title,
    lines: refused
      ? [row.reason ?? row.refusal ?? 'No reason was given.']
      : [`${row.kind}, asked for by ${row.created_by}`],
    families: [],
    attack: [],
    link: `${address}/tasks/${row.task_id}`,
    type: `order-${row.kind}`,
  }
}

export interface RunRow {
  readonly run_id: string
  readonly host_id: string
  readonly host_name: string | null
  readonly group_name: string | null
  readonly state: string
  readonly proof_result: string | null
}

const proofInWords: Readonly<Record<string, string>> = {
  clean: 'The proof found nothing left.',
  left: 'Something is still there.',
  unproven: 'It could not be proven that all is gone.',
  'rebuild-advised': 'Programs of the system itself were replaced: build this host anew.',
}

export function noticeOfRun(
  row: RunRow,
  item: { readonly id: string; readonly what: string; readonly at: Date },
  address: string,
): Notice {
  const clean = item.what === 'clean-done'
  return {
    id: item.id,
    what: clean ? 'clean-done' : 'clean-left',
    level: clean ? 'informational' : 'high',
    at: item.at.toISOString(),
    host: {
      id: row.host_id,
      name: row.host_name ?? row.host_id,
      ...(row.group_name === null ? {} : { group: row.group_name }),
    },
    title: `Run ${row.run_id}: ${row.state}`,
    lines: [proofInWords[row.proof_result ?? ''] ?? 'The run ended.'],
    families: [],
    attack: [],
    link: `${address}/hosts/${row.host_id}/runs/${encodeURIComponent(row.run_id)}`,
    type: 'clean',
  }
}
