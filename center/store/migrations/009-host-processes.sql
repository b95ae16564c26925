-- The processes of a host when it was last asked for them. One row for each host: what is kept is the last look and no history.
CREATE TABLE host_processes (
  tenant_id uuid NOT NULL,
  host_id uuid NOT NULL,
  at timestamptz NOT NULL,            -- of the look
  total int NOT NULL,                 -- how many there were; the list holds those that use most
  items jsonb NOT NULL,               -- ReportedProcess[]
  PRIMARY KEY (tenant_id, host_id),
  FOREIGN KEY (tenant_id, host_id) REFERENCES host ON DELETE CASCADE
);
