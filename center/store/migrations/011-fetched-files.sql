-- Quarantined files that hosts sent because somebody asked for them. For an hour; then a chore deletes them (center/work.ts).
CREATE TABLE fetched_file (
  tenant_id uuid NOT NULL,
  order_id uuid NOT NULL,             -- that asked for it
  host_id uuid NOT NULL,
  entry_id text NOT NULL,
  sha256 text NOT NULL,
  size bigint NOT NULL DEFAULT 0,
  complete_at timestamptz,            -- NULL: parts are still missing
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, order_id)
);
CREATE INDEX fetched_file_by_entry ON fetched_file (tenant_id, host_id, entry_id);
CREATE INDEX fetched_file_by_end ON fetched_file (expires_at);

-- Each part is sealed with the master key of the center: nothing in the database or its files can run or match a scanner.
CREATE TABLE fetched_part (
  tenant_id uuid NOT NULL,
  order_id uuid NOT NULL,
  number smallint NOT NULL,
  size int NOT NULL,                  -- of what is sealed
  sealed bytea NOT NULL,
  PRIMARY KEY (tenant_id, order_id, number),
  FOREIGN KEY (tenant_id, order_id) REFERENCES fetched_file ON DELETE CASCADE
);
-- Sealed bytes do not get smaller by being compressed.
ALTER TABLE fetched_part ALTER COLUMN sealed SET STORAGE EXTERNAL;
