import { alertLevels, type DetectionObject, detectionOutcomes, subjectKinds } from '../../model/api/index.ts'
import type { Db } from '../context.ts'
import { timeOfUuid7 } from '../uuid7.ts'

/** Detections with their host, as every answer about them shows them; without what the agent sent. */
export function detectionsOf(db: Db) {
  return db
    .selectFrom('detection')
    .innerJoin('host', join =>
      join.onRef('host.tenant_id', '=', 'detection.tenant_id').onRef('host.host_id', '=', 'detection.host_id'),
    )
    .select([
      'detection.detection_id',
      'detection.host_id',
      'host.name as host_name',
      'detection.group_id',
      'detection.origin',
      'detection.at',
      'detection.verdict',
      'detection.level',
      'detection.title',
      'detection.subject',
      'detection.pid',
      'detection.path',
      'detection.command',
      'detection.user_name',
      'detection.sha256',
      'detection.address',
      'detection.families',
      'detection.attack',
      'detection.outcomes',
      'detection.alert_id',
    ])
}

export type DetectionRow = Awaited<ReturnType<ReturnType<typeof detectionsOf>['execute']>>[number]

export function detectionObjectOf(row: DetectionRow): DetectionObject {
  return {
    id: row.detection_id,
    host: { id: row.host_id, name: row.host_name, group: row.group_id },
    origin: row.origin,
    at: row.at.toISOString(),
    receivedAt: timeOfUuid7(row.detection_id).toISOString(),
    verdict: row.verdict === 'confirmed' ? 'confirmed' : 'suspected',
    level: alertLevels[row.level] ?? 'informational',
    title: row.title,
    subject: {
      kind: subjectKinds.find(one => one === row.subject) ?? 'process',
      ...(row.pid === null ? {} : { pid: row.pid }),
      ...(row.path === null ? {} : { path: row.path }),
      ...(row.command === null ? {} : { command: row.command }),
      ...(row.user_name === null ? {} : { user: row.user_name }),
      ...(row.sha256 === null ? {} : { sha256: row.sha256 }),
      ...(row.address === null ? {} : { address: row.address }),
    },
    families: row.families,
    attack: row.attack,
    outcomes: detectionOutcomes.filter(one => row.outcomes.includes(one)),
    ...(row.alert_id === null ? {} : { alert: row.alert_id }),
  }
}
