-- The list of alerts by what row-level security keeps from an index: families, hashes and words are searched for as the center, within
-- the caller's tenant and rights, and shown as the tenant (center/alerts/list.ts).

-- array_to_string is only "stable" because of types whose output depends on settings; text is none of them.
CREATE FUNCTION alert_words(title text, families text[]) RETURNS text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS $$ SELECT title || ' ' || array_to_string(families, ' ') $$;

-- New entries wait in a list that each search goes through: in kB, so that they are put in their place before it gets long.
CREATE INDEX alert_by_family ON alert USING gin (families) WITH (gin_pending_list_limit = 64);
CREATE INDEX alert_by_hash ON alert USING gin (hashes) WITH (gin_pending_list_limit = 64);
CREATE INDEX alert_by_assignee ON alert (tenant_id, assigned_to, alert_id DESC) WHERE assigned_to IS NOT NULL;

-- A PostgreSQL without its contrib modules searches words slowly.
DO $$ BEGIN
  CREATE EXTENSION IF NOT EXISTS pg_trgm;
  CREATE INDEX alert_by_words ON alert USING gin (alert_words(title, families) gin_trgm_ops) WITH (gin_pending_list_limit = 128);
EXCEPTION WHEN feature_not_supported OR undefined_file OR insufficient_privilege THEN
  RAISE WARNING 'The extension pg_trgm cannot be had: words in alerts are searched without an index.';
END $$;
