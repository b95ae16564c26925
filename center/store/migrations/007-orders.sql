-- What a tenant has decided once, for all its hosts: who must approve what, whose approvals are believed.
CREATE TABLE tenant_setting (
  tenant_id uuid NOT NULL REFERENCES tenant,
  name text NOT NULL,                 -- second-approver, approver-keys …
  value jsonb NOT NULL,
  changed_by text NOT NULL,
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, name)
);

-- Approvals wait in one short list, whatever the history behind them.
CREATE INDEX host_order_waiting ON host_order (tenant_id, order_id) WHERE state = 'waiting-approval';
CREATE INDEX host_order_by_alert ON host_order (tenant_id, alert_id) WHERE alert_id IS NOT NULL;
