-- People in full: who they are in WeChat, passkeys, what they agreed to, their data on request.

-- Who somebody is in WeChat: the openid under which one app knows them.
CREATE TABLE wechat_identity (
  id {int} PRIMARY KEY,
  appid {text} NOT NULL,
  openid {text} NOT NULL,
  person_id {int} NOT NULL REFERENCES person (id),
  kind {text} NOT NULL CHECK (kind IN ('official_account', 'mini_program')),
  -- The same in all apps of one owner; empty when WeChat does not say.
  unionid {text} NOT NULL,
  linked_at {int} NOT NULL,
  seen_at {int} NOT NULL,
  UNIQUE (appid, openid)
) {strict};
CREATE INDEX wechat_identity_person ON wechat_identity (person_id, id);

-- One person for a unionid, whichever app they come by first.
CREATE TABLE wechat_union (
  unionid {text} PRIMARY KEY,
  person_id {int} NOT NULL REFERENCES person (id)
) {clustered};
CREATE INDEX wechat_union_person ON wechat_union (person_id);

-- Somebody whom WeChat has named and whom we do not know yet, while they decide what to do. Bound to one browser.
CREATE TABLE wechat_pending (
  token_hash {blob} PRIMARY KEY,
  appid {text} NOT NULL,
  openid {text} NOT NULL,
  unionid {text} NOT NULL,
  expires_at {int} NOT NULL
) {clustered};

-- The words of a consent, once per distinct text.
CREATE TABLE consent_text (
  sha256 {blob} PRIMARY KEY,
  purpose {text} NOT NULL,
  lang {text} NOT NULL,
  body {text} NOT NULL,
  first_used_at {int} NOT NULL
) {clustered};

-- What a person agreed to, when, in which words, and until when (PIPL arts. 14 to 16, 23, 25, 29).
CREATE TABLE consent (
  id {int} PRIMARY KEY,
  person_id {int} NOT NULL REFERENCES person (id),
  purpose {text} NOT NULL CHECK (purpose IN ('phone_sign_in', 'wechat_identity', 'publish_name', 'receipt_sharing')),
  -- Of the privacy notice that held then.
  notice_version {int} NOT NULL,
  text_sha256 {blob} NOT NULL REFERENCES consent_text (sha256),
  given_at {int} NOT NULL,
  withdrawn_at {int}
) {strict};
CREATE UNIQUE INDEX consent_held ON consent (person_id, purpose) WHERE withdrawn_at IS NULL;
CREATE INDEX consent_person ON consent (person_id, id);

-- A staff member's key for signing in without a password (WebAuthn).
CREATE TABLE passkey (
  id {int} PRIMARY KEY,
  person_id {int} NOT NULL REFERENCES person (id),
  credential_id {blob} NOT NULL UNIQUE,
  -- COSE_Key (RFC 9052) as the authenticator gave it.
  public_key {blob} NOT NULL,
  sign_count {int} NOT NULL,
  name {text} NOT NULL,
  created_at {int} NOT NULL,
  last_used_at {int}
) {strict};
CREATE INDEX passkey_person ON passkey (person_id, id);

-- Challenges that were answered: each is answered once.
CREATE TABLE passkey_challenge (
  id {int} PRIMARY KEY,
  used_at {int} NOT NULL
) {strict};

-- A copy of everything that is held about a person, made for them and kept for a week.
CREATE TABLE data_export (
  id {int} PRIMARY KEY,
  person_id {int} NOT NULL REFERENCES person (id),
  state {text} NOT NULL CHECK (state IN ('waiting', 'ready')),
  body {blob},
  requested_at {int} NOT NULL,
  ready_at {int},
  expires_at {int} NOT NULL
) {strict};
CREATE INDEX data_export_person ON data_export (person_id, id);
