-- What ingest keeps to know what is new, without a look into every partition of alert.

-- One row for each incident and finding that the newest scan of a host saw.
CREATE TABLE alert_seen (
  tenant_id uuid NOT NULL,
  host_id uuid NOT NULL,
  about text NOT NULL,
  origin text NOT NULL,
  alert_id uuid NOT NULL,
  body_hash bytea NOT NULL,           -- of what the host sent
  PRIMARY KEY (tenant_id, host_id, about, origin)
);

CREATE TABLE host_score (
  tenant_id uuid NOT NULL,
  host_id uuid NOT NULL,
  score int NOT NULL,
  reasons jsonb NOT NULL,             -- [{what, points, text}]
  at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, host_id)
);

-- Counts that are to be added to alert_hour. Adding at once would make every report of a group wait for the one before.
CREATE TABLE alert_count (
  tenant_id uuid NOT NULL,
  count_id uuid NOT NULL,
  hour timestamptz NOT NULL,
  group_id uuid NOT NULL,
  type text NOT NULL,
  level smallint NOT NULL,
  opened int NOT NULL DEFAULT 0,
  handled int NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, count_id)
);

-- Incidents that are new or changed, until they were compared with those of other hosts.
CREATE TABLE campaign_todo (
  tenant_id uuid NOT NULL,
  alert_id uuid NOT NULL,
  host_id uuid NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, alert_id)
);

-- From where somebody logged in on a host with an incident: one way from host to host.
CREATE TABLE login_seen (
  tenant_id uuid NOT NULL,
  host_id uuid NOT NULL,
  address text NOT NULL,
  account text NOT NULL,
  first_seen timestamptz NOT NULL,
  last_seen timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, host_id, address, account)
);
CREATE INDEX login_seen_by_address ON login_seen (tenant_id, address);

CREATE INDEX alert_by_campaign ON alert (tenant_id, campaign_id) WHERE campaign_id IS NOT NULL;
CREATE INDEX host_by_address ON host USING gin (addresses);
