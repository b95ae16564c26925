import { api } from '../../center/index.ts'
import { ExportList } from '../../parts/index.ts'
import { auditColumns } from './audit-file.ts'
import type { AuditFilter } from './audit-filters.tsx'

/** The entries that the filters let through, as a file. */
export function ExportLog({ filter }: { readonly filter: AuditFilter }) {
  return (
    <ExportList
      list={(paging, signal) => api.listAudit({ query: { ...filter, ...paging } }, { signal })}
      columns={auditColumns}
      name="davylamp-audit"
    />
  )
}
