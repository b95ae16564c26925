export {
  alertTypes,
  AlertTypeName,
  HandledWayName,
  handledWays,
  type HandledWay,
  OrderStateBadge,
} from './alert-words.tsx'
export { Badge, LevelBadge, ProofBadge, StatusBadge, type Tone, VerdictBadge } from './badges.tsx'
export { ConfirmDialog, type ConfirmDialogProps } from './confirm-dialog.tsx'
export { CopyText } from './copy-text.tsx'
export type { Column } from './data-table-row.tsx'
export { DataTable, type DataTableProps, type Selection } from './data-table.tsx'
export { ExportList } from './export-list.tsx'
export { Filters, type FilterField } from './filters.tsx'
export { HostLink } from './host-link.tsx'
export { HostSelect, HostsSelect } from './host-select.tsx'
export {
  OfflineReason,
  offlineReasons,
  Presence,
  Score,
  scoreColour,
  ScoreReasonName,
  scoreReasons,
} from './host-words.tsx'
export { HostText, inertText } from './host-text.tsx'
export { PageHeader } from './page-header.tsx'
export { PageTabs } from './page-tabs.tsx'
export { type ScanProgress, useAllScanProgress, useScanProgress } from './scan-progress.ts'
export { isWholeScope, type Scope, ScopeField, ScopeText } from './scope.tsx'
export { showDone, showFailed } from './said.tsx'
export { Section } from './section.tsx'
export { ScanStep } from './scan-step.tsx'
export { RefusedHosts, StartScanDialog, StartScanForm } from './start-scan.tsx'
export { EmptyState, ErrorState, ErrorText, LoadingState, NoPermissionState, NotFoundState } from './states.tsx'
export { TaskOrders } from './task-orders.tsx'
export { Duration, Time } from './time.tsx'
export { TrendChart, type TrendSeries } from './trend-chart.tsx'
export { useNumbers } from './numbers.ts'
export { useUrlFilter } from './url-filter.ts'
