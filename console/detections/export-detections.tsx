import type { DetectionObject } from '../../model/api/index.ts'
import { api } from '../center/index.ts'
import { ExportList } from '../parts/index.ts'
import type { FileColumn } from '../parts/list-file.ts'

type Query = NonNullable<NonNullable<Parameters<typeof api.listDetections>[0]>['query']>

const columns: readonly FileColumn<DetectionObject>[] = [
  ['id', one => one.id],
  ['at', one => one.at],
  ['received_at', one => one.receivedAt],
  ['host', one => one.host.name],
  ['verdict', one => one.verdict],
  ['level', one => one.level],
  ['title', one => one.title],
  ['outcomes', one => one.outcomes.join(' ')],
  ['subject', one => one.subject.kind],
  ['pid', one => String(one.subject.pid ?? '')],
  ['path', one => one.subject.path ?? ''],
  ['command', one => one.subject.command ?? ''],
  ['user', one => one.subject.user ?? ''],
  ['sha256', one => one.subject.sha256 ?? ''],
  ['address', one => one.subject.address ?? ''],
  ['families', one => one.families.join(' ')],
  ['attack', one => one.attack.join(' ')],
  ['alert', one => one.alert ?? ''],
]

/** Those that the filters let through, as a file. */
export function ExportDetections({ filter }: { readonly filter: Query }) {
  return (
    <ExportList
      list={(paging, signal) => api.listDetections({ query: { ...filter, ...paging } }, { signal })}
      columns={columns}
      name="davylamp-detections"
    />
  )
}
