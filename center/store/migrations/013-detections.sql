-- What agents notice as it happens, what was done about it at once, and how their sensors stand.

-- Narrow, so that a list that must go through many rows reads few pages; what the agent sent lies beside it.
CREATE TABLE detection (
  tenant_id uuid NOT NULL,
  detection_id uuid NOT NULL,         -- UUIDv7 of when it was heard of first: time order, and the day's partition
  host_id uuid NOT NULL,
  group_id uuid NOT NULL,             -- of the host, kept here for filters and rights
  origin uuid NOT NULL,               -- the agent's id
  at timestamptz NOT NULL,            -- when it happened, by the host's clock as far as that can be true
  verdict text NOT NULL,              -- confirmed, suspected
  level smallint NOT NULL,            -- 0 informational … 4 critical
  title text NOT NULL,
  subject text NOT NULL,              -- process, file, autostart, connection, login, load
  pid bigint,
  start_time double precision,        -- clock ticks after boot
  path text,
  command text,
  user_name text,
  sha256 text,
  address text,
  account text,
  families text[] NOT NULL DEFAULT '{}',
  attack text[] NOT NULL DEFAULT '{}',
  outcomes text[] NOT NULL,           -- detectionOutcomes of model/api/detections.ts
  alert_id uuid,
  explained boolean NOT NULL DEFAULT false,  -- that alert is of an incident: a scan has seen the whole of it
  PRIMARY KEY (tenant_id, detection_id)
) PARTITION BY RANGE (detection_id);
CREATE INDEX detection_by_host ON detection (tenant_id, host_id, detection_id DESC);
CREATE INDEX detection_by_alert ON detection (tenant_id, alert_id, detection_id DESC) WHERE alert_id IS NOT NULL;
CREATE INDEX detection_by_verdict ON detection (tenant_id, verdict, detection_id DESC);
CREATE INDEX detection_unexplained ON detection (tenant_id, host_id, detection_id DESC) WHERE NOT explained;
-- Seldom, and what people ask for. Row-level security keeps `@>` from an index (center/store/row-security.ts), but not the choice of one of these.
CREATE INDEX detection_prevented ON detection (tenant_id, detection_id DESC) WHERE 'prevented' = ANY (outcomes);
CREATE INDEX detection_ended ON detection (tenant_id, detection_id DESC) WHERE 'ended' = ANY (outcomes);
CREATE INDEX detection_cleaned ON detection (tenant_id, detection_id DESC) WHERE 'cleaned' = ANY (outcomes);
CREATE INDEX detection_quarantined ON detection (tenant_id, detection_id DESC) WHERE 'quarantined' = ANY (outcomes);
CREATE INDEX detection_disarmed ON detection (tenant_id, detection_id DESC) WHERE 'disarmed' = ANY (outcomes);
CREATE INDEX detection_blocked ON detection (tenant_id, detection_id DESC) WHERE 'blocked' = ANY (outcomes);
CREATE INDEX detection_would ON detection (tenant_id, detection_id DESC) WHERE 'would' = ANY (outcomes);
CREATE INDEX detection_refused ON detection (tenant_id, detection_id DESC) WHERE 'refused' = ANY (outcomes);
CREATE INDEX detection_failed ON detection (tenant_id, detection_id DESC) WHERE 'failed' = ANY (outcomes);

CREATE FUNCTION detection_words(title text, path text, command text, address text, account text) RETURNS text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS $$ SELECT title || ' ' || coalesce(path, '') || ' ' || coalesce(command, '') || ' ' || coalesce(address, '') || ' ' || coalesce(account, '') $$;

DO $$ BEGIN
  CREATE EXTENSION IF NOT EXISTS pg_trgm;
  CREATE INDEX detection_by_words ON detection
    USING gin (detection_words(title, path, command, address, account) gin_trgm_ops) WITH (gin_pending_list_limit = 128);
EXCEPTION WHEN feature_not_supported OR undefined_file OR insufficient_privilege THEN
  RAISE WARNING 'The extension pg_trgm cannot be had: words in detections are searched without an index.';
END $$;

CREATE TABLE detection_body (
  tenant_id uuid NOT NULL,
  detection_id uuid NOT NULL,
  body jsonb NOT NULL,                -- Detection, texts and lists cut
  PRIMARY KEY (tenant_id, detection_id)
) PARTITION BY RANGE (detection_id);

-- Finds what a host reports again, without a look into every partition.
CREATE TABLE detection_key (
  tenant_id uuid NOT NULL,
  host_id uuid NOT NULL,
  origin uuid NOT NULL,
  detection_id uuid NOT NULL,
  PRIMARY KEY (tenant_id, host_id, origin)
);

-- Counts by the hour and host, so that no page counts a whole table. Of a host only its own reports write here: nobody waits.
CREATE TABLE detection_hour (
  tenant_id uuid NOT NULL,
  hour timestamptz NOT NULL,
  host_id uuid NOT NULL,
  what text NOT NULL,                 -- seen, confirmed, or one of the outcomes
  count int NOT NULL,
  PRIMARY KEY (tenant_id, hour, host_id, what)
);
CREATE INDEX detection_hour_by_host ON detection_hour (tenant_id, host_id, hour);

-- How the agent watches, taken from its health where the list of hosts filters by it.
ALTER TABLE agent
  ADD COLUMN watch_mode text,                            -- off, observe, block; NULL: it has reported no sensors
  ADD COLUMN watch_troubles text[] NOT NULL DEFAULT '{}';  -- watchTroubles of model/api/detections.ts

-- Detections are exported too: of them `event_id` is a new id for each time that something about one changed.
ALTER TABLE export_item ALTER COLUMN alert_id DROP NOT NULL;
ALTER TABLE export_item ADD COLUMN detection_id uuid;
