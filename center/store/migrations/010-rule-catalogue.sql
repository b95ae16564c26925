-- What the pages about rules ask: the cases of a pack, and how many alerts each rule had a part in.

ALTER TABLE rule_pack ADD COLUMN cases bytea NOT NULL DEFAULT '';   -- YAML lists; empty for packs from before

-- With the group, so that counting for somebody who sees a few groups opens no row.
DROP INDEX alert_by_rule;
CREATE INDEX alert_by_rule ON alert (tenant_id, rule_id, alert_id DESC) INCLUDE (group_id);
