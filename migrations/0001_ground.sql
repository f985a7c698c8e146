-- The ground: people, organisations, projects, gifts and the books they make. One text for both engines.
-- Money is fen, times are microseconds UTC, days are civil days in Asia/Shanghai counted from 1970-01-01, booleans are 0/1.

-- Numbers that only grow, one row each: the process number in every id comes from here.
CREATE TABLE counter (
  name {text} PRIMARY KEY,
  value {int} NOT NULL
) {clustered};

CREATE TABLE job (
  id {int} PRIMARY KEY,
  kind {text} NOT NULL,
  payload {text} NOT NULL,
  run_at {int} NOT NULL,
  attempts {int} NOT NULL,
  claimed_until {int} NOT NULL,
  last_error {text}
) {strict};
CREATE INDEX job_due ON job (run_at, id);

-- A job that failed too often rests here with its reason until a person looks.
CREATE TABLE failed_job (
  id {int} PRIMARY KEY,
  kind {text} NOT NULL,
  payload {text} NOT NULL,
  attempts {int} NOT NULL,
  error {text} NOT NULL,
  failed_at {int} NOT NULL
) {strict};

-- Public facts, in the transaction of the fact; the log reads them from here.
CREATE TABLE public_entry (
  id {int} PRIMARY KEY,
  kind {text} NOT NULL,
  body {text} NOT NULL,
  created_at {int} NOT NULL
) {strict};

CREATE TABLE person (
  id {int} PRIMARY KEY,
  name {text} NOT NULL,
  created_at {int} NOT NULL,
  -- Since when only their books are kept, and only stored (PIPL art. 47): the person has left.
  restricted_at {int}
) {strict};

CREATE TABLE person_phone (
  phone {text} PRIMARY KEY,
  person_id {int} NOT NULL REFERENCES person (id),
  verified_at {int} NOT NULL
) {clustered};

-- One sign-in code. Only its hash is kept; five wrong tries or ten minutes end it.
CREATE TABLE phone_code (
  id {int} PRIMARY KEY,
  phone {text} NOT NULL,
  code_hash {blob} NOT NULL,
  expires_at {int} NOT NULL,
  tries {int} NOT NULL,
  used_at {int}
) {strict};
CREATE INDEX phone_code_phone ON phone_code (phone, id);

-- Messages that leave for people's phones. In the demo they can be read on the outbox page. What a sent message said is
-- emptied at once: body is its text, parameters (JSON) what fills the provider's template.
CREATE TABLE outgoing_message (
  id {int} PRIMARY KEY,
  address {text} NOT NULL,
  body {text} NOT NULL,
  parameters {text} NOT NULL,
  created_at {int} NOT NULL,
  sent_at {int},
  failed_at {int},
  -- The provider's code, or why we gave up; empty while there is nothing to say.
  failure {text} NOT NULL
) {strict};
CREATE INDEX outgoing_message_failed ON outgoing_message (failed_at) WHERE failed_at IS NOT NULL;

CREATE TABLE staff (
  person_id {int} PRIMARY KEY REFERENCES person (id),
  login {text} NOT NULL UNIQUE,
  password_hash {text} NOT NULL,
  totp_secret {blob} NOT NULL,
  totp_last_step {int} NOT NULL,
  failures {int} NOT NULL,
  locked_until {int} NOT NULL
) {strict};

CREATE TABLE session (
  token_hash {blob} PRIMARY KEY,
  person_id {int} NOT NULL REFERENCES person (id),
  strength {text} NOT NULL CHECK (strength IN ('phone', 'staff')),
  created_at {int} NOT NULL,
  expires_at {int} NOT NULL
) {clustered};
CREATE INDEX session_person ON session (person_id);
CREATE INDEX session_expiry ON session (expires_at);

CREATE TABLE rate_window (
  name {text} NOT NULL,
  window_start {int} NOT NULL,
  used {int} NOT NULL,
  PRIMARY KEY (name, window_start)
) {clustered};

-- Administrative divisions, 12-digit codes. Level 1 province (its parent is empty), 2 prefecture, 3 county. An area that
-- was abolished stays, because old rows name it.
CREATE TABLE area (
  code {text} PRIMARY KEY,
  parent {text} NOT NULL,
  level {int} NOT NULL,
  name {text} NOT NULL,
  english {text} NOT NULL,
  three_regions {int} NOT NULL,
  former_poverty_county {int} NOT NULL,
  valid_from_day {int},
  abolished_day {int}
) {clustered};
CREATE INDEX area_parent ON area (parent, code);

CREATE TABLE organisation (
  id {int} PRIMARY KEY,
  kind {text} NOT NULL CHECK (kind IN ('charity', 'implementer', 'company', 'operator')),
  name {text} NOT NULL,
  english_name {text} NOT NULL,
  credit_code {text} NOT NULL UNIQUE,
  about {text} NOT NULL,
  english_about {text} NOT NULL,
  address {text} NOT NULL,
  contact {text} NOT NULL,
  area_code {text} NOT NULL REFERENCES area (code),
  created_at {int} NOT NULL
) {strict};

-- 登记证书 and 公开募捐资格证书, with the days on which they hold.
CREATE TABLE certificate (
  id {int} PRIMARY KEY,
  organisation_id {int} NOT NULL REFERENCES organisation (id),
  kind {text} NOT NULL CHECK (kind IN ('registration', 'public_fundraising')),
  number {text} NOT NULL,
  issuer {text} NOT NULL,
  valid_from_day {int} NOT NULL,
  valid_until_day {int} NOT NULL,
  CHECK (valid_from_day <= valid_until_day)
) {strict};
CREATE INDEX certificate_organisation ON certificate (organisation_id, kind);
{append_only certificate};

-- The charity's own merchant number at the channel. Money lands there and nowhere else.
CREATE TABLE merchant (
  organisation_id {int} PRIMARY KEY REFERENCES organisation (id),
  mchid {text} NOT NULL UNIQUE,
  opened_at {int} NOT NULL
) {strict};

CREATE TABLE seat (
  id {int} PRIMARY KEY,
  organisation_id {int} NOT NULL REFERENCES organisation (id),
  person_id {int} NOT NULL REFERENCES person (id),
  role {text} NOT NULL CHECK (role IN ('manager', 'finance', 'approver', 'reviewer')),
  starts_at {int} NOT NULL,
  ends_at {int}
) {strict};
CREATE INDEX seat_person ON seat (person_id);
CREATE INDEX seat_organisation ON seat (organisation_id);

CREATE TABLE project (
  id {int} PRIMARY KEY,
  state {text} NOT NULL CHECK (state IN ('draft', 'submitted', 'reviewed', 'published', 'fundraising_ended', 'executing', 'closed')),
  version {int} NOT NULL,
  title {text} NOT NULL,
  english_title {text} NOT NULL,
  summary {text} NOT NULL,
  english_summary {text} NOT NULL,
  story {text} NOT NULL,
  field {text} NOT NULL CHECK (field IN ('poverty', 'education', 'health', 'special_care', 'ecology')),
  area_code {text} NOT NULL REFERENCES area (code),
  object {text} NOT NULL,
  service {text} NOT NULL,
  launcher_id {int} NOT NULL REFERENCES organisation (id),
  recipient_id {int} NOT NULL REFERENCES organisation (id),
  implementer_id {int} NOT NULL REFERENCES organisation (id),
  filing_number {text} NOT NULL,
  goal_fen {int} NOT NULL CHECK (goal_fen >= 0),
  starts_day {int} NOT NULL,
  ends_day {int} NOT NULL,
  -- Which clocks run; the day on which the plan was filed (0: nobody has said); whether the operator has stopped it.
  kind {text} NOT NULL DEFAULT 'ordinary' CHECK (kind IN ('ordinary', 'emergency')),
  filed_day {int} NOT NULL DEFAULT 0,
  hold {text} NOT NULL DEFAULT 'none' CHECK (hold IN ('none', 'suspended', 'taken_down')),
  curated_at {int},
  -- Folds of the rows below: the newest progress post, and the day on which the next report is due (far away when none is).
  last_progress_at {int},
  due_day {int} NOT NULL,
  created_by {int} NOT NULL REFERENCES person (id),
  created_at {int} NOT NULL,
  submitted_at {int},
  reviewed_at {int},
  published_at {int},
  fundraising_ended_at {int},
  executing_at {int},
  closed_at {int}
) {strict};
CREATE INDEX project_state ON project (state, published_at);
CREATE INDEX project_recipient ON project (recipient_id);
CREATE INDEX project_launcher ON project (launcher_id);
CREATE INDEX project_implementer ON project (implementer_id);

-- Every step of a project's life, with who took it and why. Rows are only added.
CREATE TABLE project_step (
  id {int} PRIMARY KEY,
  project_id {int} NOT NULL REFERENCES project (id),
  state {text} NOT NULL,
  person_id {int} NOT NULL REFERENCES person (id),
  reason {text} NOT NULL,
  at {int} NOT NULL
) {strict};
CREATE INDEX project_step_project ON project_step (project_id, id);

CREATE TABLE budget_line (
  id {int} PRIMARY KEY,
  project_id {int} NOT NULL REFERENCES project (id),
  position {int} NOT NULL,
  item {text} NOT NULL,
  english_item {text} NOT NULL,
  unit {text} NOT NULL,
  quantity {int} NOT NULL CHECK (quantity > 0),
  unit_price_fen {int} NOT NULL CHECK (unit_price_fen > 0),
  amount_fen {int} NOT NULL CHECK (amount_fen = quantity * unit_price_fen),
  spent_fen {int} NOT NULL CHECK (spent_fen >= 0),
  kind {text} NOT NULL DEFAULT 'programme' CHECK (kind IN ('programme', 'management', 'fundraising'))
) {strict};
CREATE INDEX budget_line_project ON budget_line (project_id, position);

CREATE TABLE progress_post (
  id {int} PRIMARY KEY,
  project_id {int} NOT NULL REFERENCES project (id),
  title {text} NOT NULL,
  body {text} NOT NULL,
  person_id {int} NOT NULL REFERENCES person (id),
  published_at {int} NOT NULL
) {strict};
CREATE INDEX progress_post_project ON progress_post (project_id, published_at);

-- Finance disclosure of a period: it opens where the last one closed, and its lines are the ledger's own.
CREATE TABLE disclosure (
  id {int} PRIMARY KEY,
  project_id {int} NOT NULL REFERENCES project (id),
  from_day {int} NOT NULL,
  until_day {int} NOT NULL,
  opening_fen {int} NOT NULL,
  income_fen {int} NOT NULL CHECK (income_fen >= 0),
  expense_fen {int} NOT NULL CHECK (expense_fen >= 0),
  closing_fen {int} NOT NULL CHECK (closing_fen >= 0 AND closing_fen = opening_fen + income_fen - expense_fen),
  summary {text} NOT NULL,
  person_id {int} NOT NULL REFERENCES person (id),
  published_at {int} NOT NULL,
  UNIQUE (project_id, from_day),
  CHECK (from_day <= until_day)
) {strict};

CREATE TABLE payout (
  id {int} PRIMARY KEY,
  project_id {int} NOT NULL REFERENCES project (id),
  state {text} NOT NULL CHECK (state IN ('requested', 'approved_once', 'paid', 'refused')),
  amount_fen {int} NOT NULL CHECK (amount_fen > 0),
  purpose {text} NOT NULL,
  requested_by {int} NOT NULL REFERENCES person (id),
  requested_at {int} NOT NULL,
  first_by {int} REFERENCES person (id),
  first_at {int},
  second_by {int} REFERENCES person (id),
  second_at {int},
  refused_by {int} REFERENCES person (id),
  refused_at {int},
  reason {text} NOT NULL,
  CHECK (first_by <> requested_by AND second_by <> requested_by AND second_by <> first_by),
  CHECK (state <> 'paid' OR (first_by IS NOT NULL AND second_by IS NOT NULL))
) {strict};
CREATE INDEX payout_project ON payout (project_id, id);
CREATE INDEX payout_state ON payout (state, id);

CREATE TABLE expense (
  id {int} PRIMARY KEY,
  project_id {int} NOT NULL REFERENCES project (id),
  budget_line_id {int} NOT NULL REFERENCES budget_line (id),
  quantity {int} NOT NULL CHECK (quantity > 0),
  unit_price_fen {int} NOT NULL CHECK (unit_price_fen > 0),
  amount_fen {int} NOT NULL CHECK (amount_fen = quantity * unit_price_fen),
  description {text} NOT NULL,
  invoice_number {text} NOT NULL,
  spent_day {int} NOT NULL,
  recorded_by {int} NOT NULL REFERENCES person (id),
  recorded_at {int} NOT NULL
) {strict};
CREATE INDEX expense_project ON expense (project_id, id);
CREATE INDEX expense_line ON expense (budget_line_id);

-- Every movement of money besides gifts, which are their own journal entries, in `gift`. about_id: the gift of a refund,
-- the fact of a correction, otherwise 0. The turns order all movements as they happened, whatever a clock said.
CREATE TABLE transfer (
  id {int} PRIMARY KEY,
  code {int} NOT NULL,
  fact_id {int} NOT NULL,
  about_id {int} NOT NULL,
  debit_kind {int} NOT NULL,
  debit_owner {int} NOT NULL,
  credit_kind {int} NOT NULL,
  credit_owner {int} NOT NULL,
  amount_fen {int} NOT NULL CHECK (amount_fen > 0),
  state {text} NOT NULL CHECK (state IN ('pending', 'posted', 'voided')),
  made_at {int} NOT NULL,
  made_turn {int} NOT NULL UNIQUE,
  settled_at {int},
  settled_turn {int} UNIQUE,
  UNIQUE (code, fact_id),
  CHECK ((state = 'pending') = (settled_turn IS NULL))
) {strict};
CREATE INDEX transfer_debit ON transfer (debit_owner, code);
CREATE INDEX transfer_credit ON transfer (credit_owner, code);
CREATE INDEX transfer_about ON transfer (about_id, code) WHERE about_id <> 0;
-- What was written wrongly is undone once.
CREATE UNIQUE INDEX transfer_undone ON transfer (about_id) WHERE code = 6;

-- What the calmer showed, once per distinct content; a gift refers to it by hash.
CREATE TABLE calmer_snapshot (
  hash {blob} PRIMARY KEY,
  body {text} NOT NULL,
  first_shown_at {int} NOT NULL
) {clustered};

-- A donor's wish to give, before the money. Nothing here moves money; whether it was paid is decided by a row in `gift`.
CREATE TABLE gift_intent (
  id {int} PRIMARY KEY,
  project_id {int} NOT NULL,
  recipient_id {int} NOT NULL,
  donor_id {int} NOT NULL,
  amount_fen {int} NOT NULL CHECK (amount_fen > 0),
  anonymous {int} NOT NULL CHECK (anonymous IN (0, 1)),
  name {text} NOT NULL,
  message {text} NOT NULL,
  snapshot_hash {blob} NOT NULL,
  created_at {int} NOT NULL
) {strict};
CREATE INDEX gift_intent_donor ON gift_intent (donor_id, id) WHERE donor_id <> 0;

-- The channel's side of an intent while it is open: waiting for its order, ordered and unpaid, or closed.
-- next_query_at: while waiting, when the order is tried again; once ordered, when the channel is asked about it.
-- ordered_at: when pay_reference was answered (an h5 address lives five minutes only).
CREATE TABLE channel_order (
  intent_id {int} PRIMARY KEY,
  state {text} NOT NULL CHECK (state IN ('waiting', 'ordered', 'closed', 'refused')),
  trade_type {text} NOT NULL CHECK (trade_type IN ('jsapi', 'h5', 'native')),
  open_id {text} NOT NULL,
  client_address {text} NOT NULL,
  pay_reference {text} NOT NULL,
  next_query_at {int} NOT NULL,
  queries {int} NOT NULL,
  reason {text} NOT NULL,
  ordered_at {int}
) {strict};
CREATE INDEX channel_order_waiting ON channel_order (intent_id) WHERE state = 'waiting';
CREATE INDEX channel_order_open ON channel_order (next_query_at, intent_id) WHERE state = 'ordered';

-- A confirmed gift. This row IS the journal entry: channel(recipient) -> project. Never updated, never deleted.
CREATE TABLE gift (
  id {int} PRIMARY KEY,
  project_id {int} NOT NULL,
  recipient_id {int} NOT NULL,
  donor_id {int} NOT NULL,
  amount_fen {int} NOT NULL CHECK (amount_fen > 0),
  paid_at {int} NOT NULL,
  batch_id {int} NOT NULL,
  transaction_id {text} NOT NULL
) {strict};

-- One group commit: how many gifts, how much.
CREATE TABLE gift_batch (
  id {int} PRIMARY KEY,
  gifts {int} NOT NULL,
  amount_fen {int} NOT NULL,
  committed_at {int} NOT NULL
) {strict};

-- Folded sums of a batch by project and by charity's day, until the roll-up has added them to `fund` and `channel_day`.
CREATE TABLE gift_delta (
  batch_id {int} PRIMARY KEY,
  body {blob} NOT NULL
) {strict};

-- The gifts of a batch, until they stand in `project_gift`.
CREATE TABLE gift_tail (
  batch_id {int} PRIMARY KEY,
  body {blob} NOT NULL
) {strict};

-- Everything that came in for a project, each with its place in the stream of fen: it owns the fen (before_fen, before_fen + amount].
-- gift_id is a gift's, an offline gift's or a redirect's.
CREATE TABLE project_gift (
  project_id {int} NOT NULL,
  gift_id {int} NOT NULL,
  position {int} NOT NULL,
  before_fen {int} NOT NULL,
  PRIMARY KEY (project_id, gift_id)
) {clustered};

-- Folds per project, net of corrections. gifts and gifts_fen follow `gift_delta`; listed and listed_fen follow `gift_tail` and everything else
-- that comes in; the rest moves with its fact. pending_fen is held by payouts that are asked for, refunding_fen by refunds under way.
CREATE TABLE fund (
  project_id {int} PRIMARY KEY,
  gifts {int} NOT NULL,
  gifts_fen {int} NOT NULL,
  listed {int} NOT NULL,
  listed_fen {int} NOT NULL,
  pending_fen {int} NOT NULL CHECK (pending_fen >= 0),
  paid_out_fen {int} NOT NULL CHECK (paid_out_fen >= 0),
  spent_fen {int} NOT NULL CHECK (spent_fen >= 0),
  returned_fen {int} NOT NULL DEFAULT 0 CHECK (returned_fen >= 0),
  refunding_fen {int} NOT NULL DEFAULT 0 CHECK (refunding_fen >= 0),
  refunded_fen {int} NOT NULL DEFAULT 0 CHECK (refunded_fen >= 0),
  offline {int} NOT NULL DEFAULT 0 CHECK (offline >= 0),
  offline_fen {int} NOT NULL DEFAULT 0 CHECK (offline_fen >= 0),
  -- Of cheques that bounced and the like; offline_fen is net of it.
  offline_undone_fen {int} NOT NULL DEFAULT 0 CHECK (offline_undone_fen >= 0),
  redirected_in_fen {int} NOT NULL DEFAULT 0 CHECK (redirected_in_fen >= 0),
  redirected_out_fen {int} NOT NULL DEFAULT 0 CHECK (redirected_out_fen >= 0),
  CHECK (spent_fen <= paid_out_fen - returned_fen),
  CHECK (gifts_fen + offline_fen + redirected_in_fen - refunded_fen - redirected_out_fen - paid_out_fen + returned_fen - pending_fen - refunding_fen >= 0)
) {strict};

-- What the ledger says a charity received, and gave back, through the channel on a civil day.
CREATE TABLE channel_day (
  organisation_id {int} NOT NULL,
  day {int} NOT NULL,
  gifts {int} NOT NULL,
  gifts_fen {int} NOT NULL,
  refunds {int} NOT NULL DEFAULT 0,
  refunds_fen {int} NOT NULL DEFAULT 0,
  PRIMARY KEY (organisation_id, day)
) {clustered};

-- Confirmations that were genuine but do not fit what we know: a person decides.
CREATE TABLE held_notification (
  id {int} PRIMARY KEY,
  reason {text} NOT NULL,
  out_trade_no {text} NOT NULL,
  transaction_id {text} NOT NULL,
  mchid {text} NOT NULL,
  amount_fen {int} NOT NULL,
  currency {text} NOT NULL,
  paid_at {int} NOT NULL,
  received_at {int} NOT NULL,
  resolved_at {int},
  resolved_by {int},
  resolution {text} NOT NULL,
  UNIQUE (reason, out_trade_no, transaction_id)
) {strict};

-- Notifications that were refused at the door, counted by day and reason so that a flood cannot fill the disk.
CREATE TABLE refused_notification (
  day {int} NOT NULL,
  reason {text} NOT NULL,
  times {int} NOT NULL,
  last_at {int} NOT NULL,
  last_detail {text} NOT NULL,
  PRIMARY KEY (day, reason)
) {clustered};

-- The channel's bill of a charity's day beside the ledger's own figures.
CREATE TABLE bill_day (
  organisation_id {int} NOT NULL,
  day {int} NOT NULL,
  state {text} NOT NULL CHECK (state IN ('agrees', 'differs')),
  bill_gifts {int} NOT NULL,
  bill_fen {int} NOT NULL,
  ledger_gifts {int} NOT NULL,
  ledger_fen {int} NOT NULL,
  bill_refunds {int} NOT NULL,
  bill_refunds_fen {int} NOT NULL,
  ledger_refunds {int} NOT NULL,
  ledger_refunds_fen {int} NOT NULL,
  -- Payments and refunds of the bill that never enter the books: what was paid by mistake and is given back.
  aside_payments {int} NOT NULL,
  aside_payments_fen {int} NOT NULL,
  aside_refunds {int} NOT NULL,
  aside_refunds_fen {int} NOT NULL,
  sha1 {text} NOT NULL,
  checked_at {int} NOT NULL,
  PRIMARY KEY (organisation_id, day)
) {clustered};

CREATE TABLE reconciliation_case (
  id {int} PRIMARY KEY,
  organisation_id {int} NOT NULL,
  day {int} NOT NULL,
  kind {text} NOT NULL,
  out_trade_no {text} NOT NULL,
  transaction_id {text} NOT NULL,
  bill_fen {int} NOT NULL,
  ledger_fen {int} NOT NULL,
  opened_at {int} NOT NULL,
  resolved_at {int},
  resolved_by {int},
  resolution {text} NOT NULL,
  UNIQUE (organisation_id, day, kind, out_trade_no)
) {strict};

-- The ledger as bookkeepers read it: two rows a fact, credit positive, debit negative, summing to zero.
-- Codes and account kinds are the numbers of crates/ledger, which are for ever.
CREATE VIEW posting AS
  SELECT 1 AS code, id AS fact_id, 1 AS account_kind, recipient_id AS owner_id, -amount_fen AS amount_fen, paid_at AS at FROM gift
  UNION ALL
  SELECT 1 AS code, id AS fact_id, 2 AS account_kind, project_id AS owner_id, amount_fen AS amount_fen, paid_at AS at FROM gift
  UNION ALL
  SELECT code, fact_id, debit_kind AS account_kind, debit_owner AS owner_id, -amount_fen AS amount_fen, settled_at AS at FROM transfer WHERE state = 'posted'
  UNION ALL
  SELECT code, fact_id, credit_kind AS account_kind, credit_owner AS owner_id, amount_fen AS amount_fen, settled_at AS at FROM transfer WHERE state = 'posted';
