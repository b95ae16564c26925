-- Whom the center tells, when, and what became of it; what a SIEM is sent.

CREATE TABLE channel (
  tenant_id uuid NOT NULL REFERENCES tenant,
  channel_id uuid NOT NULL,
  name text NOT NULL,
  kind text NOT NULL,
  settings jsonb NOT NULL,            -- without what is secret
  secrets bytea,                      -- the secret settings as JSON, sealed (center.keys.seal, context `channel:ID`)
  language text NOT NULL DEFAULT 'en',
  enabled boolean NOT NULL DEFAULT true,
  created_by text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  changed_at timestamptz NOT NULL DEFAULT now(),
  -- one process of the center at a time works on a channel; a dead one's claim ends by itself
  busy_by uuid,
  busy_until timestamptz,
  rest_until timestamptz,             -- the receiver wants, or needs, to be left alone until then
  last_result text,                   -- delivered, refused
  last_detail text,
  last_at timestamptz,
  PRIMARY KEY (tenant_id, channel_id),
  UNIQUE (tenant_id, name)
);

CREATE TABLE notify_route (
  tenant_id uuid NOT NULL REFERENCES tenant,
  route_id uuid NOT NULL,
  name text NOT NULL,
  enabled boolean NOT NULL DEFAULT true,
  condition jsonb NOT NULL,           -- {atLeast?, groups?, types?, what?}: all that are given must agree
  channels uuid[] NOT NULL,
  language text,                      -- NULL: that of the channel
  quiet jsonb,                        -- {timeZone, from, to, days?, exceptFrom?}
  digest_minutes int,                 -- NULL: at once
  rate jsonb,                         -- {most, minutes}; NULL: the channel's own
  escalation jsonb,                   -- {afterMinutes, channels}
  created_by text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, route_id),
  UNIQUE (tenant_id, name)
);

-- The outbox: written in the transaction that gives the reason to tell.
CREATE TABLE delivery (
  tenant_id uuid NOT NULL,
  delivery_id uuid NOT NULL,
  channel_id uuid NOT NULL,
  route_id uuid,                      -- NULL: a test
  purpose text NOT NULL,              -- notice, digest, escalation, test
  notice_id text NOT NULL,            -- the same notice goes once to a channel, however many routes name it
  notice jsonb NOT NULL,
  alert_id uuid,
  language text NOT NULL,
  gather boolean NOT NULL,            -- waits for others, to become one message
  state text NOT NULL DEFAULT 'due',  -- due, delivered, dead, merged
  due_at timestamptz NOT NULL,
  tries int NOT NULL DEFAULT 0,
  log jsonb NOT NULL DEFAULT '[]',    -- [{at, result, detail, again}], the newest 20
  merged_into uuid,
  created_at timestamptz NOT NULL DEFAULT now(),
  ended_at timestamptz,
  PRIMARY KEY (tenant_id, delivery_id),
  UNIQUE (tenant_id, channel_id, purpose, notice_id),
  FOREIGN KEY (tenant_id, channel_id) REFERENCES channel ON DELETE CASCADE
);
CREATE INDEX delivery_due ON delivery (tenant_id, channel_id, due_at) WHERE state = 'due';
CREATE INDEX delivery_ended ON delivery (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX delivery_rate ON delivery (tenant_id, channel_id, route_id, ended_at) WHERE state = 'delivered';

-- An alert that somebody else is told of when nobody takes it up.
CREATE TABLE escalation (
  tenant_id uuid NOT NULL,
  escalation_id uuid NOT NULL,
  route_id uuid NOT NULL,
  alert_id uuid NOT NULL,
  notice jsonb NOT NULL,
  due_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, escalation_id),
  UNIQUE (tenant_id, route_id, alert_id),
  FOREIGN KEY (tenant_id, route_id) REFERENCES notify_route ON DELETE CASCADE
);
CREATE INDEX escalation_due ON escalation (due_at);

CREATE TABLE siem_export (
  tenant_id uuid NOT NULL REFERENCES tenant,
  export_id uuid NOT NULL,
  name text NOT NULL,
  kind text NOT NULL,                 -- syslog, webhook
  settings jsonb NOT NULL,
  secrets bytea,                      -- sealed, context `export:ID`
  condition jsonb NOT NULL,           -- {atLeast?, findings}
  enabled boolean NOT NULL DEFAULT true,
  created_by text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  busy_by uuid,
  busy_until timestamptz,
  rest_until timestamptz,
  tries int NOT NULL DEFAULT 0,
  sent bigint NOT NULL DEFAULT 0,
  dropped bigint NOT NULL DEFAULT 0,
  last_result text,
  last_detail text,
  last_at timestamptz,
  PRIMARY KEY (tenant_id, export_id),
  UNIQUE (tenant_id, name)
);

-- What is still to be sent. A queue and no cursor over event ids: a transaction that commits late has a smaller id than
-- others that were sent already, and a cursor would pass it by.
CREATE TABLE export_item (
  tenant_id uuid NOT NULL,
  export_id uuid NOT NULL,
  event_id uuid NOT NULL,
  alert_id uuid NOT NULL,
  PRIMARY KEY (tenant_id, export_id, event_id),
  FOREIGN KEY (tenant_id, export_id) REFERENCES siem_export ON DELETE CASCADE
);

-- What people may have to be told of: written by the triggers below in the transaction in which it happens, whoever does it, and
-- turned into deliveries by a worker that deletes it in the same transaction.
CREATE TABLE notice_item (
  tenant_id uuid NOT NULL,
  item_id uuid NOT NULL DEFAULT gen_random_uuid(),
  subject text NOT NULL,              -- alert, order, run
  subject_id text NOT NULL,           -- alert id, order id, run id
  host_id uuid,                       -- of a run
  what text NOT NULL,                 -- of an alert: what its event says; of orders and runs: a reason of notify/message.ts
  at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, item_id)
);
CREATE INDEX notice_item_by_time ON notice_item (at);

CREATE FUNCTION note_alert_events() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- A restore copies rows as the owner of the tables: what they tell was told long ago.
  IF current_user NOT IN ('davylamp_app', 'davylamp_system') THEN RETURN NULL; END IF;
  INSERT INTO export_item (tenant_id, export_id, event_id, alert_id)
  SELECT e.tenant_id, x.export_id, e.event_id, e.alert_id
  FROM written e JOIN siem_export x ON x.tenant_id = e.tenant_id AND x.enabled
  WHERE e.what IN ('opened', 'changed', 'came-back', 'reopened', 'handling', 'handled', 'ignored', 'allowed', 'gone')
  ON CONFLICT DO NOTHING;
  INSERT INTO notice_item (tenant_id, item_id, subject, subject_id, what, at)
  SELECT e.tenant_id, e.event_id, 'alert', e.alert_id::text, e.what, e.at
  FROM written e
  WHERE e.what IN ('opened', 'came-back', 'gone')
    AND EXISTS (SELECT FROM notify_route r WHERE r.tenant_id = e.tenant_id AND r.enabled)
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;

CREATE TRIGGER note_alert_events AFTER INSERT ON alert_event
  REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION note_alert_events();

CREATE FUNCTION note_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_user NOT IN ('davylamp_app', 'davylamp_system') THEN RETURN NULL; END IF;
  IF TG_OP = 'UPDATE' AND OLD.state = NEW.state THEN RETURN NULL; END IF;
  INSERT INTO notice_item (tenant_id, subject, subject_id, what)
  SELECT NEW.tenant_id, 'order', NEW.order_id::text,
    CASE NEW.state WHEN 'refused' THEN 'order-refused' ELSE 'approval-wanted' END
  WHERE EXISTS (SELECT FROM notify_route r WHERE r.tenant_id = NEW.tenant_id AND r.enabled);
  RETURN NULL;
END $$;

CREATE TRIGGER note_order AFTER INSERT OR UPDATE OF state ON host_order
  FOR EACH ROW WHEN (NEW.state IN ('waiting-approval', 'refused')) EXECUTE FUNCTION note_order();

CREATE FUNCTION note_run() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_user NOT IN ('davylamp_app', 'davylamp_system') THEN RETURN NULL; END IF;
  IF TG_OP = 'UPDATE' AND OLD.proof_result IS NOT DISTINCT FROM NEW.proof_result THEN RETURN NULL; END IF;
  INSERT INTO notice_item (tenant_id, subject, subject_id, host_id, what)
  SELECT NEW.tenant_id, 'run', NEW.run_id, NEW.host_id,
    CASE NEW.proof_result WHEN 'clean' THEN 'clean-done' ELSE 'clean-left' END
  WHERE EXISTS (SELECT FROM notify_route r WHERE r.tenant_id = NEW.tenant_id AND r.enabled);
  RETURN NULL;
END $$;

CREATE TRIGGER note_run AFTER INSERT OR UPDATE OF proof_result ON run
  FOR EACH ROW WHEN (NEW.proof_result IS NOT NULL) EXECUTE FUNCTION note_run();
