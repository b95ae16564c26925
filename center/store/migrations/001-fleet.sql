-- Hosts, their agents, and what agents report. Every table has tenant_id as first column of its key and row-level security;
-- the program works as role davylamp_app, which owns nothing and may not bypass it. Ids are UUIDv7 unless they come from a host.
-- Tables that grow without end are partitioned by day over their UUIDv7 key (center/store/partitions.ts makes and drops them).

CREATE TABLE tenant (
  tenant_id uuid PRIMARY KEY,
  name text NOT NULL UNIQUE,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE host_group (
  tenant_id uuid NOT NULL REFERENCES tenant,
  group_id uuid NOT NULL,
  name text NOT NULL,
  parent_id uuid,
  policy jsonb,                       -- CenterPolicy; NULL: that of the parent, or the default
  policy_version int NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, group_id),
  UNIQUE (tenant_id, name),
  FOREIGN KEY (tenant_id, parent_id) REFERENCES host_group
);

CREATE TABLE host (
  tenant_id uuid NOT NULL REFERENCES tenant,
  host_id uuid NOT NULL,
  group_id uuid NOT NULL,
  name text NOT NULL,
  hostname text NOT NULL DEFAULT '',
  region text NOT NULL DEFAULT '',
  owner text NOT NULL DEFAULT '',
  tags text[] NOT NULL DEFAULT '{}',
  note text NOT NULL DEFAULT '',
  system text NOT NULL DEFAULT '',
  kernel text NOT NULL DEFAULT '',
  architecture text NOT NULL DEFAULT '',
  machine text NOT NULL DEFAULT '',
  boot text NOT NULL DEFAULT '',
  addresses text[] NOT NULL DEFAULT '{}',
  agent_id uuid,                      -- the one identity in force
  verdict text NOT NULL DEFAULT 'unknown',   -- of the last scan: nothing, exposure, suspected, confirmed, unknown
  last_scan_at timestamptz,
  last_scan_id text,
  open_alerts int NOT NULL DEFAULT 0,
  score int,                          -- 0 to 100; NULL: never scanned
  created_at timestamptz NOT NULL DEFAULT now(),
  removed_at timestamptz,
  PRIMARY KEY (tenant_id, host_id),
  FOREIGN KEY (tenant_id, group_id) REFERENCES host_group
);
CREATE INDEX host_by_name ON host (tenant_id, name, host_id) WHERE removed_at IS NULL;
CREATE INDEX host_by_group ON host (tenant_id, group_id);

CREATE TABLE agent (
  tenant_id uuid NOT NULL REFERENCES tenant,
  agent_id uuid NOT NULL,
  host_id uuid NOT NULL,
  state text NOT NULL,                -- pending, active, revoked, replaced
  program text NOT NULL DEFAULT '',
  protocol int NOT NULL DEFAULT 0,
  capabilities text[] NOT NULL DEFAULT '{}',
  certificate_serial text,
  certificate_ends timestamptz,
  previous_serial text,               -- stays good until the renewed one was used
  enrolled_at timestamptz NOT NULL DEFAULT now(),
  enrolled_with uuid,                 -- enrolment token
  revoked_at timestamptz,
  revoked_because text,
  -- presence; written in batches
  online boolean NOT NULL DEFAULT false,
  node_id uuid,                       -- the center process that holds its connection
  connected_at timestamptz,
  last_seen timestamptz,
  offline_since timestamptz,
  offline_reason text,                -- goodbye reason or what is likely
  offline_alarmed_at timestamptz,
  -- stream of reports
  spool_id uuid,
  acknowledged bigint NOT NULL DEFAULT 0,
  -- orders
  order_sequence bigint NOT NULL DEFAULT 0,
  policy_version int NOT NULL DEFAULT 0,
  health jsonb,                       -- AgentHealth, the last
  health_at timestamptz,
  tampered_at timestamptz,
  clock_skew_seconds real,
  PRIMARY KEY (tenant_id, agent_id),
  FOREIGN KEY (tenant_id, host_id) REFERENCES host
);
CREATE INDEX agent_by_host ON agent (tenant_id, host_id);
CREATE UNIQUE INDEX agent_by_id ON agent (agent_id);

CREATE TABLE enrolment_token (
  tenant_id uuid NOT NULL REFERENCES tenant,
  token_id uuid NOT NULL,
  hash bytea NOT NULL UNIQUE,         -- SHA-256 of the token: a stolen database enrols nobody
  group_id uuid NOT NULL,
  name text NOT NULL DEFAULT '',
  uses_left int NOT NULL DEFAULT 1,
  needs_approval boolean NOT NULL DEFAULT false,
  tags text[] NOT NULL DEFAULT '{}',
  created_by text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  revoked_at timestamptz,
  PRIMARY KEY (tenant_id, token_id),
  FOREIGN KEY (tenant_id, group_id) REFERENCES host_group
);

-- One row for each CSR that came with a good token: what a person approves.
CREATE TABLE enrolment (
  tenant_id uuid NOT NULL REFERENCES tenant,
  enrolment_id uuid NOT NULL,
  token_id uuid NOT NULL,
  csr_hash bytea NOT NULL,
  csr text NOT NULL,
  hostname text NOT NULL,
  machine text NOT NULL,
  address text NOT NULL,
  program text NOT NULL,
  state text NOT NULL,                -- pending, approved, refused
  agent_id uuid,
  previous_agent uuid,
  asked_at timestamptz NOT NULL DEFAULT now(),
  decided_at timestamptz,
  decided_by text,
  PRIMARY KEY (tenant_id, enrolment_id),
  UNIQUE (tenant_id, csr_hash)
);

-- What could not be stored: acknowledged to the agent, kept for people.
CREATE TABLE dead_letter (
  tenant_id uuid NOT NULL,
  letter_id uuid NOT NULL,
  agent_id uuid NOT NULL,
  sequence bigint NOT NULL,
  reason text NOT NULL,
  content text NOT NULL,              -- cut at 64 KiB
  at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, letter_id)
) PARTITION BY RANGE (letter_id);

CREATE TABLE scan (
  tenant_id uuid NOT NULL,
  scan_id uuid NOT NULL,              -- of the center
  host_id uuid NOT NULL,
  origin text NOT NULL,               -- the host's id of it
  order_id uuid,
  mode text NOT NULL,
  verdict text NOT NULL,
  started_at timestamptz NOT NULL,
  duration_ms int NOT NULL,
  rules_version text NOT NULL,
  rules_count int NOT NULL,
  facts jsonb NOT NULL,
  gaps jsonb NOT NULL,
  findings int NOT NULL,
  incidents int NOT NULL,
  received_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, scan_id)
) PARTITION BY RANGE (scan_id);
CREATE INDEX scan_by_host ON scan (tenant_id, host_id, scan_id DESC);

-- What the agent would do, by plan id (SHA-256 of the plan): the same plan is stored once.
CREATE TABLE plan (
  tenant_id uuid NOT NULL,
  host_id uuid NOT NULL,
  plan_id text NOT NULL,
  incident text NOT NULL,
  finding text NOT NULL DEFAULT '',   -- '' : the whole incident
  handling text NOT NULL,
  actions int NOT NULL,
  body jsonb NOT NULL,
  reported_at timestamptz NOT NULL DEFAULT now(),
  current boolean NOT NULL DEFAULT true,   -- of the newest scan that saw the incident
  PRIMARY KEY (tenant_id, host_id, plan_id, incident, finding, handling)
);
CREATE INDEX plan_current ON plan (tenant_id, host_id, incident, handling) WHERE current;

CREATE TABLE run (
  tenant_id uuid NOT NULL,
  host_id uuid NOT NULL,
  run_id text NOT NULL,               -- the host's
  order_id uuid,
  plan_id text NOT NULL,
  state text NOT NULL,                -- running, complete, partial, undone, partly-undone
  incidents text[] NOT NULL,
  proof_result text,                  -- clean, left, unproven, rebuild-advised
  started_at timestamptz NOT NULL,
  changed_at timestamptz NOT NULL DEFAULT now(),
  body jsonb NOT NULL,                -- model/run.ts, without actions
  PRIMARY KEY (tenant_id, host_id, run_id)
);
CREATE INDEX run_by_time ON run (tenant_id, started_at DESC, run_id);

CREATE TABLE run_action (
  tenant_id uuid NOT NULL,
  host_id uuid NOT NULL,
  run_id text NOT NULL,
  number int NOT NULL,
  outcome text NOT NULL,
  body jsonb NOT NULL,                -- actionState
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, host_id, run_id, number)
);

CREATE TABLE quarantined (
  tenant_id uuid NOT NULL,
  host_id uuid NOT NULL,
  entry_id text NOT NULL,
  sha256 text NOT NULL,
  path text NOT NULL,
  size bigint NOT NULL,
  at timestamptz NOT NULL,
  run_id text,
  reason text NOT NULL,
  gone_at timestamptz,                -- restored or deleted on the host
  PRIMARY KEY (tenant_id, host_id, entry_id)
);
CREATE INDEX quarantined_by_time ON quarantined (tenant_id, at DESC) WHERE gone_at IS NULL;
CREATE INDEX quarantined_by_hash ON quarantined (tenant_id, sha256);

CREATE TABLE blocked (
  tenant_id uuid NOT NULL,
  host_id uuid NOT NULL,
  address inet NOT NULL,
  expires_at timestamptz NOT NULL,
  packets bigint,
  way text NOT NULL,
  reported_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, host_id, address)
);

CREATE TABLE inventory_item (
  tenant_id uuid NOT NULL,
  host_id uuid NOT NULL,
  fact_id text NOT NULL,
  kind text NOT NULL,
  body jsonb NOT NULL,                -- the fact
  body_hash bytea NOT NULL,           -- SHA-256 of its RFC 8785 form
  snapshot text,
  first_seen timestamptz NOT NULL,
  changed_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, host_id, fact_id)
);
CREATE INDEX inventory_by_kind ON inventory_item (tenant_id, host_id, kind);

CREATE TABLE inventory_change (
  tenant_id uuid NOT NULL,
  change_id uuid NOT NULL,
  host_id uuid NOT NULL,
  fact_id text NOT NULL,
  kind text NOT NULL,
  change text NOT NULL,               -- appeared, changed, gone; 'first' rows of a new host are not written
  before jsonb,
  after jsonb,
  at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, change_id)
) PARTITION BY RANGE (change_id);
CREATE INDEX inventory_change_by_host ON inventory_change (tenant_id, host_id, change_id DESC);

-- What can be hunted: one row for each thing with a name that a host has or had.
CREATE TABLE hunt_term (
  tenant_id uuid NOT NULL,
  kind text NOT NULL,                 -- hash, path, key, line, address, account, domain, wallet
  term text NOT NULL,                 -- cut at 1,000 characters
  host_id uuid NOT NULL,
  source text NOT NULL,               -- inventory, alert, quarantine
  source_id text NOT NULL,            -- fact id, alert id, entry id
  first_seen timestamptz NOT NULL,
  last_seen timestamptz NOT NULL,
  gone_at timestamptz,
  PRIMARY KEY (tenant_id, kind, term, host_id, source, source_id)
);
CREATE INDEX hunt_by_prefix ON hunt_term (tenant_id, kind, term text_pattern_ops);
CREATE INDEX hunt_by_source ON hunt_term (tenant_id, host_id, source, source_id);

-- Things that agents and hosts did which people should know of: offline, back, tampering, enrolled, clock …
CREATE TABLE host_event (
  tenant_id uuid NOT NULL,
  event_id uuid NOT NULL,
  host_id uuid NOT NULL,
  what text NOT NULL,
  detail jsonb NOT NULL DEFAULT '{}',
  at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, event_id)
) PARTITION BY RANGE (event_id);
CREATE INDEX host_event_by_host ON host_event (tenant_id, host_id, event_id DESC);

-- The center processes that work on this store.
CREATE TABLE center_node (
  node_id uuid PRIMARY KEY,
  name text NOT NULL,
  started_at timestamptz NOT NULL,
  last_seen timestamptz NOT NULL
);
