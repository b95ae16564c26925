-- Keys of the center itself (they belong to no tenant: only the owner of the tables reads them), the certificates it gave to
-- agents, and which alarm tells of which silent agent.

-- Private keys are sealed with the master key, which lies in a file beside the store and never in it.
CREATE TABLE center_key (
  key_id text PRIMARY KEY,
  kind text NOT NULL,                 -- authority, order
  sealed bytea NOT NULL,              -- PKCS #8
  public_key bytea NOT NULL,          -- SubjectPublicKeyInfo, DER
  certificate text,                   -- of the authority, PEM
  signed_by text,                     -- order keys: the key before, over the RFC 8785 form of { key, publicKey }
  signature bytea,
  created_at timestamptz NOT NULL DEFAULT now(),
  active_from timestamptz NOT NULL    -- an order key signs from then on; agents learn of it before
);
CREATE UNIQUE INDEX center_key_authority ON center_key (kind) WHERE kind = 'authority';

CREATE TABLE agent_certificate (
  tenant_id uuid NOT NULL REFERENCES tenant,
  serial text NOT NULL,
  agent_id uuid NOT NULL,
  public_key bytea NOT NULL,          -- SubjectPublicKeyInfo, DER: proves who enrols again
  csr_hash bytea NOT NULL,            -- SHA-256 of the DER
  certificate text NOT NULL,          -- PEM
  issued_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, serial)
);
CREATE INDEX agent_certificate_by_agent ON agent_certificate (tenant_id, agent_id, issued_at DESC);

-- Agents whose silence people were told of. Many may share one alert; with the last of them back, it closes.
CREATE TABLE silent_agent (
  tenant_id uuid NOT NULL,
  agent_id uuid NOT NULL,
  alert_id uuid NOT NULL,
  since timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, agent_id)
);
CREATE INDEX silent_agent_by_alert ON silent_agent (tenant_id, alert_id);
