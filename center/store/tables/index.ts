import type { AlertCountTable, AlertSeenTable, CampaignTodoTable, HostScoreTable, LoginSeenTable } from './ingest.ts'
import type { TenantSettingTable } from './orders.ts'
import type { PeopleTables } from './people.ts'
import type {
  TenantTable,
  HostGroupTable,
  HostTable,
  AgentTable,
  EnrolmentTokenTable,
  EnrolmentTable,
  DeadLetterTable,
  ScanTable,
  PlanTable,
  RunTable,
  RunActionTable,
  QuarantinedTable,
  BlockedTable,
  HostProcessesTable,
  FetchedFileTable,
  FetchedPartTable,
  InventoryItemTable,
  InventoryChangeTable,
  HuntTermTable,
  HostEventTable,
  CenterNodeTable,
} from './fleet.ts'
import type {
  AlertTable,
  AlertKeyTable,
  AlertEventTable,
  AlertHourTable,
  CampaignTable,
  TaskTable,
  HostOrderTable,
  OrderApprovalTable,
  AllowRuleTable,
  BlockEntryTable,
  IndicatorTable,
  RulePackTable,
  SavedViewTable,
  IdempotentAnswerTable,
} from './alerts.ts'

import type { DetectionBodyTable, DetectionHourTable, DetectionKeyTable, DetectionTable } from './detections.ts'
import type { AgentCertificateTable, CenterKeyTable, SilentAgentTable } from './keys.ts'
import type {
  ChannelTable,
  DeliveryTable,
  EscalationTable,
  ExportItemTable,
  NoticeItemTable,
  NotifyRouteTable,
  SiemExportTable,
} from './notify.ts'

/** All tables. People, notifications and export add theirs in files of their own. */
interface FleetTables {
  tenant: TenantTable
  host_group: HostGroupTable
  host: HostTable
  agent: AgentTable
  enrolment_token: EnrolmentTokenTable
  enrolment: EnrolmentTable
  dead_letter: DeadLetterTable
  scan: ScanTable
  plan: PlanTable
  run: RunTable
  run_action: RunActionTable
  quarantined: QuarantinedTable
  blocked: BlockedTable
  host_processes: HostProcessesTable
  fetched_file: FetchedFileTable
  fetched_part: FetchedPartTable
  inventory_item: InventoryItemTable
  inventory_change: InventoryChangeTable
  hunt_term: HuntTermTable
  host_event: HostEventTable
  center_node: CenterNodeTable
}

interface IngestTables {
  tenant_setting: TenantSettingTable
  alert_seen: AlertSeenTable
  host_score: HostScoreTable
  alert_count: AlertCountTable
  campaign_todo: CampaignTodoTable
  login_seen: LoginSeenTable
}

interface AlertsTables {
  alert: AlertTable
  alert_key: AlertKeyTable
  alert_event: AlertEventTable
  alert_hour: AlertHourTable
  campaign: CampaignTable
  task: TaskTable
  host_order: HostOrderTable
  order_approval: OrderApprovalTable
  allow_rule: AllowRuleTable
  block_entry: BlockEntryTable
  indicator: IndicatorTable
  rule_pack: RulePackTable
  saved_view: SavedViewTable
  idempotent_answer: IdempotentAnswerTable
}

interface DetectionTables {
  detection: DetectionTable
  detection_body: DetectionBodyTable
  detection_key: DetectionKeyTable
  detection_hour: DetectionHourTable
}

interface KeysTables {
  center_key: CenterKeyTable
  agent_certificate: AgentCertificateTable
  silent_agent: SilentAgentTable
}

interface NotifyTables {
  channel: ChannelTable
  notify_route: NotifyRouteTable
  delivery: DeliveryTable
  escalation: EscalationTable
  siem_export: SiemExportTable
  export_item: ExportItemTable
  notice_item: NoticeItemTable
}

export type Database = IngestTables &
  NotifyTables &
  FleetTables &
  AlertsTables &
  DetectionTables &
  PeopleTables &
  KeysTables
