-- What the pages about rules and the overview ask.

ALTER TABLE rule_pack ADD COLUMN cases bytea NOT NULL DEFAULT '';   -- YAML lists; empty for packs from before

-- With the group, so that counting for somebody who sees a few groups opens no row.
DROP INDEX alert_by_rule;
CREATE INDEX alert_by_rule ON alert (tenant_id, rule_id, alert_id DESC) INCLUDE (group_id);

-- With what open alerts are counted by (the overview, the summary, the counts of the list).
DROP INDEX alert_by_status;
CREATE INDEX alert_by_status ON alert (tenant_id, status, alert_id DESC) INCLUDE (group_id, type, level, verdict) WHERE parent_id IS NULL;
