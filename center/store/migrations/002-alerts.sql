-- Alerts, what people do about them, orders, and what the center keeps beside (allowlists, block lists, rule packs).

CREATE TABLE alert (
  tenant_id uuid NOT NULL,
  alert_id uuid NOT NULL,             -- UUIDv7 of first_seen: time order, and the day's partition
  host_id uuid NOT NULL,
  group_id uuid NOT NULL,             -- of the host, kept here for filters and rights
  about text NOT NULL,                -- incident, finding, agent (offline, tampering)
  origin text NOT NULL,               -- the host's id of the incident or finding; what it is about for agents
  parent_id uuid,                     -- the incident's alert, for a finding that belongs to one
  type text NOT NULL,                 -- what the list filters by: mining, suspicious-process, scheduled-task, autostart, login-key, account, pool-traffic, rootkit, weakening, exposure, agent-offline, agent-tampering …
  rule_id text NOT NULL DEFAULT '',
  level smallint NOT NULL,            -- 0 informational … 4 critical
  verdict text NOT NULL DEFAULT '',   -- of an incident
  title text NOT NULL,
  families text[] NOT NULL DEFAULT '{}',
  attack text[] NOT NULL DEFAULT '{}',
  hashes text[] NOT NULL DEFAULT '{}',
  status text NOT NULL DEFAULT 'open',   -- open, handling, handled, ignored, allowed
  handled_as text,                    -- terminate, terminate-and-quarantine, in-depth, block, ignore, allow, manual, gone
  handled_by text,
  status_at timestamptz NOT NULL,
  assigned_to text,
  first_seen timestamptz NOT NULL,
  last_seen timestamptz NOT NULL,
  seen_times int NOT NULL DEFAULT 1,
  gone_at timestamptz,                -- a scan no longer saw it
  campaign_id uuid,
  body jsonb NOT NULL,                -- the incident or finding as the host sent it
  PRIMARY KEY (tenant_id, alert_id)
) PARTITION BY RANGE (alert_id);
CREATE INDEX alert_by_status ON alert (tenant_id, status, alert_id DESC) WHERE parent_id IS NULL;
CREATE INDEX alert_top ON alert (tenant_id, alert_id DESC) WHERE parent_id IS NULL;
CREATE INDEX alert_by_host ON alert (tenant_id, host_id, alert_id DESC);
CREATE INDEX alert_by_parent ON alert (tenant_id, parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX alert_by_type ON alert (tenant_id, type, alert_id DESC);
CREATE INDEX alert_by_rule ON alert (tenant_id, rule_id, alert_id DESC);

-- Finds the alert of what a host reports again, without a look into every partition.
CREATE TABLE alert_key (
  tenant_id uuid NOT NULL,
  host_id uuid NOT NULL,
  about text NOT NULL,
  origin text NOT NULL,
  alert_id uuid NOT NULL,
  PRIMARY KEY (tenant_id, host_id, about, origin)
);

CREATE TABLE alert_event (
  tenant_id uuid NOT NULL,
  event_id uuid NOT NULL,
  alert_id uuid NOT NULL,
  at timestamptz NOT NULL,
  actor text NOT NULL,                -- user name, token name, `host`, `center`
  what text NOT NULL,                 -- opened, seen-again, changed, gone, came-back, handling, handled, ignored, allowed, reopened, comment, assigned, order-…, run-…
  detail jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (tenant_id, event_id)
) PARTITION BY RANGE (event_id);
CREATE INDEX alert_event_by_alert ON alert_event (tenant_id, alert_id, event_id);

-- Counts by the hour, so that no page counts a whole table.
CREATE TABLE alert_hour (
  tenant_id uuid NOT NULL,
  hour timestamptz NOT NULL,
  group_id uuid NOT NULL,
  type text NOT NULL,
  level smallint NOT NULL,
  opened int NOT NULL DEFAULT 0,
  handled int NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, hour, group_id, type, level)
);

CREATE TABLE campaign (
  tenant_id uuid NOT NULL,
  campaign_id uuid NOT NULL,
  name text NOT NULL,
  first_host_id uuid NOT NULL,
  first_seen timestamptz NOT NULL,
  last_seen timestamptz NOT NULL,
  hosts int NOT NULL,
  shared jsonb NOT NULL,              -- [{kind, term, hosts}]
  families text[] NOT NULL DEFAULT '{}',
  PRIMARY KEY (tenant_id, campaign_id)
);

-- Something asked of many hosts at once.
CREATE TABLE task (
  tenant_id uuid NOT NULL,
  task_id uuid NOT NULL,
  kind text NOT NULL,                 -- order kind, or handle
  title text NOT NULL,
  created_by text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  ended_at timestamptz,
  detail jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (tenant_id, task_id)
);
CREATE INDEX task_by_time ON task (tenant_id, task_id DESC);

CREATE TABLE host_order (
  tenant_id uuid NOT NULL,
  order_id uuid NOT NULL,
  task_id uuid NOT NULL,
  host_id uuid NOT NULL,
  agent_id uuid NOT NULL,
  kind text NOT NULL,
  action jsonb NOT NULL,              -- OrderAction
  alert_id uuid,
  state text NOT NULL,                -- waiting-approval, queued, sent, accepted, running, done, partial, refused, failed, cancelled, expired
  refusal text,
  reason text,
  run_id text,
  scan_origin text,
  digest text NOT NULL,               -- what an approver signs (model/wire/order.ts)
  approvals_needed smallint NOT NULL DEFAULT 0,
  sequence bigint,                    -- given when it is signed for sending
  envelope jsonb,                     -- SignedOrder
  created_by text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  sent_at timestamptz,
  ended_at timestamptz,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, order_id),
  FOREIGN KEY (tenant_id, task_id) REFERENCES task
);
CREATE INDEX host_order_by_task ON host_order (tenant_id, task_id);
CREATE INDEX host_order_by_host ON host_order (tenant_id, host_id, order_id DESC);
CREATE INDEX host_order_to_send ON host_order (agent_id, order_id) WHERE state IN ('queued', 'sent');
CREATE INDEX host_order_open ON host_order (tenant_id, expires_at) WHERE ended_at IS NULL;

CREATE TABLE order_approval (
  tenant_id uuid NOT NULL,
  order_id uuid NOT NULL,
  approver text NOT NULL,             -- user name; one person counts once
  user_id uuid,
  document jsonb,                     -- Approval with signature; NULL: approved in the console only (second pair of eyes)
  at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, order_id, approver)
);

-- "This is meant to be so", for all hosts or a scope. Hides nothing on the host itself.
CREATE TABLE allow_rule (
  tenant_id uuid NOT NULL,
  allow_id uuid NOT NULL,
  scope jsonb NOT NULL,               -- {groups?, hosts?, tags?}; {}: everywhere
  condition jsonb NOT NULL,           -- {rule?, sha256?, path?, user?, package?, fingerprint?, line?}: all that are given must agree
  reason text NOT NULL,
  created_by text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz,
  removed_at timestamptz,
  hits bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, allow_id)
);

-- Addresses that are to be blocked on a scope of hosts.
CREATE TABLE block_entry (
  tenant_id uuid NOT NULL,
  block_id uuid NOT NULL,
  address inet NOT NULL,
  scope jsonb NOT NULL,
  reason text NOT NULL,
  alert_id uuid,
  task_id uuid,
  created_by text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  removed_at timestamptz,
  PRIMARY KEY (tenant_id, block_id)
);

CREATE TABLE indicator (
  tenant_id uuid NOT NULL,
  indicator_id uuid NOT NULL,
  kind text NOT NULL,                 -- hash, address, domain, wallet, key
  value text NOT NULL,
  level smallint NOT NULL DEFAULT 2,
  source text NOT NULL,
  note text NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz,
  PRIMARY KEY (tenant_id, indicator_id),
  UNIQUE (tenant_id, kind, value)
);

-- Rules made or uploaded here: Sigma packs that hosts judge with (at most `suspected`), in stages.
CREATE TABLE rule_pack (
  tenant_id uuid NOT NULL,
  pack_id uuid NOT NULL,
  name text NOT NULL,
  version int NOT NULL,
  sha256 text NOT NULL,
  content bytea NOT NULL,             -- YAML documents with their cases
  rules int NOT NULL,
  stage text NOT NULL,                -- draft, canary, half, all, withdrawn
  created_by text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  staged_at timestamptz,
  PRIMARY KEY (tenant_id, pack_id),
  UNIQUE (tenant_id, name, version)
);

CREATE TABLE saved_view (
  tenant_id uuid NOT NULL,
  view_id uuid NOT NULL,
  owner text NOT NULL,
  page text NOT NULL,
  name text NOT NULL,
  filter jsonb NOT NULL,
  PRIMARY KEY (tenant_id, view_id)
);

-- An answer that was given to an idempotency key, for 24 hours.
CREATE TABLE idempotent_answer (
  tenant_id uuid NOT NULL,
  caller text NOT NULL,
  key text NOT NULL,
  request_hash bytea NOT NULL,
  status int,
  body jsonb,
  at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, caller, key)
);
