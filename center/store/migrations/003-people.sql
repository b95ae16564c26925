-- People: accounts, rights, sign-in, tokens, approvers' keys, and the audit log. Whatever opens a door (session, token, link, recovery
-- code) lies here only as SHA-256 of a random value; what must be read again (TOTP seeds, OIDC secrets) is sealed with a key that is not in the store.

CREATE TABLE user_account (
  tenant_id uuid NOT NULL REFERENCES tenant,
  user_id uuid NOT NULL,
  name text NOT NULL,                 -- lower case; stays taken when the account is removed, so that history stays clear
  display_name text NOT NULL DEFAULT '',
  email text NOT NULL DEFAULT '',
  state text NOT NULL,                -- active, invited (has no password yet), disabled, removed
  language text NOT NULL DEFAULT 'en',
  password_hash text,                 -- PHC string, argon2id; NULL: signs in by link, passkey or OIDC only
  password_at timestamptz,
  must_change boolean NOT NULL DEFAULT false,
  totp_sealed bytea,
  totp_pending bytea,                 -- sealed; until the first code was shown
  totp_step bigint,                   -- the last that was used: no code works twice
  provider_id uuid,                   -- OIDC
  provider_subject text,
  created_by text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  last_login_at timestamptz,
  PRIMARY KEY (tenant_id, user_id),
  UNIQUE (tenant_id, name),
  UNIQUE (tenant_id, provider_id, provider_subject)
);

-- A role for all hosts (group NULL), or for a group with its subgroups.
CREATE TABLE membership (
  tenant_id uuid NOT NULL,
  membership_id uuid NOT NULL,
  user_id uuid NOT NULL,
  role text NOT NULL,                 -- viewer, operator, responder, approver, admin
  group_id uuid,
  source text NOT NULL DEFAULT 'manual',   -- manual; oidc: follows the provider's groups at each login
  PRIMARY KEY (tenant_id, membership_id),
  UNIQUE NULLS NOT DISTINCT (tenant_id, user_id, role, group_id, source),
  FOREIGN KEY (tenant_id, user_id) REFERENCES user_account ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, group_id) REFERENCES host_group ON DELETE CASCADE
);

CREATE TABLE session (
  tenant_id uuid NOT NULL,
  session_id uuid NOT NULL,           -- for lists and revocation; opens nothing
  user_id uuid NOT NULL,
  hash bytea NOT NULL UNIQUE,
  method text NOT NULL,               -- password, passkey, oidc, link
  second_factor boolean NOT NULL DEFAULT false,
  address text NOT NULL,
  client text NOT NULL DEFAULT '',    -- User-Agent
  created_at timestamptz NOT NULL DEFAULT now(),
  last_used timestamptz NOT NULL DEFAULT now(),
  fresh_at timestamptz NOT NULL DEFAULT now(),   -- the last proof of who it is
  expires_at timestamptz NOT NULL,
  revoked_at timestamptz,
  revoked_because text,
  PRIMARY KEY (tenant_id, session_id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES user_account ON DELETE CASCADE
);
CREATE INDEX session_by_user ON session (tenant_id, user_id) WHERE revoked_at IS NULL;

CREATE TABLE api_token (
  tenant_id uuid NOT NULL,
  token_id uuid NOT NULL,
  user_id uuid NOT NULL,              -- whose rights it can have at most, as they are at that moment
  name text NOT NULL,
  hash bytea NOT NULL UNIQUE,
  hint text NOT NULL,                 -- last four characters
  permissions text[] NOT NULL,
  groups uuid[],                      -- NULL: all that the creator has
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  last_used timestamptz,
  last_address text,
  revoked_at timestamptz,
  PRIMARY KEY (tenant_id, token_id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES user_account ON DELETE CASCADE
);
CREATE INDEX api_token_by_user ON api_token (tenant_id, user_id);

CREATE TABLE webauthn_credential (
  tenant_id uuid NOT NULL,
  credential_id text NOT NULL,        -- base64url
  user_id uuid NOT NULL,
  name text NOT NULL,
  public_key bytea NOT NULL,          -- COSE
  counter bigint NOT NULL DEFAULT 0,
  transports text[] NOT NULL DEFAULT '{}',
  passkey boolean NOT NULL DEFAULT false,    -- user verification was seen: may sign in without a password
  created_at timestamptz NOT NULL DEFAULT now(),
  last_used timestamptz,
  PRIMARY KEY (tenant_id, credential_id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES user_account ON DELETE CASCADE
);
CREATE INDEX webauthn_credential_by_user ON webauthn_credential (tenant_id, user_id);

CREATE TABLE recovery_code (
  tenant_id uuid NOT NULL,
  user_id uuid NOT NULL,
  hash bytea NOT NULL,
  used_at timestamptz,
  PRIMARY KEY (tenant_id, user_id, hash),
  FOREIGN KEY (tenant_id, user_id) REFERENCES user_account ON DELETE CASCADE
);

-- OpenID Connect.
CREATE TABLE identity_provider (
  tenant_id uuid NOT NULL REFERENCES tenant,
  provider_id uuid NOT NULL,
  name text NOT NULL,                 -- on the button
  issuer text NOT NULL,
  client_id text NOT NULL,
  secret_sealed bytea,                -- NULL: public client
  scopes text NOT NULL DEFAULT 'openid profile email',
  name_claim text NOT NULL DEFAULT 'preferred_username',
  group_claim text NOT NULL DEFAULT 'groups',
  role_map jsonb NOT NULL DEFAULT '[]',    -- [{value, role, group?}]
  create_users boolean NOT NULL DEFAULT true,
  ca text,                            -- PEM, when the provider has a certificate of one's own
  enabled boolean NOT NULL DEFAULT true,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, provider_id),
  UNIQUE (tenant_id, name)
);
ALTER TABLE user_account ADD FOREIGN KEY (tenant_id, provider_id) REFERENCES identity_provider;

-- A sign-in under way (second factor, challenge of a key, OIDC round trip), or a one-time link.
CREATE TABLE sign_in_step (
  tenant_id uuid NOT NULL REFERENCES tenant,
  step_id uuid NOT NULL,
  hash bytea NOT NULL UNIQUE,
  kind text NOT NULL,                 -- second-factor, passkey, register-key, link, oidc, approver-key
  user_id uuid,
  detail jsonb NOT NULL DEFAULT '{}',
  tries int NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  used_at timestamptz,
  PRIMARY KEY (tenant_id, step_id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES user_account ON DELETE CASCADE
);

CREATE TABLE login_attempt (
  tenant_id uuid NOT NULL,
  attempt_id uuid NOT NULL,
  name text NOT NULL,                 -- empty for names that are no account: it may be a password typed into the wrong field
  user_id uuid,
  address text NOT NULL,
  outcome text NOT NULL,              -- ok, wrong, delayed, disabled, second-factor-wrong
  method text NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, attempt_id)
);
CREATE INDEX login_attempt_known ON login_attempt (tenant_id, user_id, address, at DESC) WHERE outcome = 'ok';
CREATE INDEX login_attempt_by_time ON login_attempt (at);

-- Growing delays. Keys: name and address, name, address.
CREATE TABLE login_throttle (
  tenant_id uuid NOT NULL,
  key text NOT NULL,
  failures int NOT NULL DEFAULT 0,
  last_at timestamptz NOT NULL DEFAULT now(),
  until timestamptz,
  PRIMARY KEY (tenant_id, key)
);

-- Public keys with which people approve orders; hosts believe only those that their own agent.yml names.
CREATE TABLE approver_key (
  tenant_id uuid NOT NULL,
  key_id uuid NOT NULL,
  user_id uuid NOT NULL,
  name text NOT NULL,                 -- as pinned on hosts; stays taken
  kind text NOT NULL,                 -- ed25519, webauthn
  credential text,
  public_key bytea NOT NULL,          -- SubjectPublicKeyInfo DER, or COSE
  relying_party text,
  origin text,
  created_at timestamptz NOT NULL DEFAULT now(),
  revoked_at timestamptz,
  PRIMARY KEY (tenant_id, key_id),
  UNIQUE (tenant_id, name),
  FOREIGN KEY (tenant_id, user_id) REFERENCES user_account
);

-- Who did what, each entry with the hash of the one before (center/people/audit.ts). Never changed, never shortened.
CREATE TABLE audit_entry (
  tenant_id uuid NOT NULL,
  sequence bigint NOT NULL,
  at timestamptz NOT NULL,
  actor_kind text NOT NULL,           -- user, token, nobody, center, offline
  actor_id text NOT NULL,
  actor text NOT NULL,
  address text NOT NULL,
  action text NOT NULL,
  object_kind text NOT NULL,
  object_id text NOT NULL,
  detail jsonb NOT NULL,
  request text NOT NULL,
  previous bytea NOT NULL,
  hash bytea NOT NULL,
  PRIMARY KEY (tenant_id, sequence)
);
CREATE INDEX audit_entry_by_object ON audit_entry (tenant_id, object_kind, object_id, sequence DESC);
CREATE INDEX audit_entry_by_actor ON audit_entry (tenant_id, actor_id, sequence DESC);
CREATE INDEX audit_entry_by_action ON audit_entry (tenant_id, action text_pattern_ops, sequence DESC);

CREATE FUNCTION audit_entry_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'entries of the audit log are never changed or deleted';
END $$;
CREATE TRIGGER audit_entry_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry
  FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_stays();
